"""How loud a recording is over time, at the resolution of a picture."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from appliance.pcm.formats import FULL_SCALE, Pcm, ms_of_samples, samples_of_ms

# A pixel of a picture is some 18 ms wide; a quarter of that draws edges where they are.
STEP_MS = 5.0


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
