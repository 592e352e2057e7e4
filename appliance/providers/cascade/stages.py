"""The seams of the cascade: what each of its three stages does, whoever runs it.

Everything here belongs to the event loop's thread. A stage that fails raises `ProviderError`; one that
is cancelled leaves no request, process or connection behind. A stage is made without touching anything,
serves one session, and is opened before and closed after everything else.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable

from appliance.conversation.vocabulary import Languages, SessionConfig
from appliance.pcm.formats import Pcm

# The session is to be ready while somebody may be speaking already: a server that needs ten times the
# usual half second for a connection is not one to wait for.
OPEN_TIMEOUT_S = 5.0

Usage = Mapping[str, int]
"""Keyed by `UsageUnit`."""


class Stage(Protocol):
    """What the three have in common."""

    async def open(self) -> None:
        """Make sure that it can be used, and get ready. Raises `ProviderError` where it cannot; the session
        waits `OPEN_TIMEOUT_S`."""

    async def close(self) -> None:
        """Let go of everything, within a second; also where `open` failed or was not called."""


@runtime_checkable
class Warming(Protocol):
    """A stage of which the first request after a while takes longer: it may have to connect anew."""

    async def warm(self) -> None:
        """Somebody has begun to talk, and will be answered. Raises nothing for what a peer does."""


class Transcription(Protocol):
    """One turn on its way to words."""

    def append(self, pcm: Pcm) -> None:
        """The next samples of the turn, 16 kHz; never blocks. Sent while the person talks where the server
        can take it, else kept; bounded by the turn's own bound."""

    async def finish(self) -> str:
        """The turn is over: its words, empty where there were none. Called once."""

    async def close(self) -> None:
        """Nobody wants the words any more, or they were told; within a second, also twice."""

    @property
    def usage(self) -> Usage:
        """What it took; complete after `finish`."""


class SpeechToText(Stage, Protocol):
    """Writes down what a person says."""

    @property
    def languages(self) -> Languages:
        """What it takes of the language of `listen`; known before `open`."""

    def listen(self, language: str) -> Transcription:
        """A turn begins; `language` is a tag such as "en" or "de-AT"."""


@dataclass(frozen=True, slots=True)
class MadeCall:
    """A tool that the model called; `arguments` is JSON text as it wrote it."""

    call: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the dialogue. A "tool" message answers the call `call` of the assistant before it."""

    role: Literal["system", "user", "assistant", "tool"]
    text: str
    calls: tuple[MadeCall, ...] = ()
    call: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """The next piece of what the model writes."""

    text: str


@dataclass(frozen=True, slots=True)
class Counted:
    """What the server has counted of this message so far, in all."""

    usage: Usage


@dataclass(frozen=True, slots=True)
class Finished:
    """The model is done; `cut_off` where it stopped at its maximum length. `usage` is that of the message."""

    cut_off: bool = False
    usage: Usage = field(default_factory=dict)


class LanguageModel(Stage, Protocol):
    """Writes what is said next."""

    def write(
        self, messages: Sequence[Message], config: SessionConfig
    ) -> AsyncGenerator[Words | MadeCall | Counted | Finished, None]:
        """The answer, piece by piece, ended by `Finished`. Closing the iterator cancels the request.

        Of `config` it takes the tools, the temperature and the maximum length; the rest is in `messages`.
        """


class TextToSpeech(Stage, Protocol):
    """Speaks."""

    @property
    def rate_hz(self) -> int:
        """Of the samples it gives; known before `open`."""

    @property
    def speeds(self) -> tuple[float, float] | None:
        """The least and the most of what `speak` can be asked for, beyond which the nearest is taken; None:
        it has one pace only. Known before `open`."""

    def speak(self, text: str, language: str, speed: float) -> AsyncGenerator[Pcm, None]:
        """`text` (a clause or a sentence) as sound, as it comes; `speed` 0.5…2, 1 its usual pace.

        Closing the iterator cancels it. Two may run at once: the next text while one is still spoken.
        """


@dataclass(frozen=True, slots=True)
class Stages:
    """The three of one session."""

    hearing: SpeechToText
    writing: LanguageModel
    speaking: TextToSpeech
