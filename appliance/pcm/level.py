"""How loud samples are."""

import math

import numpy as np

from appliance.pcm.formats import FULL_SCALE, Pcm

FLOOR_DBFS = -120.0  # what silence is called; one least significant bit is -90.3


def rms_dbfs(pcm: Pcm) -> float:
    """Root mean square in dB below a full-scale square wave, so a full-scale sine is -3.01."""
    if not len(pcm):
        return FLOOR_DBFS
    x = pcm.astype(np.float64)
    return _dbfs(math.sqrt(float(np.dot(x, x)) / len(x)))


def peak_dbfs(pcm: Pcm) -> float:
    """The largest magnitude in dB below full scale (32768)."""
    return _dbfs(max(int(pcm.max()), -int(pcm.min()))) if len(pcm) else FLOOR_DBFS


def amplitude_of_dbfs(dbfs: float) -> int:
    """The smallest magnitude of a sample that is at `dbfs` or above."""
    return math.ceil(FULL_SCALE * 10 ** (dbfs / 20))


def _dbfs(amplitude: float) -> float:
    return 20 * math.log10(amplitude / FULL_SCALE) if amplitude > 0 else FLOOR_DBFS
