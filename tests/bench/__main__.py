"""`python -m tests.bench`: every promise that is a number, measured in one run, as a table."""

import argparse
import dataclasses
import json
import os
import platform
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from pathlib import Path

from tests.bench import (
    dead_peers,
    false_turns,
    floor,
    floor_rows,
    footprint,
    hearing_cost,
    hedge,
    interruption,
    many_turns,
    moments,
    offline_latency,
    own_latency,
    pauses,
    replug,
    soak,
)
from tests.bench.stage import Replayed
from tests.bench.table import Row, render, spread

HEARING_S = 60.0
MOST_OF_A_CORE = {hearing_cost.SPEECH: 3, hearing_cost.SILENT_ROOM: 1, hearing_cost.EVERYTHING: 8}
# By itself `tests.bench.hedge` runs more of them; here each way a race can go comes as often.
RACES = 24


def machine() -> str:
    """Where this was measured, in a line."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    model = names[0] if names else platform.machine()
    return f"{date.today()}, {os.cpu_count()} cores of {model}, Python {platform.python_version()}"


def conversations() -> list[Row]:
    """The replays run beside one another: each takes a few per cent of a core. But one whose words are read
    while it is spoken has the machine to itself, as it has in a speaker."""
    with ThreadPoolExecutor(max_workers=5) as pool:
        latency = pool.submit(own_latency.run)
        offline = pool.submit(offline_latency.run)
        interrupted: dict[int, Future[Replayed]] = {
            delay_ms: pool.submit(interruption.run, delay_ms) for delay_ms in interruption.DELAYS_MS
        }
        _progress("real-time conversations: two minutes")
        rows = own_latency.rows(latency.result())
        rows += interruption.rows({delay_ms: run.result() for delay_ms, run in interrupted.items()})
        rows += offline_latency.rows(offline.result())
    _progress("who has the floor, in real time: five minutes")
    return rows + floor_rows.rows(floor.run())


def hearing() -> list[Row]:
    """What hearing costs while it is paced like a microphone."""
    _progress(f"hearing, paced: {HEARING_S * len(hearing_cost.SCENES):g} s")
    return [row for scene in hearing_cost.SCENES for row in _cost(scene)]


def _cost(scene: hearing_cost.Scene) -> list[Row]:
    stats = hearing_cost.shares(scene, HEARING_S / hearing_cost.ROUNDS)
    most = MOST_OF_A_CORE[scene]
    name = f"hearing, paced at real time, 48 kHz in: {scene.name}"
    return [Row(name, spread(stats, "% of a core"), f"≤ {most:g} %", stats["p50"] <= most, stats)]


def turns(hours: float) -> list[Row]:
    """What ends a turn, and what is none."""
    _progress(f"pauses, then {hours:g} h of noise and music in virtual time: some 20 s for each hour")
    return pauses.rows(pauses.run()) + false_turns.rows(false_turns.run(hours))


def losses(moments_tried: int, turns_taken: int) -> list[Row]:
    """Providers that die, in every way. Idle peers cost nothing while they are waited for."""
    _progress(f"{moments_tried} moments at which a provider dies, four at a time: some 11 s for each four")
    with ThreadPoolExecutor(max_workers=1) as pool:
        idle = pool.submit(dead_peers.rows)
        rows = moments.rows(moments.run(moments_tried), moments.run_with_words_ahead())
        rows += idle.result()
    _progress(f"{RACES} times two providers are asked at once, two at a time: some 15 s for each two")
    rows += hedge.rows(hedge.run(RACES))
    _progress(f"{turns_taken} turns in virtual time")
    return rows + many_turns.rows(many_turns.run(turns_taken))


def _progress(what: str) -> None:
    print(f"… {what}", file=sys.stderr, flush=True)


def main() -> None:
    """Print the table; exit 0 also when a promise is missed: the table says so."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--json", action="store_true", help="for machines")
    parser.add_argument(
        "--noise-hours", type=float, default=false_turns.HOURS, help="of noise and music (%(default)g)"
    )
    parser.add_argument(
        "--conversations", type=int, default=soak.CONVERSATIONS, help="by chance (%(default)d)"
    )
    parser.add_argument(
        "--moments", type=int, default=moments.MOMENTS_TRIED, help="at which a provider dies (%(default)d)"
    )
    parser.add_argument("--turns", type=int, default=many_turns.TURNS, help="in one go (%(default)d)")
    arguments = parser.parse_args()
    rows = conversations() + hearing() + turns(arguments.noise_hours)
    _progress("the daemon on the virtual cable")
    rows += footprint.rows()
    _progress("unplugging and replugging: three minutes")
    rows += replug.rows()
    _progress(f"{arguments.conversations} conversations in virtual time")
    rows += soak.rows(soak.soak(arguments.conversations))
    rows += losses(arguments.moments, arguments.turns)
    if arguments.json:
        table = [dataclasses.asdict(row) for row in rows]
        print(json.dumps({"machine": machine(), "rows": table}, indent=1))
    else:
        print(f"{machine()}\n\n{render(rows)}")


if __name__ == "__main__":
    main()
