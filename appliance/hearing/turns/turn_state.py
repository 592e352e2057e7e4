"""What the turn detector knows of the turn that is open."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from appliance.conversation.vocabulary import (
    SpeechEvent,
    SpeechPossible,
    SpeechReal,
    TurnEnd,
    TurnEnded,
    TurnOverheard,
    TurnTooShort,
    WakeWordHeard,
)
from appliance.pcm.formats import NEAR_RATE_HZ, ms_of_samples, samples_of_ms


class Kind(Enum):
    """What a turn is."""

    SPOKEN = "opened by speech"
    PRESSED = "opened or held by the button: silence alone does not close it before a word"
    KEPT = "said beyond the greatest length of the turn before: no event tells of it"


@dataclass(slots=True)
class Turn:
    """What was said since the turn opened, ended runs included. Its greatest length counts from `since`."""

    since: int
    onset: int
    last_speech: int
    kind: Kind = Kind.SPOKEN
    speech_samples: int = 0
    real: bool = False
    ended_at: int = 0
    word: WakeWordHeard | None = None  # that opened it

    def told_again(self, now: int) -> list[SpeechEvent]:
        """How it began, for whoever was not told."""
        real: list[SpeechEvent] = [SpeechReal(now)] if self.real else []
        return [SpeechPossible(now, self.onset), *real]

    def overheard(self, at: int, since: int, louder_until: int) -> TurnEnded | TurnOverheard:
        """That what was said since sample `since` is nobody's, but for what ended with `louder_until`: the
        turn ends with its last words, if it has any."""
        self.last_speech = max(louder_until, since if since - self.onset >= _WORDS else self.onset)
        if self.last_speech == self.onset:
            return TurnOverheard(at, at)
        return TurnEnded(at, self.last_speech, TurnEnd.SILENCE)

    def ended(self, at: int, cause: TurnEnd, sure_at: int) -> TurnEnded | TurnTooShort:
        """That it ends with sample `at`, and whether something was asked."""
        last_speech = min(self.last_speech, at)
        if self.real:
            return TurnEnded(at, last_speech, cause, sure_at)
        speech_ms = round(ms_of_samples(self.speech_samples, NEAR_RATE_HZ))
        return TurnTooShort(at, last_speech, cause, speech_ms)


# The detector hesitates where the talk of a room begins; what it heard for longer before that was somebody.
_WORDS: Final = samples_of_ms(1000, NEAR_RATE_HZ)


@dataclass(slots=True)
class Hold:
    """The button is down. A tap ends a turn that was real before it."""

    ends_by_tap: bool


@dataclass(frozen=True, slots=True)
class End:
    """The open turn ends at this sample, which may not have been heard yet."""

    at: int
    cause: TurnEnd
