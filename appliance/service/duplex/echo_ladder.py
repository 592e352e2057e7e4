"""How one may interrupt it, chosen from what was measured of the echo. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from appliance.hearing.echo.echo_measure import EchoVerdict


class Rung(IntEnum):
    """What interrupts an answer, from the least to the most."""

    BUTTON_ONLY = 0
    LOUD_VOICE = 1
    FULL_DUPLEX = 2

    @property
    def word(self) -> str:
        """As events and the status have it."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of the echo. `needed_dbfs`: so loud a voice has to come to be told from it, None where it
    is not learnt yet. `voice_dbfs`: how loud people are here, None: nobody has spoken. `false_lately`:
    interruptions that came to nothing in the last `FALSE_LATELY_S` of sound."""

    verdict: EchoVerdict
    needed_dbfs: float | None
    voice_dbfs: float | None
    false_lately: int


# What nobody has been heard to be: the level at which speech usually comes from a metre away.
_USUAL_VOICE_DBFS: Final = -26.0
# A voice has to stand above what the echo can be with its syllables, whose peaks are 6 dB above its level.
_SYLLABLES_DB: Final = 6.0
# People raise their voice by some 10 dB when they are not heard.
_RAISED_DB: Final = 10.0

# A cough or two in a minute of answers are people; more come from the echo.
FALSE_LATELY_S: Final = 60.0
_FALSE_FOR_LOUD: Final = 4
_FALSE_FOR_BUTTON: Final = 8

# Both in seconds of sound. A measurement is a median of 10 s already; the way up has to be earned.
_WORSE_FOR_S: Final = 2.0
_BETTER_FOR_S: Final = 30.0
_LEAST_STAY_S: Final = 20.0

_CANNOT: Final = (EchoVerdict.HARMFUL, EchoVerdict.NO_REFERENCE)


def _above_voice_db(evidence: Evidence) -> float | None:
    if evidence.needed_dbfs is None or evidence.verdict is EchoVerdict.INAUDIBLE:
        return None
    voice = _USUAL_VOICE_DBFS if evidence.voice_dbfs is None else evidence.voice_dbfs
    return evidence.needed_dbfs - voice - _SYLLABLES_DB


# From the top: the first that holds says why, and no higher rung is wanted.
_RULES: Final[tuple[tuple[str, Rung, Callable[[Evidence], bool]], ...]] = (
    ("not_cancelled", Rung.BUTTON_ONLY, lambda e: e.verdict in _CANNOT),
    ("false_interruptions", Rung.BUTTON_ONLY, lambda e: e.false_lately >= _FALSE_FOR_BUTTON),
    ("echo_too_loud", Rung.BUTTON_ONLY, lambda e: (_above_voice_db(e) or 0.0) > _RAISED_DB),
    ("false_interruptions", Rung.LOUD_VOICE, lambda e: e.false_lately >= _FALSE_FOR_LOUD),
    ("echo_loud", Rung.LOUD_VOICE, lambda e: (_above_voice_db(e) or 0.0) > 0.0),
)


def wanted(evidence: Evidence) -> tuple[Rung, str]:
    """The rung that `evidence` allows, and why it is no higher one."""
    return next(((rung, why) for why, rung, holds in _RULES if holds(evidence)), (Rung.FULL_DUPLEX, ""))


class EchoLadder:
    """Stands on a rung, and leaves it for a lower one soon, for a higher one late. Time is the time in which
    the loudspeaker sounded: else nothing is learnt."""

    def __init__(self, rung: Rung = Rung.FULL_DUPLEX) -> None:
        self.rung = rung
        self.why = ""
        self._stayed_s = _LEAST_STAY_S
        self._other: Rung | None = None
        self._other_for_s = 0.0

    def look(self, evidence: Evidence, sounded_s: float) -> bool:
        """It sounded for so long since the last time; whether the rung is another one from here on."""
        self._stayed_s += sounded_s
        rung, why = (self.rung, self.why) if evidence.verdict is EchoVerdict.LEARNING else wanted(evidence)
        if rung is self.rung:
            self._other, self._other_for_s = None, 0.0
            return False
        if self._other is None or (self._other > self.rung) != (rung > self.rung):
            self._other_for_s = 0.0
        self._other = rung
        self._other_for_s += sounded_s
        better = rung > self.rung
        if self._other_for_s < (_BETTER_FOR_S if better else _WORSE_FOR_S) or (
            better and self._stayed_s < _LEAST_STAY_S
        ):
            return False
        self.rung = Rung(self.rung + 1) if better else rung
        self.why = why
        self._other, self._other_for_s, self._stayed_s = None, 0.0, 0.0
        return True
