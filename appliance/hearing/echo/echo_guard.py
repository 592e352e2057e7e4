"""While the loudspeaker sounds, only what is louder than its echo can be is somebody."""

import math
from collections import deque
from typing import Final

import numpy as np

from appliance.pcm.formats import FULL_SCALE, Pcm

# Of four windows (128 ms) two have to stand out: a syllable does, a crack of the echo does not.
_WINDOWS: Final = 4
_NEEDED: Final = 2

# Between its loud syllables a voice sinks into the echo: what follows one within 256 ms is believed.
_BELIEVED_WINDOWS: Final = 8

_QUIETEST_POWER: Final = 1e-9


class EchoGuard:
    """Takes windows for silence that may be echo. Belongs to one thread.

    `expected_dbfs` is what the echo may be by (`ResidualEcho`); where it is None nothing sounds, and the
    probability stays what it is; where it is infinite all that is heard is echo.
    """

    def __init__(self, window_samples: int) -> None:
        self._float = np.zeros(window_samples, np.float32)
        self._loud: deque[bool] = deque(maxlen=_WINDOWS)
        self._believed = 0

    def judge(self, probability: float, window: Pcm, expected_dbfs: float | None) -> float:
        """The probability that somebody speaks who is not the loudspeaker."""
        if expected_dbfs is None:
            self._loud.clear()
            self._believed = _BELIEVED_WINDOWS  # a word that began before the loudspeaker goes on
            return probability
        if expected_dbfs == math.inf:
            self._believed = 0
        self._loud.append(self._level_dbfs(window) > expected_dbfs)
        self._believed = _BELIEVED_WINDOWS if sum(self._loud) >= _NEEDED else max(self._believed - 1, 0)
        return probability if self._believed else 0.0

    def _level_dbfs(self, window: Pcm) -> float:
        np.copyto(self._float, window)
        power = float(np.dot(self._float, self._float)) / len(window) / FULL_SCALE**2
        return 10 * float(np.log10(max(power, _QUIETEST_POWER)))
