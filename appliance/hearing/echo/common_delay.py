"""Whether something that is heard is what the loudspeaker played, and how late it comes."""

from typing import Final

import numpy as np

from appliance.pcm.formats import FULL_SCALE, NEAR_RATE_HZ, Float32, Pcm, samples_of_ms

# A quarter of a second of what is heard, against what was played in the 512 ms before and in the same time.
_HEARD: Final = samples_of_ms(256, NEAR_RATE_HZ)
_REACH: Final = samples_of_ms(512, NEAR_RATE_HZ)
_PLAYED: Final = _HEARD + _REACH
_FFT: Final = 16384  # holds both, one after the other: no delay is mistaken for another one

# Of speech. Below, rooms hum; above, small loudspeakers and reverberation leave nothing in common.
_BAND: Final = slice(round(200 * _FFT / NEAR_RATE_HZ), round(5000 * _FFT / NEAR_RATE_HZ))

# So much of the average is older than the last look.
_MEMORY: Final = 0.7

# Share of the band that agrees on one delay: in eight synthetic rooms 0.02 … 0.04 of persons over an answer
# whose echo was cancelled, and 0.07 … 0.1 of echo that was not (`python -m tests.bench.echo_likeness`).
LIKE: Final = 0.06

# Quieter than this nothing is heard that could interrupt.
_QUIET_DBFS: Final = -60.0

Complex = np.ndarray[tuple[int], np.dtype[np.complex64]]


class CommonDelay:
    """Finds the one delay by which what is heard and what was played agree in phase (generalized
    cross-correlation with phase transform: C. Knapp and G. Carter, "The generalized correlation method for
    estimation of time delay", IEEE Trans. ASSP 24, 1976).

    A canceller that has lost its way, because a device lost samples or somebody moved the loudspeaker, lets
    all of the echo through, as loud as a person. No level tells that from him; this does. Bound: 0.8 s of
    both sounds. A look costs some 0.5 ms, where anything is heard.
    """

    def __init__(self, every_ms: float) -> None:
        """It looks every `every_ms`."""
        self._far: Float32 = np.zeros(_PLAYED, np.float32)
        self._heard: Float32 = np.zeros(_HEARD, np.float32)
        self._window: Float32 = np.hanning(_HEARD).astype(np.float32)
        self._mean: Complex = np.zeros(_FFT // 2 + 1, np.complex64)
        self._every = self._until_look = samples_of_ms(every_ms, NEAR_RATE_HZ)
        self.likeness = 0.0  # 0 … 1
        self.found_looks = 0  # in a row, in which it was found
        self.delay_samples = 0  # up to 512 ms; of no meaning unless it is `found`

    @property
    def found(self) -> bool:
        """What is heard is the loudspeaker, and not somebody over it."""
        return self.likeness > LIKE

    def hear(self, far: Pcm | Float32, heard: Pcm | Float32, quiet_dbfs: float = _QUIET_DBFS) -> bool:
        """The next 100 ms or less of what was played, and of the same instants what is heard, in steps of
        int16. Whether it looked. What is quieter than `quiet_dbfs` is not looked into."""
        count = len(far)
        for kept, new in ((self._far, far), (self._heard, heard)):
            kept[:-count] = kept[count:]
            kept[-count:] = new
        self._until_look -= count
        if self._until_look > 0:
            return False
        self._until_look += self._every
        self._look(max(quiet_dbfs, _QUIET_DBFS))
        self.found_looks = self.found_looks + 1 if self.found else 0
        return True

    def rest(self) -> None:
        """Nothing is played any more."""
        self._mean[:] = 0
        self.likeness = 0.0
        self.found_looks = 0

    def _look(self, quiet_dbfs: float) -> None:
        self._mean *= _MEMORY
        if float(np.dot(self._heard, self._heard)) / _HEARD < _power(quiet_dbfs):
            self.likeness *= _MEMORY
            return
        cross = np.fft.rfft(self._heard * self._window, _FFT)[_BAND]
        cross *= np.conj(np.fft.rfft(self._far, _FFT)[_BAND])
        cross /= np.abs(cross) + 1e-9
        self._mean[_BAND] += (1 - _MEMORY) * cross
        by_lag = np.abs(np.fft.irfft(self._mean, _FFT))
        # What is heard begins `_REACH` after what was played, and an echo never comes before.
        by_delay = np.append(by_lag[-_REACH:], by_lag[0])
        self.delay_samples = int(np.argmax(by_delay))
        self.likeness = float(by_delay[self.delay_samples]) * _FFT / 2 / (_BAND.stop - _BAND.start)


def _power(dbfs: float) -> float:
    return float((10 ** (dbfs / 20) * FULL_SCALE) ** 2)
