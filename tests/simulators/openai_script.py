"""What the simulated server is to do, and what it keeps about what it was told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from appliance.pcm.formats import Pcm

Dialect = Literal["ga", "beta"]

RATE_HZ = 24_000
SAMPLES_PER_MS = RATE_HZ // 1000


def chirp(duration_s: float = 1.0, low_hz: float = 200.0, high_hz: float = 2000.0) -> Pcm:
    """A tone rising from `low_hz` to `high_hz` at half of full scale: every instant sounds different."""
    t = np.arange(round(duration_s * RATE_HZ)) / RATE_HZ
    phase = 2 * np.pi * (low_hz * t + (high_hz - low_hz) * t**2 / (2 * duration_s))
    return (np.sin(phase) * 16384).astype(np.int16)


@dataclass(frozen=True)
class Turn:
    """One turn of the person: everything that was appended for it, 24 kHz, or what was written."""

    index: int
    item_id: str
    pcm24k: Pcm
    text: str = ""  # of a question in writing, which has no sound


@dataclass(frozen=True)
class Call:
    """A function that the model calls."""

    name: str
    arguments: str = "{}"


@dataclass(frozen=True)
class Answer:
    """How one turn is answered. Without `speed` the sound comes as fast as the socket takes it."""

    pcm24k: Pcm = field(default_factory=chirp)
    transcript: str = "This is what the simulator has to say."
    user_transcript: str = "a question"  # "": the transcription fails
    items: int = 1  # the sound is spread over this many items
    words_ahead: int = 0  # so many words are told before the sound of the first of them
    calls: tuple[Call, ...] = ()  # made after the sound, if there is any
    then: "Answer | None" = None  # what is said once the calls have their results
    created_delay_s: float = 0.0  # response.create → response.created
    delay_s: float = 0.0  # response.created → first sound
    transcript_delay_s: float = 0.0  # commit → what the person said
    chunk_ms: int = 100
    speed: float | None = None  # times real time
    silent: bool = False  # takes response.create and never says a word
    fail_with: str | None = None  # error code of a failed response, after its sound
    incomplete: str | None = None  # "max_output_tokens" | "content_filter"
    drop_after_ms: int | None = None  # the connection is lost after so much of the sound
    garbage: str | bytes | None = None  # one frame of nonsense …
    garbage_after_ms: int = 0  # … after so much of the sound


Script = Callable[[Turn], Answer]


def in_order(*answers: Answer) -> Script:
    """The first turn gets the first answer and so on; the last one is for all that follow."""
    return lambda turn: answers[min(max(turn.index, 0), len(answers) - 1)]


def script_of(answers: Script | Answer | Sequence[Answer]) -> Script:
    """Whatever a test finds handy, as a script."""
    if isinstance(answers, Answer):
        return in_order(answers)
    return answers if callable(answers) else in_order(*answers)


@dataclass(frozen=True)
class Behaviour:
    """What the server does whatever is said."""

    api_key: str | None = None  # the only one that is let in; None: any
    reject_status: int | None = None  # HTTP status instead of the upgrade
    retry_after: str | None = None
    reject_code: str = "refused"  # error code in the body of that refusal
    refuse_with: str | None = None  # upgraded, then an error with this code instead of session.created
    never_creates: bool = False  # upgraded, then nothing
    never_updates: bool = False  # session.update is never answered
    update_delay_s: float = 0.0
    expires_after_s: float | None = None  # session_expired and close 1001 so long after session.created
    network_delay_s: float = 0.0  # one way, both ways
    beta_names: bool = False  # GA, but the server events have the names that they had in the beta
    dialect: Dialect = "ga"
    lasts_s: int = 3600  # what session.created says of its end
    race_s: float = 0.25  # a cancel that comes so soon after response.done (plus the delay) crossed it
    hears: tuple[tuple[int, int], ...] = ()  # speech, by its own turn detection; see `openai_buffer`


@dataclass(frozen=True)
class Truncation:
    """The client says how much of an item was heard; `generated_ms` were made by then."""

    item_id: str
    audio_end_ms: int
    generated_ms: int


@dataclass
class Record:
    """What the clients of one server did; lists only ever grow."""

    violations: list[str] = field(default_factory=list)  # what a correct client never does
    races: list[str] = field(default_factory=list)  # refused, but the client could not know
    turns: list[Turn] = field(default_factory=list)
    appended_samples: int = 0
    cleared: int = 0
    updates: list[dict[str, Any]] = field(default_factory=list)  # the `session` of each session.update
    history: list[tuple[str, str]] = field(default_factory=list)  # (role, text) put in by the client
    asked: list[str] = field(default_factory=list)  # metadata["answer"] of each response.create
    modalities: list[str] = field(default_factory=list)  # of each response: audio or text
    instructions: list[str] = field(default_factory=list)  # of each response; "": those of the session
    results: list[tuple[str, str]] = field(default_factory=list)  # (call id, output) told by the client
    retold: list[tuple[str, str]] = field(default_factory=list)  # (call id, name) of calls the client put in
    cancelled: list[str] = field(default_factory=list)  # response ids
    truncations: list[Truncation] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)  # item ids
    finished: list[tuple[str, str]] = field(default_factory=list)  # (response id, status)
    connections: int = 0
    goodbyes: list[int | None] = field(default_factory=list)  # close code of each client, None: none
