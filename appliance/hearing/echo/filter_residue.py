"""What a linear filter usually leaves of an echo like the one that it tells, by bands."""

from typing import Final

import numpy as np

from appliance.hearing.echo.linear_echo import BLOCK
from appliance.pcm.formats import Float32
from appliance.pcm.quantile import median

# First bins of 50 Hz: eight bands up to 8 kHz. Where two clocks drift apart, or a loudspeaker saturates, the
# filter takes 15 dB of a vowel and nothing of an "s": one number for both takes the "s" for a person.
_EDGES: Final = (0, 8, 16, 24, 32, 48, 64, 96)
_BANDS: Final = len(_EDGES)

# Frames of 10 ms. Told from the last 5 s, after one of them.
_WINDOW: Final = 500
_FEWEST: Final = 100
_LEARN_EVERY: Final = 50

# A room that rings for 0.7 s falls by so much in a frame. The filter knows the end of that least: after a
# loud word it tells next to no echo, and leaves all there is.
_FALLS_DB: Final = 60 / 70

_QUIETEST_POWER: Final = 0.1


class FilterResidue:
    """Learns for each band what is left over the echo that was told, and predicts it. Bound: 5 s of
    levels."""

    def __init__(self) -> None:
        self._window: Float32 = np.hanning(2 * BLOCK).astype(np.float32)
        self._scale = 1 / (BLOCK * float(np.dot(self._window, self._window)))
        self._newest = np.zeros((2, 2 * BLOCK), np.float32)
        self._echo = np.zeros((_WINDOW, _BANDS))
        self._over_echo = np.zeros((_WINDOW, _BANDS))
        self.forget()

    def forget(self) -> None:
        """The filter begins anew."""
        self._newest.fill(0)
        self._frames = 0
        self._ringing = np.full(_BANDS, -np.inf)  # the loudest echo that was told, falling as a room does
        self._usual = np.full(_BANDS, np.inf)

    def hear(self, left: Float32, echo: Float32) -> float:
        """The next `BLOCK` samples of what the filter left and of the echo that it told: how loud the former
        usually is with the latter, in dB of steps of int16; infinite until that is known."""
        self._newest[:, :BLOCK] = self._newest[:, BLOCK:]
        self._newest[0, BLOCK:], self._newest[1, BLOCK:] = left, echo
        spectra = np.fft.rfft(self._newest * self._window)
        powers = np.add.reduceat(spectra.real**2 + spectra.imag**2, _EDGES, axis=1)
        left_db, echo_db = 10 * np.log10(powers * self._scale + _QUIETEST_POWER)
        at = self._frames % _WINDOW
        self._echo[at], self._over_echo[at] = echo_db, left_db - echo_db
        self._frames += 1
        if self._frames >= _FEWEST and self._frames % _LEARN_EVERY == 0:
            self._learn(min(self._frames, _WINDOW))
        self._ringing = np.maximum(echo_db, self._ringing - _FALLS_DB)
        return 10 * float(np.log10(np.sum(10 ** ((self._ringing + self._usual) / 10))))

    def _learn(self, count: int) -> None:
        """Of the louder half of each band: under the rest the room is heard."""
        for band in range(_BANDS):
            echo, over_echo = self._echo[:count, band], self._over_echo[:count, band]
            self._usual[band] = median(over_echo[echo >= median(echo)])
