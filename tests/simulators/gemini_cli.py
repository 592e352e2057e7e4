"""`python -m tests.simulators.gemini_live`: the simulated server from the command line."""

import argparse
import asyncio
import json
import sys

from tests.simulators.gemini_live import Simulator
from tests.simulators.gemini_script import IN_SAMPLES_PER_MS, Answer, Record
from tests.simulators.simulator import until_interrupted


def main() -> None:
    """Serve until SIGINT or SIGTERM, then print what was told; exit 1 after a violation."""
    parser = argparse.ArgumentParser(description="A strict Gemini Live server on loopback.")
    parser.add_argument("--port", type=int, default=0, help="0: any that is free")
    parser.add_argument("--transcript", default=Answer().transcript, help="what the answer says")
    parser.add_argument("--user-transcript", default=Answer().user_transcript, help="what the person said")
    parser.add_argument("--delay-s", type=float, default=0.0, help="before the first sound of an answer")
    parser.add_argument("--speed", type=float, help="times real time (default: as fast as it is taken)")
    options = parser.parse_args()
    answer = Answer(
        transcript=options.transcript,
        user_transcript=options.user_transcript,
        delay_s=options.delay_s,
        speed=options.speed,
    )
    record = asyncio.run(until_interrupted(Simulator(answer, port=options.port)))
    print(json.dumps(_summary(record), indent=2))
    sys.exit(1 if record.violations else 0)


def _summary(record: Record) -> dict[str, object]:
    return {
        "connections": record.connections,
        "turns_ms": [round(len(turn.pcm16k) / IN_SAMPLES_PER_MS) for turn in record.turns],
        "interrupted": record.interrupted,
        "resumed": len(record.resumed),
        "violations": record.violations,
    }
