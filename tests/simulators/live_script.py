"""What the simulated GPT-Live server is to do, and what it keeps about what it was told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from appliance.pcm.formats import Pcm
from tests.simulators.openai_script import Call, chirp

RATE_HZ = 24_000
SAMPLES_PER_MS = RATE_HZ // 1000
_NOTHING: Pcm = np.empty(0, np.int16)


@dataclass(frozen=True)
class Answer:
    """What the model does about one utterance; times are times of the session."""

    pcm24k: Pcm = field(default_factory=chirp)
    transcript: str = "Hello."
    user_transcript: str = "what time is it"
    delay_ms: int = 300  # from when it takes the utterance to be over
    calls: tuple[Call, ...] = ()  # the backend makes them before the sound of `then`
    then: "Answer | None" = None
    deaf: bool = False  # does not stop when the person talks over it
    drop_after_ms: int | None = None  # the connection is lost after so much of its sound
    garbage_after_ms: int | None = None  # one frame of nonsense after so much of its sound


Script = Callable[[int], Answer]


def in_order(*answers: Answer) -> Script:
    """The first utterance gets the first answer and so on; the last one is for all that follow."""
    return lambda index: answers[min(index, len(answers) - 1)]


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
    reject_code: str = "refused"
    refuse_with: str | None = None  # upgraded, then this error for session.start
    never_starts: bool = False
    expires_in_s: int = 3600  # what session.started tells
    close_after_ms: int | None = None  # session.closed after so much of the session's time …
    close_reason: str = "expired"
    endpoint_ms: int = 300  # quiet after which an utterance is over
    sends_silence: bool = True
    tick_ms: int = 0  # of noise when a session begins
    backchannel_after_ms: int | None = None  # "mhm" so long after a person began to talk
    usage_every_ms: int = 1000


@dataclass
class SessionRecord:
    """One session, as it was asked for, and what was heard in it."""

    config: dict[str, Any]
    chunks: list[Pcm] = field(default_factory=list)
    appended: list[tuple[str, str]] = field(default_factory=list)  # (event type, content)
    closed: str = ""  # the reason of session.closed

    @property
    def pcm24k(self) -> Pcm:
        """All sound, silence included."""
        return np.concatenate(self.chunks) if self.chunks else _NOTHING

    @property
    def history(self) -> list[tuple[str, str]]:
        """(role, text) of what was said before."""
        return [(item["role"], item["content"][0]["text"]) for item in self.config.get("input") or ()]


@dataclass
class Record:
    """What the clients of one server did; lists only ever grow."""

    violations: list[str] = field(default_factory=list)  # what a correct client never does
    sessions: list[SessionRecord] = field(default_factory=list)
    utterances: int = 0  # what people said, or asked in writing
    results: list[tuple[str, str]] = field(default_factory=list)  # (call id, output)
    answered: list[str] = field(default_factory=list)  # transcripts of the answers that were begun
    broken_off: int = 0  # answers that the person talked over
    goodbyes: list[int | None] = field(default_factory=list)  # close code of each client, None: none
