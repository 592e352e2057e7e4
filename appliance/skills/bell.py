"""When the alarm rings, and for how long: one bell for all timers. Pure."""

from typing import Final

# It rings for so long, and then listens: where nobody is heard while the loudspeaker sounds, this is when a
# person can say "stop". Two seconds are time for that, and for the room to ring out before it.
STROKE_S: Final = 3.0
LISTEN_S: Final = 2.0
# A minute of both: who has not come by then has left the house, and the neighbours have not.
STROKES: Final = 12
# It does not ring while somebody speaks with the appliance; but a television that talks on must not keep
# it quiet for ever. Longer than it takes to ask for its end and to be answered.
PATIENCE_S: Final = 20.0
# Of the volume. Half as loud as the ring was made, which is to be heard in the next room.
LEAST_PERCENT: Final = 50


class Bell:
    """A timer that ends while it rings needs no second bell, but has its own minute until nobody comes.

    Instants are seconds of one clock. Whoever silences the bell has heard of all that ended until then.
    """

    def __init__(self) -> None:
        self._left = 0  # strokes
        self._struck = 0
        self._sounded_s = 0.0  # when it was last heard
        self._free_since_s: float | None = None

    @property
    def rings(self) -> bool:
        """It goes on ringing, though it may listen at this moment."""
        return self._left > 0

    def strike(self, now_s: float) -> int | None:
        """A timer has ended: the number of the stroke that is due, 0 for the first; None where one follows
        anyway."""
        rings, self._left = self.rings, STROKES
        if rings:
            return None
        self._struck = 0
        return self._stroke(now_s)

    def look(self, now_s: float, *, sounds: bool, free: bool) -> int | None:
        """To be called several times a second: the number of the stroke that is due, if one is.

        `sounds`: the last one can still be heard, or waits for its loudspeaker; `free`: nothing else sounds,
        and nobody speaks with the appliance.
        """
        if sounds:
            self._sounded_s = now_s
        if sounds or not free:
            self._free_since_s = None
        elif self._free_since_s is None:
            self._free_since_s = now_s
        if not self.rings or sounds:
            return None
        listened = self._free_since_s is not None and now_s - self._free_since_s >= LISTEN_S
        return self._stroke(now_s) if listened or now_s - self._sounded_s >= PATIENCE_S else None

    def silence(self) -> None:
        """Somebody has heard it."""
        self._left = 0

    def _stroke(self, now_s: float) -> int:
        number = self._struck
        self._left, self._struck = self._left - 1, number + 1
        self._sounded_s, self._free_since_s = now_s, None
        return number
