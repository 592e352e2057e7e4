"""`python -m tests.simulators.openai_realtime`: the simulated server from the command line."""

import argparse
import asyncio
import json
import sys
from pathlib import Path

import numpy as np

from appliance.audio.wav import WavReader
from appliance.pcm.formats import Pcm
from appliance.pcm.resample import Resampler
from tests.simulators.openai_realtime import Simulator
from tests.simulators.openai_script import RATE_HZ, Answer, Behaviour, Record, chirp
from tests.simulators.simulator import until_interrupted

# Of the sound of one answer: as much as fits into memory with ease.
_LONGEST_S = 600


def main() -> None:
    """Serve until SIGINT or SIGTERM, then print what was told; exit 1 after a violation."""
    options = _parser().parse_args()
    answer = Answer(
        pcm24k=_read_wav(options.answer) if options.answer else chirp(),
        transcript=options.transcript,
        user_transcript=options.user_transcript,
        delay_s=options.delay_s,
        speed=options.speed,
    )
    behaviour = Behaviour(network_delay_s=options.network_delay_s)
    record = asyncio.run(until_interrupted(Simulator(answer, behaviour, port=options.port)))
    print(json.dumps(_summary(record), indent=2))
    sys.exit(1 if record.violations else 0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="A strict OpenAI Realtime server on loopback.")
    parser.add_argument("--port", type=int, default=0, help="0: any that is free")
    parser.add_argument("--answer", type=Path, help="WAV with the answer's sound (default: a chirp of 1 s)")
    parser.add_argument("--transcript", default=Answer().transcript, help="what the answer says")
    parser.add_argument("--user-transcript", default=Answer().user_transcript, help="what the person said")
    parser.add_argument("--delay-s", type=float, default=0.0, help="before the first sound of an answer")
    parser.add_argument("--speed", type=float, help="times real time (default: as fast as it is taken)")
    parser.add_argument("--network-delay-s", type=float, default=0.0, help="one way")
    return parser


def _summary(record: Record) -> dict[str, object]:
    return {
        "connections": record.connections,
        "turns_ms": [round(len(turn.pcm24k) * 1000 / RATE_HZ) for turn in record.turns],
        "truncated_at_ms": [cut.audio_end_ms for cut in record.truncations],
        "cancelled": len(record.cancelled),
        "deleted": len(record.deleted),
        "races": record.races,
        "violations": record.violations,
    }


def _read_wav(path: Path) -> Pcm:
    with WavReader(path) as file:
        pcm = file.read(_LONGEST_S * file.rate_hz)
        resampler = Resampler(file.rate_hz, RATE_HZ)
    return np.concatenate([resampler.process(pcm), resampler.flush()])
