"""Provider → conversation: what came of what was asked; and what the chain says of its providers."""

from dataclasses import dataclass, field
from enum import StrEnum

from appliance.errors import Cause, FailureCategory
from appliance.pcm.formats import Pcm


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

    `written` text has no sound: it was read as it came. `said_by_ms` where the vendor tells: so far into
    the sound of the item all of this text has been said.
    """

    answer: int
    text: str
    final: bool
    item: str | None = None
    item_text: str | None = None
    written: bool = False
    said_by_ms: float | None = None


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


class UsageUnit(StrEnum):
    """What a provider counts, and asks money for."""

    INPUT_TEXT_TOKENS = "input_text_tokens"  # without those that were cached
    INPUT_AUDIO_TOKENS = "input_audio_tokens"  # without those that were cached
    INPUT_CACHED_TEXT_TOKENS = "input_cached_text_tokens"
    INPUT_CACHED_AUDIO_TOKENS = "input_cached_audio_tokens"
    OUTPUT_TEXT_TOKENS = "output_text_tokens"
    OUTPUT_AUDIO_TOKENS = "output_audio_tokens"
    INPUT_AUDIO_MS = "input_audio_ms"
    OUTPUT_AUDIO_MS = "output_audio_ms"
    OUTPUT_CHARACTERS = "output_characters"  # that were spoken


@dataclass(frozen=True, slots=True)
class AnswerGenerated:
    """All of `answer` that is played has come, for certain; its end, with what it cost, is still to be told.

    Only where the vendor says so. It is for the chain, which passes it on to nobody: an answer whose end is
    lost after it is whole.
    """

    answer: int


@dataclass(frozen=True, slots=True)
class AnswerDone:
    """The provider has sent everything of `answer`. `usage` is keyed by `UsageUnit`, where it is known."""

    answer: int
    complete: bool
    usage: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UsageTold:
    """What was counted for `answer`, which was cancelled or failed, so that no `AnswerDone` tells it; it may
    come after the cancel. What a turn took that nobody asked to answer is told with another answer, or of
    `answer` 0 where there was none. For who pays: it means nothing to the conversation."""

    answer: int
    usage: dict[str, int]


@dataclass(frozen=True, slots=True)
class TurnEndHeard:
    """The provider takes the person's turn to be over, by what was appended so far."""


@dataclass(frozen=True, slots=True)
class ClosingSoon:
    """The peer will end the session in `remaining_s`, counted from this event.

    Who knows at the start how long it may last says so right after `Ready`, and again whenever the peer says
    so itself; the earliest end counts. When to renew the session before that is up to who holds it.
    """

    remaining_s: float


@dataclass(frozen=True, slots=True)
class Failure:
    """The provider cannot go on. With `answer`, only that answer failed and the session lives. `cause`: why
    it could not be reached."""

    category: FailureCategory
    message: str
    retry_after_s: float | None = None
    answer: int | None = None
    cause: Cause | None = None


class LinkState(StrEnum):
    """How a provider's link stands (public contract: event log `provider.link`)."""

    CONNECTING = "connecting"
    READY = "ready"
    DOWN = "down"
    BACKING_OFF = "backing_off"


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """The chain's news of one provider; `reason` is a failure's category or empty, `cause` why it could not
    be reached. `background`: of a session beside the one that the conversation waits for."""

    provider: str
    link: LinkState
    reason: str = ""
    message: str = ""
    background: bool = False
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class FailedOver:
    """The chain goes on with another provider; `replayed_ms` of the turn's audio were told again, none where
    it was asked beside the other one before (`Hedged`)."""

    origin: str
    target: str
    reason: str
    replayed_ms: int


@dataclass(frozen=True, slots=True)
class Hedged:
    """`second` is asked beside `first`, who lets the person wait: both cost money. It was told
    `replayed_ms` of the turn's audio."""

    first: str
    second: str
    replayed_ms: int


@dataclass(frozen=True, slots=True)
class AnswerBrokeOff:
    """Who gave the beginning of `answer` is lost, and somebody is asked to go on with it: the next
    `AnswerStarted` is theirs. What comes of it after that follows what came before."""

    answer: int


ChainEvent = LinkChanged | FailedOver | Hedged | AnswerBrokeOff

ProviderEvent = (
    Ready
    | UserTranscript
    | AnswerStarted
    | AnswerAudio
    | AnswerTranscript
    | ToolCall
    | AnswerGenerated
    | AnswerDone
    | UsageTold
    | TurnEndHeard
    | ClosingSoon
    | Failure
)
