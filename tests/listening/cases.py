"""What one case of the set is: a microphone's sound, what is true of it by construction, and its files."""

import json
import wave
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from tests.listening.echo_path import EchoSpec
from tests.listening.rooms import Sound

Half = Literal["development", "held-out"]
HALVES: tuple[Half, Half] = ("development", "held-out")

# turn: somebody speaks to a device at rest. answer: the device is speaking, from `ANSWER_AT_MS` on.
# noise: nobody speaks. wake: as turn, but a wake word is waited for.
Scene = Literal["turn", "answer", "noise", "wake"]
ANSWER_AT_MS = 1000.0
ANSWER_RATE_HZ = 24_000


@dataclass(frozen=True)
class Label:
    """One sound of the near end, in milliseconds of the stream; the pauses that were put into it."""

    kind: str  # sentence, interruption, command, backchannel, transient, wake
    start_ms: float
    end_ms: float
    text: str = ""
    pauses_ms: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Case:
    """`near` is what the microphone hears at 16 kHz but for the echo, which the device itself makes.

    `level` is the step on the condition's axis ("5 dB", "RT 0.5 s"); `real`: a recorded human voice of
    `pocketsphinx-testdata` speaks.
    """

    name: str
    condition: str
    level: str
    half: Half
    scene: Scene
    voice: str
    real: bool
    duration_ms: float
    labels: tuple[Label, ...] = ()
    answer: str = ""  # file of what the device says, 24 kHz
    room: str = ""  # file of the loudspeaker's room
    echo: EchoSpec | None = None

    @property
    def file(self) -> str:
        """Of the near end, in the set's folder."""
        return f"{self.name}.wav"


@dataclass
class Made:
    """A case and its sounds, before they are files."""

    case: Case
    near: Pcm
    answer: Pcm | None = None
    room: Sound | None = None
    extra: dict[str, Any] = field(default_factory=dict)


def to_json(case: Case) -> dict[str, Any]:
    """For a manifest."""
    return asdict(case)


def from_json(read: dict[str, Any]) -> Case:
    """Out of a manifest."""
    labels = tuple(
        Label(**{**label, "pauses_ms": tuple((a, b) for a, b in label["pauses_ms"])})
        for label in read["labels"]
    )
    echo = EchoSpec(**read["echo"]) if read["echo"] else None
    return Case(**{**read, "labels": labels, "echo": echo})


def write_manifest(path: Path, cases: list[Case]) -> None:
    """All cases of a condition; written last, so that a manifest stands for whole files."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps([to_json(case) for case in cases], indent=1))
    part.rename(path)


def read_manifest(path: Path) -> list[Case]:
    """What `write_manifest` wrote."""
    return [from_json(read) for read in json.loads(path.read_text())]


def write_wav(path: Path, pcm: Pcm, rate_hz: int = NEAR_RATE_HZ) -> None:
    """Mono, 16 bit."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(pcm.astype("<i2").tobytes())


def read_wav(path: Path) -> Pcm:
    """Mono, 16 bit."""
    with wave.open(str(path), "rb") as file:
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.int16)
