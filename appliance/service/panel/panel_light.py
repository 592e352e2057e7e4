"""The lamp, kept as the joint state wants it."""

import asyncio
from collections.abc import Callable
from typing import Final

from appliance.panel.joint_state import Shown
from appliance.panel.lamps import Lamp
from appliance.panel.patterns import PATTERNS, Pattern

# A lamp is set in less than a millisecond; the event loop may be held up by more than this only where
# something is wrong with the pins, and that is counted.
SLOW_S: Final = 0.02
# A lamp that fails is tried again so soon: it is the only one who tells, once it works.
RETRY_MS: Final = 1000.0
# Past the change of a beat by so much: rounding must not find the old one once more.
_PAST_MS: Final = 0.5


class PanelLight:
    """Shows what it is told, from the first beat of the pattern on, until it is told something else.

    Belongs to the event loop. Of a lamp that fails `warn` gets one sentence, until it works again.
    """

    def __init__(self, lamp: Lamp, loop: asyncio.AbstractEventLoop, warn: Callable[[str], None]) -> None:
        self._lamp = lamp
        self._loop = loop
        self._warn = warn
        self._shown: Shown | None = None
        self._began_s = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._broken = False
        self.slow = 0  # how often setting it took longer than `SLOW_S`

    @property
    def shown(self) -> Shown | None:
        """What it shows; None before it was told anything."""
        return self._shown

    def show(self, what: Shown) -> None:
        """Show this, from now on; the lamp has it when this returns."""
        if what is not self._shown:
            self._shown = what
            self._began_s = self._loop.time()
            self._set()

    def _set(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._shown is None:
            return
        now_s = self._loop.time()
        wait_ms = self._try_set(PATTERNS[self._shown], (now_s - self._began_s) * 1000)
        self.slow += self._loop.time() - now_s > SLOW_S
        if wait_ms is not None:
            self._timer = self._loop.call_later((wait_ms + _PAST_MS) / 1000, self._set)

    def _try_set(self, pattern: Pattern, t_ms: float) -> float | None:
        try:
            wait_ms = self._lamp.set(pattern, t_ms)
        except Exception as error:  # noqa: BLE001  pin libraries have no common base; nobody is deaf for a lamp
            if not self._broken:
                self._broken = True
                self._warn(f"the light cannot be set: {error}; look to its pins and to /dev/gpiochip*")
            return RETRY_MS
        self._broken = False
        return wait_ms

    def close(self) -> None:
        """Show nothing any more; the lamp stays as it is."""
        self._shown = None
        if self._timer is not None:
            self._timer.cancel()
