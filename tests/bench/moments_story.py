"""The story that every server tells, how one dies in the midst of it, and what it was told before."""

import asyncio
import random
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum
from itertools import accumulate
from types import TracebackType
from typing import Protocol, Self

import numpy as np
from websockets.asyncio.server import ServerConnection

from appliance.pcm.formats import Pcm
from tests.bench.floor_answer import answer
from tests.simulators.openai_script import RATE_HZ

# Short and long words, none of them twice, and one pause. The first server knows only so many of them, so
# that also after its last one something is left to be said.
STORY = ["Once", "there", "was", "a", "little", "speaker,", "that", "never", "forgot", "how", "far", "it"]
FIRST_WORDS = 9
# A reader's pace, pauses included: 70 ms a character of this story.
WORD_MS = 350
WORD_SAMPLES = WORD_MS * RATE_HZ // 1000
STORY_SAMPLES = len(STORY) * WORD_SAMPLES
# Where its words end. The realtime servers say each with its words, so that the length of a word is nothing
# to them: it is the same for all. Of a cascade's voice nothing is known but what it was given to say: its
# words are as long as their letters make them, and quicker or slower than that by this.
EVENLY = tuple(WORD_SAMPLES * n for n in range(1, len(STORY) + 1))
UNEVEN = 0.15
CHUNK_MS = 100  # of the server's sound
CHUNK_SAMPLES = CHUNK_MS * RATE_HZ // 1000
TIMER = "set_timer"
TIMER_ARGUMENTS = '{"minutes": 10, "name": "tea"}'
OUT_OF_ORDER_STATUS = 503


def _by_letters() -> tuple[int, ...]:
    chance = random.Random("voice")
    lengths = [(len(word) + 1) * chance.uniform(1 - UNEVEN, 1 + UNEVEN) for word in STORY]
    return tuple(round(end / sum(lengths) * STORY_SAMPLES) for end in accumulate(lengths))


class Kind(StrEnum):
    """A provider, as the settings call it."""

    OPENAI = "openai"
    GEMINI = "gemini"
    LIVE = "openai-live"
    CASCADE = "cascade"

    @property
    def word_ends(self) -> tuple[int, ...]:
        """The sample at which each word of the story ends."""
        return _BY_LETTERS if self is Kind.CASCADE else EVENLY

    @property
    def chunks(self) -> int:
        """Of what it says, where it is the first: the last one is shorter than the others."""
        return -(-self.word_ends[FIRST_WORDS - 1] // CHUNK_SAMPLES)


_BY_LETTERS = _by_letters()


class Manner(Enum):
    """How a server dies."""

    RESET = "the connection is reset"
    CLOSED = "the connection is closed in the server's name"
    FAILED = "it says that it failed"
    SILENT = "it says no more, and its connection lives"


@dataclass(frozen=True)
class Fate:
    """The `nth` time that the first server "got …" or "sent …" that, it says no more, and `after_ms` later
    it dies; `second` has to answer, or to go on."""

    moment: str
    at: str
    nth: int
    after_ms: float
    manner: Manner
    first: Kind = Kind.OPENAI
    second: Kind = Kind.OPENAI


class Death:
    """Counts what happens at one server, until its fate is met; then it says no more."""

    def __init__(self, fate: Fate | None) -> None:
        self.fate = fate
        self.has_come = False
        self._times = 0

    def comes_with(self, happened: str) -> bool:
        """Whether this is what the server dies of."""
        if self.fate is None or self.has_come or happened != self.fate.at:
            return False
        self._times += 1
        self.has_come = self._times == self.fate.nth
        return self.has_come


@dataclass(frozen=True)
class Tale:
    """How a server answers: whose voice, how many words of the story it knows, how many times faster than it
    is played, how late, and how many words its text is ahead of its sound."""

    voice: int
    kind: Kind = Kind.OPENAI
    words: int = len(STORY)
    speed: float | None = None
    think_s: float = 0.0
    words_ahead: int = 0
    with_timer: bool = False  # a tool is called before the first word, unless it ran for this question

    def rest(self, told: str) -> tuple[Pcm, str]:
        """What is still to be said after these words: its sound and its text."""
        begin = len(told.split())
        return self.sound(begin, self.words), " ".join(STORY[begin : self.words])

    def sound(self, begin: int, end: int) -> Pcm:
        """The words from number `begin` to before `end`."""
        ends = (0, *self.kind.word_ends)
        return voice(self.voice)[ends[begin] : ends[max(begin, end)]]

    def words_before(self, sample: int) -> float:
        """How many words lie before this sample of the story."""
        return float(np.interp(sample, (0, *self.kind.word_ends), range(len(STORY) + 1)))


@dataclass(frozen=True)
class Account:
    """What a server was told, in terms that all of them share.

    `turns` is the sound of each turn that it was asked to answer, as it came; `said` are the words of the
    answer that others gave before it; `results` counts those of tools, its own calls and others'.
    """

    violations: Sequence[str]
    turns: Sequence[Pcm]
    rate_hz: int
    said: str
    results: int


class StoryServer(Protocol):
    """Tells the story, goes on with one that broke off, and dies at its fate; once dead it lets nobody in."""

    tale: Tale
    death: Death
    url: str

    def account(self) -> Account:
        """Complete once its clients have gone."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def voice(number: int) -> Pcm:
    """The whole story by server `number`: its sound tells who speaks and where in the story."""
    return answer(number, STORY_SAMPLES)


async def hang_up(connection: ServerConnection, manner: Manner) -> None:
    """Let a WebSocket die: by a close frame, or by the kernel's RST."""
    if manner is Manner.RESET:
        reset(connection.transport)
    elif manner in (Manner.CLOSED, Manner.FAILED):
        await connection.close(1011, "internal error")


def reset(transport: asyncio.WriteTransport) -> None:
    """The kernel sends RST, because nothing is to linger."""
    lingers_not = struct.pack("ii", 1, 0)
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, lingers_not)
    transport.abort()
