"""What the simulated Wyoming server is to do, and what it keeps about what it was told."""

import asyncio
from dataclasses import dataclass, field
from enum import Enum, auto

import numpy as np

from appliance.pcm.formats import Pcm, pcm_to_bytes
from tests.simulators.openai_script import chirp


class Trouble(Enum):
    """What goes wrong."""

    DROPS = auto()  # the connection is lost
    BABBLES = auto()  # something that is no event
    KEEPS_SILENT = auto()  # nothing comes any more
    FAILS = auto()  # an "error" event


@dataclass(frozen=True)
class Script:
    """How every request is answered, and where the server fails: on the event `at`, after `after` of them,
    `times` times (None: always).

    `sound` is what every text sounds like, in frames of `width` bytes and `channels` channels.
    """

    transcript: str = "what time is it"
    pieces: tuple[str, ...] = ()  # of the transcript, told before it
    only_pieces: bool = False
    asr_languages: tuple[str, ...] = ("en", "de")
    sound: bytes = field(default_factory=lambda: pcm_to_bytes(chirp(0.5)))
    rate: int = 24_000
    width: int = 2
    channels: int = 1
    chunk_bytes: int = 2_047  # no whole number of samples
    sentences: int = 1  # the sound is begun and stopped so often
    tts_languages: tuple[str, ...] = ("en_GB", "de_DE")
    streams: bool = False
    offers: tuple[str, ...] = ("asr", "tts")
    trouble: Trouble | None = None
    at: str = ""
    after: int = 0
    times: int | None = None
    transcribes_early: bool = False  # before the turn is over
    delay_s: float = 0.0  # before each answer
    pace_s: float = 0.0  # after each chunk of sound


@dataclass
class Record:
    """What the clients of one server did; lists only ever grow."""

    violations: list[str] = field(default_factory=list)
    turns: list[Pcm] = field(default_factory=list)  # complete ones, 16 kHz
    heard_samples: int = 0  # of all turns, also of those under way
    asked: list[tuple[str | None, str | None]] = field(default_factory=list)  # (model, language)
    texts: list[str] = field(default_factory=list)
    voices: list[dict[str, str]] = field(default_factory=list)
    described: int = 0
    connections: int = 0
    gone: int = 0
    failed: int = 0  # how often it went wrong
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self) -> None:
        """Something changed: whoever waits in `until` looks again."""
        self.changed.set()

    async def until_all_are_gone(self) -> None:
        """Wait until no client is connected any more."""
        while self.gone < self.connections:
            self.changed.clear()
            await self.changed.wait()

    async def until_heard(self, samples: int) -> None:
        """Wait until so many samples arrived."""
        while self.heard_samples < samples:
            self.changed.clear()
            await self.changed.wait()


def stereo(pcm: Pcm) -> bytes:
    """`pcm` in both channels, 16 bit."""
    return pcm_to_bytes(np.repeat(pcm, 2))
