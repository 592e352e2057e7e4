"""Speech made loud enough: one gain for a whole turn, and a ceiling."""

from typing import Final

import numpy as np

from appliance.pcm.formats import FULL_SCALE, NEAR_RATE_HZ, Pcm, from_float32, to_float32

# Speech below this is lifted to it. Of 111 words in pink noise 15 dB below them, the offline recognizer gets
# 8 to 14 wrong at -16 … -44 dBFS, 45 at -50 and 81 at -56, and lifted 8 to 15
# (`python -m tests.bench.turn_gain`). Above this a gain helps nobody, and so there is none.
QUIET_DBFS: Final = -30.0
MOST_DB: Final = 24.0  # speech at -54 dBFS; what is softer stands no more above the 16 bits

CEILING_DBFS: Final = -1.0

# The level of speech is that of its loud frames: it has pauses, and a room before it.
_FRAME_SAMPLES: Final = NEAR_RATE_HZ * 32 // 1000
_SOFTEST_DB: Final = -12.0  # below the loudest frame

_RAMP_SAMPLES: Final = NEAR_RATE_HZ // 10


def speech_power(pcm: Pcm) -> float:
    """The mean square (full scale 1) of the loud frames of 16 kHz speech; 0 of less than a frame."""
    frames = pcm[: len(pcm) // _FRAME_SAMPLES * _FRAME_SAMPLES].reshape(-1, _FRAME_SAMPLES) / FULL_SCALE
    if not len(frames):
        return 0.0
    powers = frames.var(axis=1)
    return float(powers[powers >= powers.max() * 10 ** (_SOFTEST_DB / 10)].mean())


def gain_db_for(power: float) -> float:
    """What lifts speech of this mean square to where it is understood, 0 … `MOST_DB`; 0 of silence."""
    if power <= 0:
        return 0.0
    return float(min(max(QUIET_DBFS - 10 * np.log10(power), 0.0), MOST_DB))


class TurnGain:
    """Amplifies one turn after another, 16 kHz, piece by piece.

    The gain is chosen with the first words of a turn and stays: it does not follow the noise between two
    words, and does not swell. Where a later word would pass `CEILING_DBFS` the gain falls, before it and to
    the end of the turn: no sample is clipped that was not. Two turns may have two gains: of two people one
    may be soft.
    """

    def __init__(self, fixed_db: float | None = None) -> None:
        """`fixed_db`, at most `MOST_DB`: always that, but for the ceiling. None: as the words need."""
        self._fixed_db = fixed_db
        self._chosen = self._target = self._gain = _ratio(fixed_db or 0.0)

    @property
    def db(self) -> float:
        """What this turn is amplified by."""
        return float(20 * np.log10(self._target))

    def begin(self) -> None:
        """What comes next is of a new turn; until its words are known it is amplified like the last one."""
        self._gain = self._target = self._chosen

    def hear_words(self, pcm: Pcm) -> None:
        """So the turn begins to be said: choose its gain. Where another was at work, it glides to it."""
        if self._fixed_db is None:
            self._chosen = self._target = _ratio(gain_db_for(speech_power(pcm)))

    def lift(self, pcm: Pcm) -> Pcm:
        """Words that are no turn, all of them at once."""
        once = TurnGain(self._fixed_db)
        once.hear_words(pcm)
        once.begin()
        return once.apply(pcm)

    def apply(self, pcm: Pcm) -> Pcm:
        """The next piece of the turn, amplified; the piece itself where there is nothing to do."""
        if not len(pcm) or self._gain == self._target == 1.0:
            return pcm
        sound = to_float32(pcm)
        magnitudes = np.abs(sound)
        peak = float(magnitudes.max())
        if peak * self._target > _CEILING and self._target > 1:
            self._target = max(_CEILING / peak, 1.0)
        too_loud = magnitudes * np.float32(self._gain) > max(_CEILING, peak if self._gain <= 1 else 0.0)
        ramp = int(np.argmax(too_loud)) if too_loud.any() else min(len(pcm), _RAMP_SAMPLES)
        sound[ramp:] *= np.float32(self._target)
        sound[:ramp] *= np.linspace(self._gain, self._target, ramp, dtype=np.float32)
        self._gain = self._target
        return from_float32(sound)


def _ratio(db: float) -> float:
    return float(10 ** (db / 20))


_CEILING: Final = _ratio(CEILING_DBFS)
