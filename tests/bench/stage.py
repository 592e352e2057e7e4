"""One replay against the simulator, as a process of its own, and everything that came of it."""

import json
import subprocess
import sys
import tempfile
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from tests.bench.levels import Envelope, envelope
from tests.recordings import Recording
from tests.simulators.openai_realtime import SimulatorThread
from tests.simulators.openai_script import Record, Script

OUT_RATE_HZ = 24_000
TONE_HZ = 440.0
TONE_AMPLITUDE = 8000


@dataclass(frozen=True)
class Spoken:
    """One utterance in the input, by its label, in milliseconds."""

    start_ms: float
    end_ms: float
    text: str


@dataclass(frozen=True)
class Replayed:
    """What one replay was given and what came of it."""

    spoken: list[Spoken]
    out: Pcm
    events: list[dict[str, Any]]
    record: Record | None
    exit_code: int

    @property
    def envelope(self) -> Envelope:
        """The level of the loudspeaker."""
        return envelope(self.out, OUT_RATE_HZ)

    def of(self, name: str) -> list[dict[str, Any]]:
        """The events of one name."""
        return [event for event in self.events if event["event"] == name]


def tone(duration_s: float) -> Pcm:
    """An answer of constant level, audible from its first sample."""
    t = np.arange(round(duration_s * OUT_RATE_HZ)) / OUT_RATE_HZ
    return (TONE_AMPLITUDE * np.cos(2 * np.pi * TONE_HZ * t)).astype(np.int16)


def lay(recordings: Sequence[Recording], gaps_ms: Sequence[float]) -> tuple[Pcm, list[Spoken]]:
    """Recordings one after the other, `gaps_ms[i]` of silence before the *speech* of the i-th."""
    pieces: list[Pcm] = []
    spoken: list[Spoken] = []
    length, last_end = 0, 0
    for recording, gap_ms in zip(recordings, gaps_ms, strict=True):
        start = last_end + round(gap_ms * NEAR_RATE_HZ / 1000)
        silence = max(0, start - recording.speech_start - length)
        pieces += [np.zeros(silence, dtype=np.int16), recording.pcm]
        begin = length + silence
        length = begin + len(recording.pcm)
        last_end = begin + recording.speech_end
        spoken.append(
            Spoken(
                (begin + recording.speech_start) * 1000 / NEAR_RATE_HZ,
                last_end * 1000 / NEAR_RATE_HZ,
                recording.text,
            )
        )
    return np.concatenate(pieces), spoken


def replay(
    pcm: Pcm,
    spoken: list[Spoken],
    script: Script | None,
    *,
    settings: Sequence[str] = (),
    options: Sequence[str] = (),
    standby: bool = False,
) -> Replayed:
    """Run `appliance replay` on `pcm`; without a script the offline provider answers.

    `standby`: it is warm behind the script's provider, and reads what is said over an answer.
    """
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        write_wav(place / "in.wav", pcm)
        if script is None:
            exit_code = run_into(place, ['providers=[{name="offline",kind="offline"}]', *settings], options)
            record = None
        else:
            with SimulatorThread(script) as simulator:
                provider = f'{{name="openai",kind="openai",url="{simulator.url}",api_key="env:BENCH_KEY"}}'
                providers = [provider, '{name="offline",kind="offline"}'] if standby else [provider]
                exit_code = run_into(place, [f"providers=[{','.join(providers)}]", *settings], options)
                record = simulator.record
        events = [json.loads(line) for line in (place / "events.jsonl").read_text().splitlines()]
        return Replayed(spoken, read_wav(place / "out.wav"), events, record, exit_code)


def run_into(place: Path, settings: Sequence[str], options: Sequence[str]) -> int:
    """Run `appliance replay` on `place`/in.wav; out.wav and events.jsonl are beside it. Returns 0 or 1."""
    command = [sys.executable, "-m", "appliance", "replay", str(place / "in.wav")]
    command += ["--out", str(place / "out.wav"), "--events", str(place / "events.jsonl"), *options]
    for setting in settings:
        command += ["--set", setting]
    done = subprocess.run(
        command, env={"PATH": "/usr/bin:/bin", "BENCH_KEY": "bench"}, capture_output=True, text=True
    )
    if done.returncode not in (0, 1) or not (place / "events.jsonl").exists():
        raise RuntimeError(f"appliance replay ended with {done.returncode}: {done.stderr}")
    return done.returncode


def write_wav(path: Path, pcm: Pcm) -> None:
    """16 kHz, mono, 16 bit."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(NEAR_RATE_HZ)
        file.writeframes(pcm.tobytes())


def read_wav(path: Path) -> Pcm:
    """Mono, 16 bit."""
    with wave.open(str(path), "rb") as file:
        return np.frombuffer(file.readframes(file.getnframes()), dtype=np.int16)
