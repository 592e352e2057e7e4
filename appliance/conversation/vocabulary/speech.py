"""Hearing → conversation: what the detectors make of the near end."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class SpeechPossible:
    """A run of speech began at `onset`; known at `at`."""

    at: int
    onset: int


@dataclass(frozen=True, slots=True)
class SpeechSustained:
    """The run has lasted `hush_ms`: an answer that is being spoken stands still."""

    at: int


@dataclass(frozen=True, slots=True)
class SpeechReal:
    """The turn holds `min_speech_ms` of speech: from here on sound may leave the box."""

    at: int


@dataclass(frozen=True, slots=True)
class SpeechConfirmed:
    """The run is long enough to take the floor from an answer."""

    at: int


@dataclass(frozen=True, slots=True)
class SpeechPaused:
    """Nothing is said, but the run is not over: a good moment to look at what was said so far."""

    at: int


@dataclass(frozen=True, slots=True)
class SpeechResumed:
    """The run goes on after a pause."""

    at: int


@dataclass(frozen=True, slots=True)
class SpeechReadable:
    """The run holds enough for a word or two to be read from it, or is perhaps just now over."""

    at: int


@dataclass(frozen=True, slots=True)
class SpeechEnded:
    """The run is over (the turn may go on); `last_speech` is one past its last speech sample."""

    at: int
    last_speech: int


@dataclass(frozen=True, slots=True)
class HeardUpTo:
    """While a turn is open: samples before `at` stand in the history."""

    at: int


@dataclass(frozen=True, slots=True)
class Forgotten:
    """A wish to forget was carried out: no speech event after this is about what was before it."""

    at: int


class TurnEnd(StrEnum):
    """Why a turn was committed (public contract: `turn_committed.cause`)."""

    SILENCE = "silence"
    END_OF_TURN = "end_of_turn"
    BUTTON = "button"
    MAX_TURN = "max_turn"
    PROVIDER = "provider"
    DEVICE_LOST = "device_lost"
    WRITTEN = "written"


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """The person is done: the turn's audio ends before `at`, its speech before `last_speech`.

    Perhaps he is not: until `sure_at` nothing that is heard or done may come of it, so that he may still
    go on as if nothing had been asked. 0 where that is no question.
    """

    at: int
    last_speech: int
    cause: TurnEnd
    sure_at: int = 0


@dataclass(frozen=True, slots=True)
class TurnTooShort:
    """The turn ended with less than `min_speech_ms` of speech: nobody asked anything."""

    at: int
    last_speech: int
    cause: TurnEnd
    speech_ms: int


@dataclass(frozen=True, slots=True)
class TurnOverheard:
    """The turn that was taken for somebody's was the talk of the room, which went on without a breath: nobody
    asked anything."""

    at: int
    last_speech: int


@dataclass(frozen=True, slots=True)
class WakeWordHeard:
    """Somebody said the wake word `name`, which ended no earlier than at sample `end` and no later than at
    `over`, which may not have been heard yet; `probability` is the detector's."""

    at: int
    name: str
    probability: float
    end: int
    over: int


TurnEnding = TurnEnded | TurnTooShort | TurnOverheard

SpeechEvent = (
    SpeechPossible
    | SpeechSustained
    | SpeechReal
    | SpeechConfirmed
    | SpeechPaused
    | SpeechResumed
    | SpeechReadable
    | SpeechEnded
    | Forgotten
    | HeardUpTo
    | TurnEnded
    | TurnTooShort
    | TurnOverheard
    | WakeWordHeard
)
