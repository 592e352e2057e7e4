"""Which sample left the loudspeaker when a sample of the microphone was captured, by two clocks."""

from typing import Final

from appliance.hearing.echo.clock_line import GAP_S, ClockLine
from appliance.pcm.formats import NEAR_RATE_HZ, samples_of_ms

# A far end that is read too early or too late by a constant does no harm to a canceller that has learnt it
# so; another alignment does, because what was learnt is worth nothing then. So it bears what a busy machine
# or a device that is late for a while seem to say, as long as no echo comes before its own far end
# (`READ_AHEAD_MS`), and no echo of 200 ms leaves the reach of the filter.
READ_AHEAD_MS: Final = 32.0
_MOST_LATE: Final = samples_of_ms(READ_AHEAD_MS - 8, NEAR_RATE_HZ)
_MOST_EARLY: Final = samples_of_ms(60, NEAR_RATE_HZ)

# How slowly: within a minute, and by a third of a sample a second at most. The canceller follows that.
_FOLLOW_S: Final = 60.0
_FOLLOW_MAX: Final = 20e-6

# Nothing about the two clocks changes sooner.
_EVERY_SAMPLES: Final = NEAR_RATE_HZ


class FarAlignment:
    """Turns near indices into positions in the far end's stream, both 16 kHz.

    The position moves on at a steady ratio (1 and the drift between the two clocks, at most some 2000 ppm),
    which is corrected slowly. It jumps where it is wrong by more than 24 ms late or 60 ms early, as after a
    device that was away. `early_samples` is by how much earlier than told the far end is read: a part of the
    way from the loudspeaker to the microphone, where that is known; below 0 it is read ahead.
    """

    def __init__(self, near: ClockLine, far: ClockLine, early_samples: int = 0) -> None:
        self._near = near
        self._far = far
        self._early_samples = early_samples
        self._anchor: tuple[int, float] | None = None
        self._ratio = 1.0
        self._stretches = (0, 0)
        self.jumps = 0  # how often the position jumped

    @property
    def ratio(self) -> float:
        """Samples of the far end for one of the near end."""
        return self._ratio

    @property
    def drift_ppm(self) -> float:
        """So much faster the microphone's clock runs than the loudspeaker's."""
        return self._near.ppm - self._far.ppm

    def position_of(self, near_index: int) -> float | None:
        """The position in the far end's stream; None while the loudspeaker plays nothing: it, or the
        microphone, was not seen yet or is away."""
        seen_s = self._far.seen_s
        if seen_s is None or not (self._near.known and self._far.known):
            return None
        if self._near.instant_of(near_index) - seen_s > GAP_S:
            return None
        stretches = (self._near.stretch, self._far.stretch)
        if self._anchor is None:
            self._align(near_index)
        elif stretches != self._stretches or near_index - self._anchor[0] >= _EVERY_SAMPLES:
            self._follow(near_index)
        self._stretches = stretches
        return self._position(near_index)

    def _position(self, near_index: int) -> float:
        assert self._anchor is not None
        return self._anchor[1] + (near_index - self._anchor[0]) * self._ratio

    def _true_position(self, near_index: int) -> float:
        return self._far.index_at(self._near.instant_of(near_index)) - self._early_samples

    def _true_ratio(self, near_index: int) -> float:
        ahead = self._true_position(near_index + NEAR_RATE_HZ)
        return (ahead - self._true_position(near_index)) / NEAR_RATE_HZ

    def _align(self, near_index: int) -> None:
        self._anchor = (near_index, self._true_position(near_index))
        self._ratio = self._true_ratio(near_index)

    def _follow(self, near_index: int) -> None:
        position = self._position(near_index)
        off = self._true_position(near_index) - position
        if not -_MOST_EARLY <= off <= _MOST_LATE:
            self.jumps += 1
            self._align(near_index)
            return
        correction = min(max(off / (_FOLLOW_S * NEAR_RATE_HZ), -_FOLLOW_MAX), _FOLLOW_MAX)
        self._anchor = (near_index, position)
        self._ratio = self._true_ratio(near_index) + correction
