"""When the alarm rings, and for how long: one bell for all timers. Pure."""

from enum import Enum, auto
from typing import Final

# Of one alarm: who has not come by then has left the house, and the neighbours have not.
RING_S: Final = 60.0
# Before its end it is looked after, so that it can go on without a gap.
_BEFORE_ITS_END_S: Final = 0.5


class Stroke(Enum):
    """What the bell is to do."""

    NOTHING = auto()
    RING = auto()  # for `RING_S`
    RING_ON = auto()  # for as long again, in place of what is left


class Bell:
    """A timer that ends while it rings needs no second bell, but has its own time until nobody comes.

    Instants are seconds of one clock. Whoever silences the bell has heard of all that ended until then.
    """

    def __init__(self) -> None:
        self._ends_s: float | None = None
        self._owed = False  # something ended while it rang

    def strike(self, now_s: float, *, rings: bool) -> Stroke:
        """A timer has ended; `rings` tells whether the bell can be heard."""
        if rings and self._ends_s is not None:
            self._owed = True
            return Stroke.NOTHING
        return self._begin(now_s, Stroke.RING)

    def look(self, now_s: float, *, rings: bool) -> Stroke:
        """To be called several times a second."""
        if self._ends_s is None:
            return Stroke.NOTHING
        if not rings:
            self._ends_s, self._owed = None, False
        elif self._owed and now_s >= self._ends_s - _BEFORE_ITS_END_S:
            return self._begin(now_s, Stroke.RING_ON)
        return Stroke.NOTHING

    def _begin(self, now_s: float, stroke: Stroke) -> Stroke:
        self._ends_s, self._owed = now_s + RING_S, False
        return stroke
