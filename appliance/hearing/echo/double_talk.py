"""Whether a person speaks while the far end sounds, from what two cancellers leave."""

from collections import deque
from typing import Final

import numpy as np

from appliance.hearing.echo.echo_ceiling import EchoCeiling
from appliance.pcm.quantile import quantile

# Frames of 10 ms. What the linear filter leaves is told from its last 5 s, and trusted after one of them.
_WINDOW: Final = 500
_FEWEST: Final = 100

# The quiet that AEC3 leaves is looked for in the last 10 s, a minimum of every 100 ms.
_EVERY: Final = 10
_FLOORS: Final = 100
# A quarter of them may be quieter: of the first frames, or where AEC3 took more than there was.
_QUIETER: Final = 0.25

# Far above what usually stays, in half of the last 60 ms: a syllable, and no click.
_ABOVE_FLOOR_DB: Final = 12.0
_ABOVE_USUAL_DB: Final = 10.0
_NEWEST: Final = 6
_NEEDED: Final = 3

# What stands no higher above the quietest frame tells nothing of the filter, and is no voice.
_ECHO_DB: Final = 10.0

# So much of the echo the filter must take away, in its better frames, to be listened to at all: of a
# loudspeaker that saturates it takes 8 dB.
_WORTH_DB: Final = 6.0
_BETTER_FRAMES: Final = 75

# A person who is half as loud as the echo is so much less than what is captured with it; where the filter
# explains more than that, it is its own voice.
_SHARE_DB: Final = 7.0

# Of a person so much more is left than usual in half to nearly all of his frames, of echo alone in one of 20:
# where it is in fewer than three of the last 150 ms, nobody speaks.
_MORE_DB: Final = 3.0
_MORE: Final = 3
_SYLLABLE: Final = 15

# From syllable to syllable.
_HOLD: Final = 40


class DoubleTalk:
    """Two witnesses have to agree: AEC3 says that something is left, which it does of half of a person's
    syllables, and next to never of echo; and the linear filter leaves far more than it usually does. Or it is
    louder than the echo can be (`EchoCeiling`), which AEC3 may suppress all the same. All levels in dB of one
    frame, of steps of int16. Bounds: 5 s of levels, and 10 s of the echo's."""

    def __init__(self) -> None:
        self._ceiling = EchoCeiling()
        self.forget_cancellers()

    def forget_cancellers(self) -> None:
        """Both begin anew; the room does not."""
        self._captured = np.zeros(_WINDOW)
        self._left = np.zeros(_WINDOW)
        self._echo = np.zeros(_WINDOW)
        self._frames = 0
        self._floors: deque[float] = deque(maxlen=_FLOORS)
        self._floor_db = self._lowest = np.inf
        self._suspect: deque[bool] = deque(maxlen=_NEWEST)
        self._more: deque[bool] = deque(maxlen=_SYLLABLE)
        self._hold = 0
        self._audible_db = np.inf  # above the room
        self._trusted = False  # the filter

    @property
    def usual(self) -> bool:
        """The filter is trusted, and leaves what it usually does: this is the echo, whoever spoke before."""
        return sum(self._more) < _MORE

    @property
    def heard(self) -> bool:
        """Whether somebody speaks, or did so 400 ms ago."""
        return self._hold > 0

    def hear(
        self,
        captured_db: float,
        far_db: float,
        left_db: float,
        echo_db: float,
        cancelled_db: float,
        usual_db: float,
    ) -> bool:
        """A frame: what was captured and played, what the linear filter left, the echo that it told, what
        AEC3 made of it, and what the filter usually leaves of such an echo (`FilterResidue`); `heard` from
        here on."""
        at = self._frames % _WINDOW
        self._captured[at], self._left[at], self._echo[at] = captured_db, left_db, echo_db
        self._frames += 1
        self._lowest = min(self._lowest, cancelled_db)
        if self._frames % _EVERY == 0:
            self._floors.append(self._lowest)
            self._floor_db = quantile(self._floors, _QUIETER)
            self._lowest = np.inf
            self._trusted = self._is_worth_it()
        stands_out = cancelled_db > self._floor_db + _ABOVE_FLOOR_DB
        # What the filter adds to what was captured is nobody, and the room in a pause is not, either.
        least_db = max(usual_db + _ABOVE_USUAL_DB, self._audible_db, captured_db - _SHARE_DB)
        own_db = min(left_db, captured_db)
        agreed = self._trusted and stands_out and own_db > least_db
        exceeded = self._ceiling.exceeded(captured_db, far_db)
        self._suspect.append(exceeded or agreed)
        untold = exceeded or not self._trusted or usual_db == np.inf
        self._more.append(untold or own_db > usual_db + _MORE_DB)
        self._hold = _HOLD if sum(self._suspect) >= _NEEDED else max(self._hold - 1, 0)
        return self.heard

    def _is_worth_it(self) -> bool:
        count = min(self._frames, _WINDOW)
        captured, left, echo = self._captured[:count], self._left[:count], self._echo[:count]
        self._audible_db = float(captured.min()) + _ECHO_DB
        telling = echo > self._audible_db
        if np.count_nonzero(telling) < _FEWEST:
            return False
        return quantile((captured - left)[telling], _BETTER_FRAMES / 100) >= _WORTH_DB
