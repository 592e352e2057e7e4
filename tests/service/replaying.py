"""What tests of replays need: a replay, its events, and sound that is to be found in other sound."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from appliance.pcm.resample import Resampler
from appliance.service.replay import OUT_RATE_HZ, ReplayOptions, run_replay
from appliance.settings import load_settings
from tests.bench.stage import read_wav, write_wav
from tests.service.event_schema import problems

Event = dict[str, Any]

# Half of what the answers' tones peak at: what of them is loud lasts as long as they do, to the millisecond.
LOUD = 3000
_OUT_SAMPLES_PER_MS = OUT_RATE_HZ // 1000


def replayed(folder: Path, microphone: Pcm, *settings: str, **options: Any) -> tuple[int, list[Event], Pcm]:
    """The exit code, the events, which break no rule, and what the loudspeaker played. Keys: `env:KEY`."""
    files = ReplayOptions(folder / "in.wav", folder / "out.wav", folder / "events.jsonl", **options)
    write_wav(files.wav, microphone)
    exit_code = run_replay(load_settings([], settings, {"KEY": "sk-test"}).settings, files)
    events = read_events(files.events)
    assert problems(events) == []
    return exit_code, events, read_wav(files.out)


def read_events(file: Path) -> list[Event]:
    """The lines of an event log."""
    return [json.loads(line) for line in file.read_text().splitlines()]


def of(events: list[Event], kind: str) -> list[Event]:
    """The events of one kind."""
    return [event for event in events if event["event"] == kind]


def at_24k(pcm: Pcm) -> Pcm:
    """16 kHz sound at the rate of most vendors, resampled in one piece."""
    resampler = Resampler(NEAR_RATE_HZ, OUT_RATE_HZ)
    return np.concatenate((resampler.process(pcm), resampler.flush()))


def likeness(received: Pcm, said: Pcm) -> float:
    """The best normalised correlation of `said` with any stretch of `received`, 0…1; both of one rate."""
    a, b = received.astype(np.float64), said.astype(np.float64)
    size = 1 << (len(a) + len(b)).bit_length()
    products = np.fft.irfft(np.fft.rfft(a, size) * np.conj(np.fft.rfft(b, size)), size)
    start = int(products[: max(1, len(a) - len(b) + 1)].argmax())
    stretch = a[start : start + len(b)]
    return float(stretch @ b[: len(stretch)] / (np.linalg.norm(stretch) * np.linalg.norm(b) + 1e-9))


def loud_ms(out: Pcm, start_ms: float = 0, end_ms: float | None = None) -> int:
    """How many milliseconds of what the loudspeaker played (24 kHz) are loud, from `start_ms` to `end_ms`."""
    first = round(start_ms) * _OUT_SAMPLES_PER_MS
    last = len(out) if end_ms is None else round(end_ms) * _OUT_SAMPLES_PER_MS
    part = out[first:last].astype(np.int32)
    whole = part[: len(part) // _OUT_SAMPLES_PER_MS * _OUT_SAMPLES_PER_MS]
    return int(np.count_nonzero(np.abs(whole).reshape(-1, _OUT_SAMPLES_PER_MS).max(axis=1) > LOUD))
