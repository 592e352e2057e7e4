"""Takes a constant out of sound: what a cheap microphone adds to everything."""

from typing import Final

import numpy as np

from appliance.pcm.formats import FULL_SCALE, Pcm

# 10 % of full scale cost the offline recognizer 7 wrong words of 73 in place of 5, and 30 % 10; both without
# the constant 5. A high-pass filter at 80 Hz gained nothing beyond that, not beside a 50 Hz hum as loud as
# speech either: its harmonics are what is in the way.
_LEAST: Final = 330.0  # 1 % of full scale: less does no harm, and the sound stays untouched

_FOLLOWS_S: Final = 5.0  # slow beside any voice, and any rumble
_KNOWN_S: Final = 0.5  # before, a mean is chance


class ZeroLine:
    """Follows the mean of a stream and takes it out. One stream, one thread."""

    def __init__(self, rate_hz: int) -> None:
        self._follows, self._known = round(_FOLLOWS_S * rate_hz), round(_KNOWN_S * rate_hz)
        self._mean = 0.0
        self._seen = 0
        self._taken = 0.0

    @property
    def offset(self) -> float:
        """The constant, as a share of full scale, -1…1."""
        return self._mean / FULL_SCALE

    def process(self, pcm: Pcm) -> Pcm:
        """The next samples about zero; the very same where there is nothing to take out."""
        if not len(pcm):
            return pcm
        mean = float(np.add.reduce(pcm, dtype=np.int64)) / len(pcm)
        self._seen = min(self._seen + len(pcm), self._follows)
        self._mean += (mean - self._mean) * min(1.0, len(pcm) / self._seen)
        known = self._seen >= self._known and abs(self._mean) >= _LEAST
        before, self._taken = self._taken, self._mean if known else 0.0
        if not before and not self._taken:
            return pcm
        line = np.linspace(before, self._taken, len(pcm), dtype=np.float32)
        about_zero = np.clip(np.rint(pcm - line), -FULL_SCALE, FULL_SCALE - 1)
        out: Pcm = about_zero.astype(np.int16)
        return out
