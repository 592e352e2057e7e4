"""What a peer is to do in one run, in words that fit every provider."""

from dataclasses import dataclass
from enum import Enum, auto

from appliance.conversation.vocabulary import HistoryItem, SessionConfig

KEY = "sk-a-very-secret-key"
HEARD = "what time is it"
TOLD = "Be kind to whoever asks, always."
CONFIG = SessionConfig(TOLD, "en")


class Refusal(Enum):
    """Why nobody is let in."""

    WRONG_KEY = auto()
    NO_MONEY = auto()
    TOO_OFTEN = auto()


RETRY_AFTER_S = 7


@dataclass(frozen=True)
class Call:
    """A tool that the model calls; `arguments` is JSON."""

    name: str
    arguments: str


@dataclass(frozen=True)
class Reply:
    """How one turn is answered."""

    text: str = "It is late by now, and you had better go to bed."
    duration_s: float = 0.5
    calls: tuple[Call, ...] = ()  # made before anything is said
    then: str = ""  # said once they have their results
    paced: bool = False  # no faster than it is played
    silent: bool = False  # nothing comes for longer than any run lasts
    nonsense: bool = False  # of its sound some comes, and then what no protocol allows


@dataclass(frozen=True)
class Plan:
    """One run: the last of the replies is for all turns that follow."""

    replies: tuple[Reply, ...] = (Reply(),)
    config: SessionConfig = CONFIG
    history: tuple[HistoryItem, ...] = ()
    ends_turn_ms: int | None = None  # so much sound is a turn to it, where it may say so
    refusal: Refusal | None = None
