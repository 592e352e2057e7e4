"""The one bounded hop from the audio threads to the event loop."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

E = TypeVar("E")

# Some 100 events a second come in a busy conversation; a loop that is 10 s late is dead, and the
# watchdog's business. The newest are dropped and counted: what came first explains what follows.
MAX_WAITING = 1024


class Mailbox(Generic[E]):
    """Events from any thread, delivered in order on the loop; at most `MAX_WAITING` wait."""

    def __init__(self, loop: asyncio.AbstractEventLoop, deliver: Callable[[E], None]) -> None:
        self._loop = loop
        self._deliver = deliver
        self._waiting: deque[E] = deque()
        self._dropped = 0
        self.delivered = 0

    @property
    def waiting(self) -> int:
        """How many events are on their way."""
        return len(self._waiting)

    def post(self, event: E) -> None:
        """Put an event in, from any thread; never blocks."""
        if len(self._waiting) >= MAX_WAITING:
            self._dropped += 1
            return
        self._waiting.append(event)
        self._loop.call_soon_threadsafe(self._deliver_next)

    def gauges(self) -> dict[str, int]:
        """What is counted where no event tells of it."""
        return {"dropped_events": self._dropped}

    def _deliver_next(self) -> None:
        self.delivered += 1
        self._deliver(self._waiting.popleft())
