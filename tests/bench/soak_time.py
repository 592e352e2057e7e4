"""An event loop whose time is the stream's: nothing in a conversation waits for the world's clock."""

import asyncio
import selectors
from collections.abc import Mapping
from typing import Any


class VirtualLoop(asyncio.SelectorEventLoop):
    """`time` moves when `move_to` says so; and where everything waits, to the next instant awaited.

    So the same script gives the same conversation on any machine. Nothing may wait for a socket.
    """

    def __init__(self) -> None:
        self._now_s = 0.0
        super().__init__(_Impatient(self))

    def time(self) -> float:
        """Seconds of the stream, and of what was waited for before and after it."""
        return self._now_s

    def move_to(self, now_s: float) -> None:
        """The stream has reached `now_s`; it never goes back."""
        self._now_s = max(self._now_s, now_s)


class _Impatient(selectors.BaseSelector):
    """Never waits: it moves the loop's time by as long as it was to wait."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop
        self._real = selectors.SelectSelector()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = self._real.select(0)
        if not ready and timeout is None:
            raise RuntimeError("everything waits, and for nothing that will happen")
        if not ready and timeout:
            self._loop.move_to(self._loop.time() + timeout)
        return ready

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._real.get_map()

    def close(self) -> None:
        self._real.close()
