"""Conversation → provider: what is asked of it, and what it can do."""

from dataclasses import dataclass
from enum import StrEnum
from math import inf
from typing import Literal

from appliance.pcm.formats import Pcm

Output = Literal["audio", "text"]


@dataclass(frozen=True, slots=True)
class ToolDeclaration:
    """A tool that the model may call; `parameters` is the JSON text of a JSON Schema of type object."""

    name: str
    description: str
    parameters: str


@dataclass(frozen=True, slots=True)
class SessionConfig:
    """What every provider is told when a session opens, each in its own way.

    `output` "text": no answer is ever spoken. `speed` is that of the voice, 1 its usual one;
    `temperature` and `max_output_tokens` None: the provider's own. With `provider_ends_turns` it may
    say when a turn ended; opening, interrupting and asking stay ours. `stands_in`: somebody else would
    answer who cannot, and this one has not answered in their place yet; who can do less says so, once.
    """

    instructions: str
    language: str = "en"
    output: Output = "audio"
    tools: tuple[ToolDeclaration, ...] = ()
    speed: float = 1.0
    temperature: float | None = None
    max_output_tokens: int | None = None
    provider_ends_turns: bool = False
    stands_in: bool = False


Role = Literal["user", "assistant", "system"]


@dataclass(frozen=True, slots=True)
class HistoryItem:
    """One utterance as text: for the assistant only what was heard of it."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class OpenTurn:
    """A new turn begins: what is appended from here on belongs to it."""


@dataclass(frozen=True, slots=True)
class AppendAudio:
    """The next samples of the current turn, 16 kHz."""

    pcm: Pcm


@dataclass(frozen=True, slots=True)
class CommitTurn:
    """The turn's audio is complete: answer it. `answer` numbers the answer that is asked for."""

    answer: int


@dataclass(frozen=True, slots=True)
class ContinueAnswer:
    """As `CommitTurn`, but another provider gave the beginning of the answer, which ends with `said`: go
    on from there, and repeat nothing of it."""

    answer: int
    said: str


@dataclass(frozen=True, slots=True)
class CancelAnswer:
    """Stop answering. `heard_ms` of the answer's audio left the loudspeaker; 0: nothing was heard."""

    answer: int
    heard_ms: int


@dataclass(frozen=True, slots=True)
class DiscardTurn:
    """The turn is over without an answer: forget the audio appended since the last commit."""


@dataclass(frozen=True, slots=True)
class AskText:
    """A question in writing, a turn of its own: answer it. Not `spoken`: in text only.

    The provider says it back as a final `UserTranscript`, with the item that it made of it.
    """

    answer: int
    text: str
    spoken: bool


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What the `call` of `answer` gave: the answer goes on with it. `output` is what the model reads."""

    answer: int
    call: str
    output: str


@dataclass(frozen=True, slots=True)
class ToolRan:
    """For the turn that is asked next a tool ran already, when another session answered: here is what
    it gave, so that it does not run again."""

    call: str
    name: str
    arguments: str
    output: str


@dataclass(frozen=True, slots=True)
class Configure:
    """The session goes on with another configuration, from the next answer on."""

    config: SessionConfig


@dataclass(frozen=True, slots=True)
class CloseSession:
    """End the session and its connection."""


Command = (
    AppendAudio
    | CommitTurn
    | ContinueAnswer
    | CancelAnswer
    | DiscardTurn
    | AskText
    | ToolResult
    | ToolRan
    | Configure
    | CloseSession
)


class Languages(StrEnum):
    """What a provider takes of a language tag such as "de-AT"."""

    ANY = "any"  # all of it, or it is told in words
    WITHOUT_REGION = "without_region"  # "de"
    WITH_REGION = "with_region"  # all of it, and of "de" nothing
    ENGLISH = "english"  # it understands no other


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a provider can do, declared so that it is checked at start and not on the bad day.

    Of `speeds`, `temperatures` and `output_tokens`, least and most, it takes the nearest to what is wished.
    """

    input_rate_hz: int
    output_rate_hz: int
    truncates: bool = False  # can be told what was heard of an answer
    discards: bool = False  # can forget appended audio
    transcribes_user: bool = False
    ends_turns: bool = False  # can say when a turn ended
    tools: bool = False
    text_in: bool = False  # takes a question in writing
    text_out: bool = False  # can answer in text alone
    continues: bool = False  # can go on with an answer that another provider began
    speed: bool = False  # can speak faster or slower
    temperature: bool = False
    max_output_tokens: bool = False
    speeds: tuple[float, float] = (0.0, inf)
    temperatures: tuple[float, float] = (0.0, inf)
    output_tokens: tuple[float, float] = (1, inf)
    languages: Languages = Languages.ANY
