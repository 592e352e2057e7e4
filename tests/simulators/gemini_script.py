"""What the simulated Gemini Live server is to do, and what it keeps about what it was told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from appliance.pcm.formats import Pcm
from tests.simulators.openai_script import chirp

IN_SAMPLES_PER_MS = 16
OUT_SAMPLES_PER_MS = 24
MODELS = frozenset(
    {
        "gemini-3.8-live",
        "gemini-3.8-live-extended-thinking",
        "gemini-3.1-flash-live-preview",
        "gemini-2.0-flash-live-001",
    }
)


@dataclass(frozen=True)
class Turn:
    """One turn of the person: the sound of one activity, 16 kHz, or what was written."""

    index: int
    pcm16k: Pcm
    text: str = ""


@dataclass(frozen=True)
class Call:
    """A function that the model calls."""

    name: str
    args: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """How one turn is answered. Without `speed` the sound comes as fast as the socket takes it."""

    pcm24k: Pcm = field(default_factory=chirp)
    transcript: str = "This is what the simulator has to say."
    user_transcript: str = "a question"
    calls: tuple[Call, ...] = ()  # made after the sound, if there is any
    then: "Answer | None" = None  # what is said once the calls have their results
    delay_s: float = 0.0  # end of the turn → first sound
    chunk_ms: int = 100
    speed: float | None = None  # times real time
    playback_s: float = 0.0  # generationComplete → turnComplete
    silent: bool = False  # never says a word
    one_message: bool = False  # all of it in one message
    rate_hz: int = 24_000  # what the messages say it is sampled at
    breaks_off: bool = False  # `interrupted` by nobody, after its sound
    phantom: bool = False  # `interrupted` by nobody, after turnComplete
    reason: str = ""  # turnCompleteReason
    drop_after_ms: int | None = None  # the connection is lost after so much of the sound
    drop_before_end: bool = False  # it is lost between generationComplete and turnComplete
    close_with: tuple[int, str] | None = None  # closed with code and reason in place of the answer
    garbage: str | bytes | None = None  # one frame of nonsense …
    garbage_after_ms: int = 0  # … after so much of the sound


NOTHING = Answer(pcm24k=chirp(0.0), transcript="")

Script = Callable[[Turn], Answer]


def script_of(answers: Script | Answer | Sequence[Answer]) -> Script:
    """Whatever a test finds handy, as a script; the last answer of several is for all that follow."""
    if callable(answers):
        return answers
    listed = (answers,) if isinstance(answers, Answer) else tuple(answers)
    return lambda turn: listed[min(max(turn.index, 0), len(listed) - 1)]


@dataclass(frozen=True)
class Behaviour:
    """What the server does whatever is said."""

    api_key: str | None = None  # the only one that is let in; None: any
    reject_status: int | None = None  # HTTP status instead of the upgrade
    close_setup: tuple[int, str] | None = None  # closed with code and reason instead of setupComplete
    never_completes: bool = False  # the setup is never answered
    go_away_after_s: float | None = None  # so long after setupComplete …
    time_left: str = "50s"  # … with so much left
    text_frames: bool = False  # the vendor's are binary
    ends_turn_after_ms: int | None = None  # automatic detection: so much sound is a turn
    tells_voice_activity: bool = True
    forgets_handles: bool = False  # every handle is refused


@dataclass
class Record:
    """What the clients of one server did; lists only ever grow."""

    violations: list[str] = field(default_factory=list)  # what a correct client never does
    setups: list[dict[str, Any]] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    tail_samples: int = 0  # sound after the server took the turn to be over
    history: list[tuple[str, str]] = field(default_factory=list)  # (role, text)
    told: list[str] = field(default_factory=list)  # content that was not to be answered
    instructions: list[str] = field(default_factory=list)  # of each contextUpdate
    tools: list[list[str]] = field(default_factory=list)  # names, of each contextUpdate that has them
    results: list[tuple[str, str, Any]] = field(default_factory=list)  # (id, name, response)
    interrupted: int = 0  # generations, by the client
    resumed: list[str] = field(default_factory=list)  # handles
    refused_handles: list[str] = field(default_factory=list)
    connections: int = 0
    goodbyes: list[int | None] = field(default_factory=list)  # close code of each client, None: none
