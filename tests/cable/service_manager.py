"""A service manager, as a daemon on the cable sees it: the socket on which it is told how things stand."""

import socket
import time
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

WATCHDOG_S = 15.0  # of the unit


class Notice(NamedTuple):
    """One datagram, and when it was taken (monotonic)."""

    came_s: float
    text: str


class ServiceManager:
    """Everything that a daemon tells it, in order."""

    def __init__(self, folder: Path, watchdog_s: float = WATCHDOG_S) -> None:
        self._path = folder / "notify"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(self._path))
        self.environment = {
            "NOTIFY_SOCKET": str(self._path),
            "WATCHDOG_USEC": str(round(watchdog_s * 1_000_000)),
        }
        self.notices: list[Notice] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def wait_for(self, start: str, timeout_s: float) -> Notice:
        """The next notice that begins so, of those that nobody waited past."""
        deadline_s = time.monotonic() + timeout_s
        while (left_s := deadline_s - time.monotonic()) > 0:
            notice = self._next(left_s)
            if notice is not None and notice.text.startswith(start):
                return notice
        raise AssertionError(f"no {start} within {timeout_s} s, but {self.notices}")

    def take_all(self, span_s: float) -> list[Notice]:
        """What comes within `span_s` from now."""
        deadline_s = time.monotonic() + span_s
        taken: list[Notice] = []
        while (left_s := deadline_s - time.monotonic()) > 0:
            notice = self._next(left_s)
            taken += [notice] if notice is not None else []
        return taken

    def _next(self, timeout_s: float) -> Notice | None:
        self._socket.settimeout(timeout_s)
        try:
            text = self._socket.recv(65_536).decode()
        except TimeoutError:
            return None
        notice = Notice(time.monotonic(), text)
        self.notices.append(notice)
        return notice
