"""`python -m tests.simulators.stage_cli deepgram|elevenlabs|wyoming`: a simulated stage as a process."""

import argparse
import asyncio
import json
import sys
from collections.abc import Callable

from tests.simulators import deepgram_live, elevenlabs_http, wyoming_script, wyoming_server
from tests.simulators.simulator import Simulated, until_interrupted

Record = deepgram_live.Record | elevenlabs_http.Record | wyoming_script.Record

SIMULATORS: dict[str, Callable[[], Simulated[Record]]] = {
    "deepgram": deepgram_live.Simulator,
    "elevenlabs": elevenlabs_http.Simulator,
    "wyoming": wyoming_server.Simulator,
}


def main() -> None:
    """Print the address, serve until SIGINT or SIGTERM, print what was told; exit 1 after a violation."""
    parser = argparse.ArgumentParser(description="A strict stage of a cascade on loopback.")
    parser.add_argument("stage", choices=sorted(SIMULATORS))
    record = asyncio.run(until_interrupted(SIMULATORS[parser.parse_args().stage]()))
    print(json.dumps({"connections": record.connections, "violations": record.violations}, indent=2))
    sys.exit(1 if record.violations else 0)


if __name__ == "__main__":
    main()
