"""The button of the panel: its edges cross from gpiozero's thread, and become what a hand means."""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from appliance.panel.gestures import Gesture, Gestures, Told
from appliance.panel.hand import MEANINGS, Meaning, Standing

# Edges that wait for the loop. A hand makes ten a second; of a line that is noise the oldest are dropped,
# which does no harm: what counts is how the contact stands, and the newest edge tells that.
MAX_EDGES: Final = 64


class PanelButton:
    """Understands the edges of one button. Apart from `edge` it belongs to the event loop."""

    def __init__(
        self,
        gestures: Gestures,
        standing: Callable[[], Standing],
        act: Callable[[Meaning, float], None],
        touched: Callable[[], None],
        loop: asyncio.AbstractEventLoop,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`act(meaning, at_s)` does what was meant, by the hand at `at_s` of `clock`, which is the loop's;
        `touched` is called before that whenever the button goes down or comes up."""
        self._gestures = gestures
        self._standing = standing
        self._act = act
        self._touched = touched
        self._loop = loop
        self._clock = clock
        self._lock = threading.Lock()
        self._edges: deque[tuple[bool, float]] = deque(maxlen=MAX_EDGES)
        self._called = False
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_down(self) -> bool:
        """Whether a finger is on it."""
        return self._gestures.is_down

    def edge(self, down: bool) -> None:
        """The contact closed, or opened; from any thread, never waits."""
        with self._lock:
            self._edges.append((down, self._clock()))
            called, self._called = self._called, True
        if not called:
            with suppress(RuntimeError):  # the loop is closed: we are ending
                self._loop.call_soon_threadsafe(self._take)

    def _take(self) -> None:
        with self._lock:
            edges = list(self._edges)
            self._edges.clear()
            self._called = False
        for down, at_s in edges:
            self._tell(self._gestures.edge(down, at_s * 1000))
        self._pass_time()

    def _pass_time(self) -> None:
        self._tell(self._gestures.pass_time(self._clock() * 1000))
        if self._timer is not None:
            self._timer.cancel()
        due_ms = self._gestures.due_ms
        if due_ms is not None:
            self._timer = self._loop.call_later(max(due_ms / 1000 - self._clock(), 0.0), self._pass_time)

    def _tell(self, told: list[Told]) -> None:
        for each in told:
            if each.gesture is Gesture.DOWN:
                self._touched()
            for meaning in MEANINGS[self._standing()][each.gesture]:
                self._act(meaning, each.at_ms / 1000)

    def close(self) -> None:
        """Wait for nothing any more."""
        if self._timer is not None:
            self._timer.cancel()
