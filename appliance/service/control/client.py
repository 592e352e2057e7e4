"""Asking a running appliance, from a program without an event loop."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from appliance.service.control.failures import GROUP, NotAllowed, NotRunning, Unanswered
from appliance.service.control.replies import Members, decode_reply
from appliance.service.control.requests import MAX_LINE_BYTES, AnyRequest, Ask, encode_request
from appliance.service.control.waits import WAITS

# The appliance keeps its own deadlines; beyond them by this much it hangs.
_GRACE_S = 5.0
# The kernel takes a connection at once, unless a hundred others wait to be taken.
_CONNECT_TIMEOUT_S = 5.0
# A person wonders from about here on.
_WONDERING_S = 1.0


def converse(
    path: Path, request: AnyRequest, wondering: Callable[[], None] | None = None
) -> Iterator[Members]:
    """Send `request` and yield the members of each piece as it comes, then those of the last line.

    `wondering` is called once if nothing has come for a second. Raises NotRunning, NotAllowed,
    Refused (with the appliance's own sentence) and Unanswered.
    """
    patience_s = (WAITS.piece_s if isinstance(request, Ask) else WAITS.call_s) + _GRACE_S
    with _connected(path) as connection:
        # Who is not let in has its sentence waiting, and nobody who would read the request.
        with suppress(BrokenPipeError, ConnectionResetError):
            _send(connection, encode_request(request))
        lines = _Lines(connection, patience_s, wondering or _wait_in_silence)
        while True:
            members = decode_reply(lines.next())
            yield members
            if "ok" in members:
                return


def _connected(path: Path) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(_CONNECT_TIMEOUT_S)
    try:
        connection.connect(str(path))
    except OSError as error:
        connection.close()
        raise _unreachable(path, error) from None
    return connection


def _unreachable(path: Path, error: OSError) -> Exception:
    match error:
        case FileNotFoundError() | NotADirectoryError():
            why = f"there is no control socket {path}"
        case ConnectionRefusedError():
            why = f"nobody listens on the control socket {path}"
        case PermissionError():
            return NotAllowed(
                f"You may not use the control socket {path}: that is for members of the group {GROUP}"
                f" (`sudo usermod -aG {GROUP} $USER`, then log in again)."
            )
        case BlockingIOError() | TimeoutError():
            return Unanswered(f"The appliance takes no one more on {path}; try again later.")
        case _:
            why = f"the control socket {path} cannot be used: {error.strerror or error}"
    return NotRunning(f"No appliance is running: {why}. Start one with `appliance run`.")


def _send(connection: socket.socket, line: bytes) -> None:
    try:
        connection.sendall(line)
    except TimeoutError:
        raise Unanswered("The appliance does not take the request; it may hang.") from None


class _Lines:
    """The lines that come, each within `patience_s`; holds at most one and what one call returns."""

    def __init__(self, connection: socket.socket, patience_s: float, wondering: Callable[[], None]) -> None:
        self._connection = connection
        self._patience_s = patience_s
        self._wondering = wondering
        self._held = b""

    def next(self) -> bytes:
        """The next line, without its end. Raises Unanswered."""
        deadline_s = time.monotonic() + self._patience_s
        while b"\n" not in self._held:
            if len(self._held) > MAX_LINE_BYTES:
                raise Unanswered("The appliance answered with a line that does not end; restart it.")
            self._held += self._received(deadline_s)
        line, _, self._held = self._held.partition(b"\n")
        return line

    def _received(self, deadline_s: float) -> bytes:
        while (left_s := deadline_s - time.monotonic()) > 0:
            self._connection.settimeout(min(left_s, _WONDERING_S))
            try:
                received = self._connection.recv(MAX_LINE_BYTES)
            except TimeoutError:
                self._wondering()
                self._wondering = _wait_in_silence
                continue
            except ConnectionError:
                received = b""
            if not received:
                raise Unanswered("The appliance went away before it had answered.")
            return received
        raise Unanswered(f"The appliance did not answer within {self._patience_s:.0f} s; it may hang.")


def _wait_in_silence() -> None:
    pass
