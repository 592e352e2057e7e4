"""What can be seen in a WAV alone: when it sounds, how loud, and when it falls silent."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from appliance.pcm.formats import Pcm

# Above the dither of a resampler, below everything that is meant to be heard.
AUDIBLE_DBFS = -50.0
FRAME_MS = 1.0


@dataclass(frozen=True)
class Envelope:
    """The level of a sound, one value (dBFS of the RMS, floor -120) each millisecond."""

    db: npt.NDArray[np.float64]

    def first_above(self, db: float, from_ms: float) -> float | None:
        """The first millisecond from `from_ms` on that is louder than `db`."""
        found = np.flatnonzero(self.db[int(from_ms) :] > db)
        return from_ms + int(found[0]) * FRAME_MS if len(found) else None

    def first_below(self, db: float, from_ms: float, for_ms: float = 5.0) -> float | None:
        """The first millisecond from `from_ms` on from which it stays at or below `db` for `for_ms`."""
        low = self.db[int(from_ms) :] <= db
        run = int(for_ms)
        held = np.convolve(low, np.ones(run), "valid") == run
        found = np.flatnonzero(held)
        return from_ms + int(found[0]) * FRAME_MS if len(found) else None

    def ms_above(self, db: float, from_ms: float, to_ms: float) -> float:
        """How many milliseconds between two instants are louder than `db`."""
        return float(np.count_nonzero(self.db[int(from_ms) : int(to_ms)] > db)) * FRAME_MS


def envelope(pcm: Pcm, rate_hz: int) -> Envelope:
    """The level of every millisecond."""
    size = rate_hz // 1000
    frames = pcm[: len(pcm) // size * size].astype(np.float64).reshape(-1, size) / 32768
    power = np.mean(frames**2, axis=1)
    return Envelope(10 * np.log10(np.maximum(power, 1e-12)))
