"""How loud samples are."""

import math

import numpy as np

from appliance.pcm.formats import FULL_SCALE, Pcm

FLOOR_DBFS = -120.0  # what silence is called; one least significant bit is -90.3
_DB_PER_DOUBLING = 10.0  # of loudness


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


def db_of_volume(percent: int) -> float:
    """The gain in dB at which speech sounds `percent` (0 … 100) as loud as it was made; 0: -inf, silence.

    Loudness halves every 10 dB (S. S. Stevens, "The Measurement of Loudness", J. Acoust. Soc. Am. 27,
    1955), so equal steps of the number are equal steps for the ear: 50 is -10 dB, 10 is -33, 1 is -66.
    Raises `ValueError` outside 0 … 100.
    """
    if not 0 <= percent <= 100:
        raise ValueError(f"a volume of {percent}: it goes from 0 to 100")
    return _DB_PER_DOUBLING * math.log2(percent / 100) if percent else -math.inf


def _dbfs(amplitude: float) -> float:
    return 20 * math.log10(amplitude / FULL_SCALE) if amplitude > 0 else FLOOR_DBFS
