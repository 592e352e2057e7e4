"""The event log into the system's journal, where standard output goes there."""

import asyncio
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

from appliance.service.courier import Courier
from appliance.service.journal import native
from appliance.service.journal.entry import Event, entry_of
from appliance.service.journal.pacing import Due, Pacing, rate_of

Entry = Mapping[str, str]
Send = Callable[[Entry], object]

# Of several things that an event may be about, who tells it apart from others of its kind.
_ABOUT: Final = ("APPLIANCE_PROVIDER", "APPLIANCE_NAME", "APPLIANCE_DEVICE")


def is_the_journal(file: int, environment: Mapping[str, str]) -> bool:
    """Whether this file descriptor is connected to the journal (systemd.exec: JOURNAL_STREAM)."""
    device, _, inode = environment.get("JOURNAL_STREAM", "").partition(":")
    with suppress(OSError, ValueError):
        status = os.fstat(file)
        return (status.st_dev, status.st_ino) == (int(device), int(inode))
    return False


class Journal:
    """A listener of the event log that has each event told in the journal, and never waits for it.

    What comes too often is held back (`Pacing`). Belongs to the event loop; used with `with`.
    """

    def __init__(self, send: Send = native.send) -> None:
        """`send` may wait, in a thread of its own."""
        self._loop = asyncio.get_running_loop()
        self._courier = Courier(send, "journal")
        self._pacing = Pacing[Entry]()
        self._timer: asyncio.TimerHandle | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop_waiting()
        for due in self._pacing.rest(self._loop.time()):
            self._tell(due)
        self._courier.close()

    @property
    def dropped(self) -> int:
        """Entries that the journal did not take in time."""
        return self._courier.dropped

    def take(self, event: Event) -> None:
        """An event of the log."""
        kind, entry = entry_of(event)
        key = (kind.name, *(entry.get(name) for name in _ABOUT))
        due = self._pacing.take(key, entry, rate_of(kind.priority, kind.name), self._loop.time())
        if due is not None:
            self._tell(due)
        else:
            self._wait()

    def _wait(self) -> None:
        wait_s = self._pacing.next_due_s(self._loop.time())
        if self._timer is None and wait_s is not None:
            self._timer = self._loop.call_later(wait_s, self._tell_held_back)

    def _tell_held_back(self) -> None:
        self._timer = None
        for due in self._pacing.due(self._loop.time()):
            self._tell(due)
        self._wait()

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _tell(self, due: Due[Entry]) -> None:
        entry, others = due
        if others:
            more = f"{entry['MESSAGE']} ({others} more like this)"
            entry = {**entry, "MESSAGE": more, "APPLIANCE_OTHERS": str(others)}
        self._courier.bring(entry)
