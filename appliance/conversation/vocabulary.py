"""What the rooms say to one another.

Each vocabulary is spoken in one direction: hearing → conversation (speech events), conversation
→ provider (commands), provider → conversation (provider events), panel and control socket →
conversation (wishes), audio → conversation (devices). All sound in them is int16, mono, shape
`(n,)`; instants of the near end are 16 kHz sample indices since the start of the stream.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from appliance.errors import FailureCategory
from appliance.pcm.formats import Pcm as Pcm

# --------------------------------------------------------------------------- hearing → conversation


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
    """The run goes on, and holds enough for a word or two to be read from it."""

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
    """The person is done: the turn's audio ends before `at`, its speech before `last_speech`."""

    at: int
    last_speech: int
    cause: TurnEnd


@dataclass(frozen=True, slots=True)
class TurnTooShort:
    """The turn ended with less than `min_speech_ms` of speech: nobody asked anything."""

    at: int
    last_speech: int
    cause: TurnEnd
    speech_ms: int


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
)

# --------------------------------------------------------------------------- conversation → provider


Output = Literal["audio", "text"]


@dataclass(frozen=True, slots=True)
class SessionConfig:
    """What every provider is told when a session opens. `output` "text": no answer is ever spoken."""

    instructions: str
    language: str = "en"
    output: Output = "audio"


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
    | CancelAnswer
    | DiscardTurn
    | AskText
    | ToolResult
    | ToolRan
    | Configure
    | CloseSession
)


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a provider can do, declared so that it is checked at start and not on the bad day."""

    input_rate_hz: int
    output_rate_hz: int
    truncates: bool = False  # can be told what was heard of an answer
    discards: bool = False  # can forget appended audio
    transcribes_user: bool = False
    ends_turns: bool = False  # can say when a turn ended
    tools: bool = False
    text_in: bool = False  # takes a question in writing
    text_out: bool = False  # can answer in text alone


# --------------------------------------------------------------------------- provider → conversation


@dataclass(frozen=True, slots=True)
class Ready:
    """The session takes audio now."""


@dataclass(frozen=True, slots=True)
class UserTranscript:
    """What the person said for `answer` to answer; `text` is the whole text so far.

    A turn that went on after its commit has a piece for each answer that was asked for. `text` holds
    the pieces from answer `first` on, and with None only the last.
    """

    answer: int
    text: str
    final: bool
    item: str | None = None
    first: int | None = None


@dataclass(frozen=True, slots=True)
class AnswerStarted:
    """The provider has begun to work on `answer`. The chain fills in who it is and its rate."""

    answer: int
    item: str | None = None
    provider: str = ""
    output_rate_hz: int = 24_000


@dataclass(frozen=True, slots=True)
class AnswerAudio:
    """The next samples of `answer`, at the provider's output rate."""

    answer: int
    pcm: Pcm
    item: str | None = None


@dataclass(frozen=True, slots=True)
class AnswerTranscript:
    """What `answer` says. `text` is the whole text so far, `item_text` what of it `item` says (None: all).

    `written` text has no sound: it was read as it came.
    """

    answer: int
    text: str
    final: bool
    item: str | None = None
    item_text: str | None = None
    written: bool = False


TOOL_ARGUMENTS_MAX_CHARS = 16_384
"""Bound of `ToolCall.arguments`: far beyond what a household's tools take; more is a broken model."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """`answer` needs the tool `name` run; the answer stands until the `ToolResult` of `call` is told.

    `arguments` is JSON text as the model wrote it, not checked, at most `TOOL_ARGUMENTS_MAX_CHARS`.
    """

    answer: int
    call: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class AnswerDone:
    """The provider has sent everything of `answer`. `usage` is in the vendor's units."""

    answer: int
    complete: bool
    usage: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClosingSoon:
    """The peer will end the session in `remaining_s`."""

    remaining_s: float


@dataclass(frozen=True, slots=True)
class Failure:
    """The provider cannot go on. With `answer`, only that answer failed and the session lives."""

    category: FailureCategory
    message: str
    retry_after_s: float | None = None
    answer: int | None = None


class LinkState(StrEnum):
    """How a provider's link stands (public contract: event log `provider.link`)."""

    CONNECTING = "connecting"
    READY = "ready"
    DOWN = "down"
    BACKING_OFF = "backing_off"


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """The chain's news of one provider; `reason` is a failure's category or empty."""

    provider: str
    link: LinkState
    reason: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class FailedOver:
    """The chain goes on with another provider; `replayed_ms` of the turn's audio were told again."""

    origin: str
    target: str
    reason: str
    replayed_ms: int


ChainEvent = LinkChanged | FailedOver

ProviderEvent = (
    Ready
    | UserTranscript
    | AnswerStarted
    | AnswerAudio
    | AnswerTranscript
    | ToolCall
    | AnswerDone
    | ClosingSoon
    | Failure
)

# ------------------------------------------------------------- panel, control socket → conversation


@dataclass(frozen=True, slots=True)
class Pressed:
    """The button went down at this 16 kHz sample: the person has the floor."""

    at: int


@dataclass(frozen=True, slots=True)
class Released:
    """The button came up again, and was `held` long enough to mean: my turn ends with this sample."""

    at: int
    held: bool


@dataclass(frozen=True, slots=True)
class CommitWanted:
    """The open turn ends with this sample, whether or not there was silence."""

    at: int


@dataclass(frozen=True, slots=True)
class StopWanted:
    """Whatever goes on, a turn, an answer or an announcement, is over."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in writing. Not `spoken`: its answer is wanted in writing too."""

    text: str
    spoken: bool


@dataclass(frozen=True, slots=True)
class MuteWanted:
    """From here on nothing is heard (`muted`), or something is again."""

    muted: bool


@dataclass(frozen=True, slots=True)
class Ring:
    """An alarm: `pcm`, at the loudspeaker's rate, sounds before everything else."""

    pcm: Pcm


Wish = Pressed | Released | CommitWanted | StopWanted | Asked | MuteWanted | Ring

# ------------------------------------------------------------------- the conversation, to itself


@dataclass(frozen=True, slots=True)
class WordsRead:
    """The words of the run of speech that began at sample `run`; None: they could not be read."""

    run: int
    text: str | None


@dataclass(frozen=True, slots=True)
class FloorDecided:
    """Who has the floor: the person (`taken`), or the answer that was being spoken."""

    taken: bool


FloorEvent = WordsRead | FloorDecided


@dataclass(frozen=True, slots=True)
class ToolDone:
    """A tool has finished; `output` is what the model reads."""

    call: ToolCall
    ok: bool
    output: str


# --------------------------------------------------------------------------- audio → conversation


class DeviceState(StrEnum):
    """How a sound device stands (public contract: event log `device.state`)."""

    READY = "ready"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class DeviceChanged:
    """A device can be used again, or cannot; `reason` says why not, as a sentence for the owner."""

    device: Literal["microphone", "loudspeaker"]
    state: DeviceState
    name: str
    reason: str = ""
