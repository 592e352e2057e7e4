"""How loud the noise is while somebody speaks over it."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# Minimum statistics (R. Martin, "Noise power spectral density estimation based on optimal smoothing
# and minimum statistics", IEEE Trans. Speech Audio Proc. 9(5), 2001): between two syllables speech
# falls to the noise in every band, so the least power of the last seconds is noise, however long
# somebody speaks; and some seconds after a fan was switched on, it is the fan. Martin looks back over
# 1.5 s; 4.6 s keep the soft end of a sentence from being taken for noise.
SEARCHES = 18
SEARCH_WINDOWS = 8
SMOOTHING = 0.5  # per window: a single quiet one is no floor
MINIMUM_TO_MEAN = 1.7  # of steady noise: measured are 2.3 in the narrowest band and 1.4 in the widest

# A rise is followed when the last minimum from before it is forgotten.
ADAPTS_WINDOWS = (SEARCHES + 1) * SEARCH_WINDOWS


class NoiseFloor:
    """The power of the noise in each band, from the power of everything, window by window.

    It falls at once, follows a lasting rise within `ADAPTS_WINDOWS`, and does not follow speech.
    What comes first is taken for noise until it gets quieter. Keeps `SEARCHES` minima of each band,
    each over `SEARCH_WINDOWS`; the oldest goes. One stream, one thread.
    """

    def __init__(self, bands: int) -> None:
        self._smooth = np.zeros(bands)
        self._step = np.zeros(bands)
        self._minima = np.zeros((SEARCHES, bands))
        self._floor = np.zeros(bands)
        self._windows = 0

    def update(self, powers: Floats) -> Floats:
        """The floor with the next window taken in, in the same unit; valid until the next call."""
        if self._windows == 0:
            self._smooth[:] = powers
            self._minima[:] = powers
        np.subtract(powers, self._smooth, out=self._step)
        self._step *= 1 - SMOOTHING
        self._smooth += self._step
        search = self._minima[self._windows // SEARCH_WINDOWS % SEARCHES]
        if self._windows % SEARCH_WINDOWS == 0:
            search[:] = self._smooth
        else:
            np.minimum(search, self._smooth, out=search)
        self._windows += 1
        np.minimum.reduce(self._minima, axis=0, out=self._floor)
        self._floor *= MINIMUM_TO_MEAN
        return self._floor

    def reset(self) -> None:
        """Forget the stream so far: the next window is the first of a new one."""
        self._windows = 0
