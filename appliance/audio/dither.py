"""Noise in place of digital silence, for loudspeakers that fall asleep in it. Pure."""

from typing import Final

import numpy as np

from appliance.pcm.formats import Pcm

# One step of 16 bits, -90 dBFS: below what any room or amplifier is silent with, and not zero.
LEVEL: Final = 1
# Long enough that nothing can be heard in its coming round.
_PERIOD_S: Final = 1


class Dither:
    """Fills digital silence with noise of one step; sound is left as it is."""

    def __init__(self, rate_hz: int) -> None:
        steps = np.random.default_rng(1).integers(0, 2, _PERIOD_S * rate_hz) * 2 - 1
        self._noise: Pcm = (LEVEL * steps).astype(np.int16)
        self._at = 0

    def fill(self, pcm: Pcm) -> Pcm:
        """`pcm` with no sample of zero; a new array."""
        indices = np.arange(self._at, self._at + len(pcm)) % len(self._noise)
        self._at = (self._at + len(pcm)) % len(self._noise)
        return np.where(pcm == 0, self._noise[indices], pcm).astype(np.int16)
