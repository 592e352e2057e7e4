"""Things for somebody who may stop taking them, without ever waiting for him."""

import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Final, Generic, Self, TypeVar

T = TypeVar("T")

# About an hour of a talkative conversation's events, 200 bytes each.
MAX_WAITING: Final = 4096
# For what still waits at the end; who takes longer has stopped.
CLOSE_TIMEOUT_S: Final = 0.2


class Courier(Generic[T]):
    """Hands things over in their order, in a thread that alone waits for who takes them.

    Buffer: at most `MAX_WAITING` things; what is brought beyond that is dropped and counted. Where the
    taker is gone for good (`take` raises OSError or ValueError), everything is.
    """

    def __init__(self, take: Callable[[T], object], name: str) -> None:
        """`take` may wait; `name` is the thread's."""
        self._take = take
        self._waiting: deque[T] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self.dropped = 0
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def bring(self, thing: T) -> None:
        """Have it handed over; never waits."""
        with self._changed:
            if len(self._waiting) < MAX_WAITING and not self._closing:
                self._waiting.append(thing)
                self._changed.notify()
            else:
                self.dropped += 1

    def close(self) -> bool:
        """Hand over what waits, within `CLOSE_TIMEOUT_S`; whether everything was."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join(CLOSE_TIMEOUT_S)
        return not self._thread.is_alive() and not self._waiting

    def _run(self) -> None:
        with suppress(OSError, ValueError):  # who takes them is gone, or was closed under us
            while self._next():
                pass

    def _next(self) -> bool:
        with self._changed:
            while not self._waiting:
                if self._closing:
                    return False
                self._changed.wait()
            thing = self._waiting.popleft()
        self._take(thing)
        return True
