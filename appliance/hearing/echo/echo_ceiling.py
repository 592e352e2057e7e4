"""The loudest that the echo has been over what is played: what is captured above it is somebody else."""

from collections import deque
from typing import Final

import numpy as np

from appliance.pcm.quantile import quantile

# Frames of 10 ms. An echo comes up to 400 ms after its sound, and a room rings on: the loudest of 500 ms
# counts.
_REACH: Final = 50

# 10 s of what was played, and no word before two seconds of it that were loud.
_WINDOW: Final = 1000
_FEWEST: Final = 200
_LEARN_EVERY: Final = 10

# Steps of int16, in dB (-50 dBFS): quieter than this the far end is a pause between two words.
_FAR_DB: Final = 40.0

# Only what is so near to the loud words tells how they come back: under the rest the room is heard.
_LOUD_DB: Final = 12.0
_LOUDEST: Final = 0.9

# Of the frames of an echo alone one in 2000 stands so far above its usual loudest (36 rooms, paths and
# loudspeakers of `tests.listening`), and of a voice at -12 dB echo most do from the second frame on.
_QUANTILE: Final = 0.9
_MARGIN_DB: Final = 6.0


class EchoCeiling:
    """Learns how loud the echo comes back, from what is captured and what is played alone: no canceller has
    to be right for it. It says nothing of an echo as loud as the person. Bound: 10 s of levels."""

    def __init__(self) -> None:
        self._far: deque[float] = deque(maxlen=_REACH)
        self._played = np.zeros(_WINDOW)
        self._ratios = np.zeros(_WINDOW)
        self._frames = 0
        self._loud_db = np.inf  # from here on what is played is loud
        self._over_far_db = np.inf

    def exceeded(self, captured_db: float, far_db: float) -> bool:
        """A frame, levels in dB of steps of int16: whether it is louder than the echo can be. What is played
        less loudly counts as just loud."""
        self._far.append(far_db)
        loudest_db = max(self._far)
        if loudest_db < _FAR_DB:
            return False
        at = self._frames % _WINDOW
        self._played[at], self._ratios[at] = loudest_db, captured_db - loudest_db
        self._frames += 1
        if self._frames >= _FEWEST and self._frames % _LEARN_EVERY == 0:
            self._learn(min(self._frames, _WINDOW))
        return captured_db > max(loudest_db, self._loud_db) + self._over_far_db

    def _learn(self, count: int) -> None:
        played, ratios = self._played[:count], self._ratios[:count]
        self._loud_db = quantile(played, _LOUDEST) - _LOUD_DB
        loud = ratios[played >= self._loud_db]
        enough = len(loud) >= _FEWEST
        self._over_far_db = quantile(loud, _QUANTILE) + _MARGIN_DB if enough else np.inf
