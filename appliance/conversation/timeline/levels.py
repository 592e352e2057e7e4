"""How loud a recording is over time, at the resolution of a picture."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from appliance.conversation.timeline.story import Span
from appliance.pcm.formats import FULL_SCALE, Pcm, ms_of_samples, samples_of_ms

# A pixel of a picture is some 18 ms wide; a quarter of that draws edges where they are.
STEP_MS = 5.0
# Quieter than this (-40 dBFS) is silence to the eye.
AUDIBLE = 0.01
_PAUSE_MS = 1000.0
_STEPS_AT_ONCE = 2000  # ten seconds of a recording in memory


@dataclass(frozen=True, slots=True)
class LevelProfile:
    """The lowest and the highest sample of each step; both int16, shape (steps,)."""

    step_ms: float
    low: Pcm
    high: Pcm

    @property
    def duration_ms(self) -> float:
        """How long the recording is, rounded up to a step."""
        return len(self.low) * self.step_ms

    @property
    def peak(self) -> float:
        """The largest magnitude; full scale is 1."""
        if not len(self.low):
            return 0.0
        return max(-int(self.low.min()), int(self.high.max()), 0) / FULL_SCALE

    def audible(self) -> list[Span]:
        """The stretches that are not silence to the eye, pauses of up to a second included."""
        quietest = int(AUDIBLE * FULL_SCALE)
        steps = np.flatnonzero((self.low < -quietest) | (self.high > quietest))
        if not len(steps):
            return []
        breaks = np.flatnonzero(np.diff(steps) * self.step_ms > _PAUSE_MS)
        starts, ends = steps[[0, *(breaks + 1)]], steps[[*breaks, len(steps) - 1]] + 1
        return [
            Span(float(start) * self.step_ms, float(end) * self.step_ms)
            for start, end in zip(starts, ends, strict=True)
        ]

    def columns(self, start_ms: float, column_ms: float, count: int) -> npt.NDArray[np.float64]:
        """Lowest and highest of `count` columns from `start_ms`; shape (count, 2), full scale is 1.

        Columns outside the recording are 0.
        """
        edges = np.floor((start_ms + column_ms * np.arange(count + 1)) / self.step_ms).astype(np.int64)
        columns = np.zeros((count, 2))
        inside = np.flatnonzero((edges[:-1] >= 0) & (edges[:-1] < len(self.low)))
        if not len(inside):
            return columns
        starts = edges[inside]
        stop = min(max(int(edges[inside[-1] + 1]), int(starts[-1]) + 1), len(self.low))
        window = slice(int(starts[0]), stop)
        columns[inside, 0] = np.minimum.reduceat(self.low[window], starts - starts[0])
        columns[inside, 1] = np.maximum.reduceat(self.high[window], starts - starts[0])
        return columns / FULL_SCALE


def level_profile(pcm: Pcm, rate_hz: int, step_ms: float = STEP_MS) -> LevelProfile:
    """The level of `pcm` in steps of about `step_ms` (a whole number of samples, at least one)."""
    step = max(samples_of_ms(step_ms, rate_hz), 1)
    starts = np.arange(0, len(pcm), step)
    if not len(starts):
        return LevelProfile(ms_of_samples(step, rate_hz), pcm[:0], pcm[:0])
    return LevelProfile(
        ms_of_samples(step, rate_hz), np.minimum.reduceat(pcm, starts), np.maximum.reduceat(pcm, starts)
    )


def streamed_profile(read: Callable[[int], Pcm], rate_hz: int, step_ms: float = STEP_MS) -> LevelProfile:
    """As `level_profile`, of a recording of any length: `read` gives its next samples, fewer at its end."""
    count = _STEPS_AT_ONCE * max(samples_of_ms(step_ms, rate_hz), 1)
    block = read(count)
    parts = [level_profile(block, rate_hz, step_ms)]
    while len(block) == count:
        block = read(count)
        parts.append(level_profile(block, rate_hz, step_ms))
    low = np.concatenate([part.low for part in parts])
    return LevelProfile(parts[0].step_ms, low, np.concatenate([part.high for part in parts]))
