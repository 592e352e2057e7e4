"""Whether what is left after the canceller is what the loudspeaker played, however late it came."""

from typing import Final

import numpy as np

from appliance.pcm.formats import FULL_SCALE, NEAR_RATE_HZ, Float32, Pcm, samples_of_ms

# Looked at ten times a second: a quarter of a second of what is left, against what was played in the 500 ms
# before and in the same time.
_EVERY: Final = samples_of_ms(100, NEAR_RATE_HZ)
_HEARD: Final = samples_of_ms(256, NEAR_RATE_HZ)
_PLAYED: Final = _HEARD + samples_of_ms(512, NEAR_RATE_HZ)
_FFT: Final = 16384  # holds both, one after the other: no lag is mistaken for another one

# Of speech. Below, rooms hum; above, small loudspeakers and reverberation leave nothing in common.
_BAND: Final = slice(round(200 * _FFT / NEAR_RATE_HZ), round(5000 * _FFT / NEAR_RATE_HZ))

# So much of the average is older than the last 100 ms.
_MEMORY: Final = 0.7

# Share of the band that agrees on one delay: in eight synthetic rooms 0.02 … 0.04 of persons over an answer
# whose echo was cancelled, and 0.07 … 0.1 of echo that was not (`python -m tests.bench.echo_likeness`).
LIKE: Final = 0.06

# Quieter than this nothing is heard that could interrupt.
_QUIET_POWER: Final = (10 ** (-60 / 20) * FULL_SCALE) ** 2

Complex = np.ndarray[tuple[int], np.dtype[np.complex64]]


class EchoLikeness:
    """Finds one delay by which what is left and what was played agree in phase (generalized cross-correlation
    with phase transform: C. Knapp and G. Carter, "The generalized correlation method for estimation of time
    delay", IEEE Trans. ASSP 24, 1976).

    A canceller that has lost its way, because a device lost samples or somebody moved the loudspeaker, lets
    all of the echo through, as loud as a person. No level tells that from him; this does. Bound: 0.8 s of
    both sounds. Costs some 0.5 ms every 100 ms, and only while something is left to be heard.
    """

    def __init__(self) -> None:
        self._far: Float32 = np.zeros(_PLAYED, np.float32)
        self._left: Float32 = np.zeros(_HEARD, np.float32)
        self._window: Float32 = np.hanning(_HEARD).astype(np.float32)
        self._mean: Complex = np.zeros(_FFT // 2 + 1, np.complex64)
        self._until_look = _EVERY
        self.likeness = 0.0

    @property
    def own_voice(self) -> bool:
        """What is heard is the loudspeaker, and not somebody over it."""
        return self.likeness > LIKE

    def hear(self, far: Pcm, left: Pcm) -> None:
        """The next 100 ms or less of what was played, and of the same instants what is left."""
        count = len(far)
        for kept, new in ((self._far, far), (self._left, left)):
            kept[:-count] = kept[count:]
            kept[-count:] = new
        self._until_look -= count
        if self._until_look <= 0:
            self._until_look += _EVERY
            self._look()

    def rest(self) -> None:
        """Nothing is played any more."""
        self._mean[:] = 0
        self.likeness = 0.0

    def _look(self) -> None:
        self._mean *= _MEMORY
        if float(np.dot(self._left, self._left)) / _HEARD < _QUIET_POWER:
            self.likeness *= _MEMORY
            return
        cross = np.fft.rfft(self._left * self._window, _FFT)[_BAND]
        cross *= np.conj(np.fft.rfft(self._far, _FFT)[_BAND])
        cross /= np.abs(cross) + 1e-9
        self._mean[_BAND] += (1 - _MEMORY) * cross
        by_lag = np.abs(np.fft.irfft(self._mean, _FFT))
        # What is left begins `_PLAYED - _HEARD` after what was played, and an echo never comes before.
        greatest = max(float(by_lag[0]), float(by_lag[-(_PLAYED - _HEARD) :].max()))
        self.likeness = greatest * _FFT / 2 / (_BAND.stop - _BAND.start)
