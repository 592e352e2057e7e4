"""What the service manager is told: the datagrams of sd_notify(3)."""

import os
import socket
import time
from collections.abc import Mapping, MutableMapping
from typing import Final, Self

_SOCKET: Final = "NOTIFY_SOCKET"
_WATCHDOG_USEC: Final = "WATCHDOG_USEC"
_WATCHDOG_PID: Final = "WATCHDOG_PID"


class Notifier:
    """Sends to the socket of whoever supervises this process; to nobody where nobody does.

    Never blocks and never raises: what finds no room, or no supervisor any more, is not sent, and the
    caller is told so. For any thread.
    """

    def __init__(self, address: str = "", watchdog_s: float | None = None) -> None:
        """`address` is a path, or `@` and a name in the abstract space; "" means nobody. `watchdog_s`:
        without a sign of life for so long the process is killed; None where nobody watches."""
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self.watchdog_s = watchdog_s
        self.environment: Mapping[str, str] = {}  # where it had its address from
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        self._socket.setblocking(False)
        self._was_ready = False

    @classmethod
    def from_environment(cls, environ: MutableMapping[str, str]) -> Self:
        """As `environ` has it. Its entries are taken out of it: they are for this process alone.

        A watchdog meant for another process is none of ours; neither is a period that is no number.
        """
        given = {
            name: environ.pop(name) for name in (_SOCKET, _WATCHDOG_USEC, _WATCHDOG_PID) if name in environ
        }
        period_us = given.get(_WATCHDOG_USEC, "")
        watched = period_us.isascii() and period_us.isdigit() and int(period_us) > 0
        ours = given.get(_WATCHDOG_PID, "") in ("", str(os.getpid()))
        notifier = cls(given.get(_SOCKET, ""), int(period_us) / 1_000_000 if watched and ours else None)
        notifier.environment = given
        return notifier

    def ready(self) -> bool:
        """The start, or a reload, is done."""
        self._was_ready = True
        return self._send("READY=1")

    def ready_as_before(self) -> bool:
        """A reload came to nothing: ready if it was so before, for no refusal makes it hear."""
        return self._was_ready and self.ready()

    def status(self, sentence: str) -> bool:
        """What it is doing, in words; one line."""
        return self._send("STATUS=" + " ".join(sentence.split()))

    def alive(self) -> bool:
        """The watchdog need not bite; to be said more often than every `watchdog_s`."""
        return self._send("WATCHDOG=1")

    def starts_longer(self, by_s: float) -> bool:
        """The start, or a reload, is given so much time from now, if it had less; until `ready`."""
        return self._send(f"EXTEND_TIMEOUT_USEC={round(by_s * 1_000_000)}")

    def reloading(self) -> bool:
        """A new configuration is being taken; `ready` has to follow."""
        return self._send(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> bool:
        """The end has begun."""
        return self._send("STOPPING=1")

    def close(self) -> None:
        """The last call."""
        self._socket.close()

    def _send(self, message: str) -> bool:
        if not self._address:
            return False
        try:
            self._socket.sendto(message.encode(), self._address)
        except OSError:
            return False
        return True
