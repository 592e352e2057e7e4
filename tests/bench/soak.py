"""A thousand conversations in virtual time: `python -m tests.bench.soak [--conversations N] [--seed N]`.

People talk, cough, pause and interrupt; hands press, mute, stop, commit, ask; devices are lost; the provider
is late, stalls, breaks off and disconnects. After every event and every tick everything that must hold is
looked at (`soak_watch`). What does not is printed with the seed and the shortest script that shows it. Then
one conversation of an hour: the memory of a daemon must not grow with what it has heard.
"""

import argparse
import ctypes
import gc
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

from appliance.service.assembly import Assembly
from tests.bench.soak_run import converse, shortest
from tests.bench.soak_script import random_script
from tests.bench.table import Row, render

CONVERSATIONS = 1000
# Memory is flat from here on: by then everything was used once.
SETTLED = 100
MEMORY_EVERY = 10
GROWTH_KB = 2048
HOUR_MS = 3_600_000
HOUR_SETTLED_MS = 600_000
MINUTE_MS = 60_000
# What an hour may leave: its log, which the stage keeps, and nothing of its sound (an hour is 115 MB).
HOUR_GROWTH_KB = 4096


def resident_kb() -> int:
    """What this process holds, without what only waits to be given back."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


@dataclass
class Soaked:
    """What came of it: conversations, those that went wrong, and memory along the way, kB."""

    conversations: int = 0
    failed: int = 0
    memory_kb: list[int] = field(default_factory=list)
    hour_wrong: list[str] = field(default_factory=list)
    hour_memory_kb: list[int] = field(default_factory=list)

    @property
    def growth_kb(self) -> int:
        """From the time on when everything had been used once."""
        return self.memory_kb[-1] - self.memory_kb[0] if self.memory_kb else 0

    @property
    def hour_growth_kb(self) -> int:
        """The same in one conversation of an hour."""
        return self.hour_memory_kb[-1] - self.hour_memory_kb[0] if self.hour_memory_kb else 0


def soak(
    conversations: int = CONVERSATIONS, seed: int = 0, *, hands: bool = True, hour: bool = True
) -> Soaked:
    """Converse; what goes wrong is printed at once."""
    soaked = Soaked(conversations)
    for number in range(conversations):
        script = random_script(seed + number, hands=hands)
        wrong = converse(script)
        if wrong:
            soaked.failed += 1
            found = (*wrong, shortest(script, converse))
            print(f"seed {seed + number}:", *found, sep="\n  ", file=sys.stderr, flush=True)
        if number >= SETTLED and number % MEMORY_EVERY == 0:
            soaked.memory_kb.append(resident_kb())
    if hour:
        _soak_an_hour(soaked, seed, hands)
    return soaked


def _soak_an_hour(soaked: Soaked, seed: int, hands: bool) -> None:
    def each_tick(assembly: Assembly, now_ms: int) -> None:
        if now_ms >= HOUR_SETTLED_MS and now_ms % MINUTE_MS == 0:
            soaked.hour_memory_kb.append(resident_kb())

    soaked.hour_wrong = converse(random_script(seed, hands=hands, lasts_ms=HOUR_MS), each_tick)
    for wrong in soaked.hour_wrong:
        print(f"an hour of seed {seed}: {wrong}", file=sys.stderr, flush=True)


def rows(soaked: Soaked) -> list[Row]:
    """Faults and memory."""
    well = soaked.conversations - soaked.failed
    return [
        Row(
            "conversations by chance in virtual time: every invariant holds",
            f"{well} of {soaked.conversations}, and {'not ' if soaked.hour_wrong else ''}in one of an hour",
            "all",
            not soaked.failed and not soaked.hour_wrong,
            {"n": soaked.conversations, "well": well},
        ),
        Row(
            "their memory",
            f"{soaked.growth_kb:+d} kB after the first {SETTLED};"
            f" {soaked.hour_growth_kb:+d} kB in the last 50 minutes of the hour",
            f"≤ {GROWTH_KB} kB; ≤ {HOUR_GROWTH_KB} kB with its log",
            soaked.growth_kb <= GROWTH_KB and soaked.hour_growth_kb <= HOUR_GROWTH_KB,
            {"growth_kb": soaked.growth_kb, "hour_growth_kb": soaked.hour_growth_kb},
        ),
    ]


def main() -> None:
    """Exit 1 when anything went wrong or memory grew."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.soak", description=__doc__)
    parser.add_argument("--conversations", type=int, default=CONVERSATIONS)
    parser.add_argument("--seed", type=int, default=0, help="of the first conversation; counted up")
    parser.add_argument("--no-hands", action="store_true", help="only talk: no button, mute, stop, devices")
    parser.add_argument("--no-hour", action="store_true", help="without the conversation of an hour")
    arguments = parser.parse_args()
    found = rows(
        soak(
            arguments.conversations,
            arguments.seed,
            hands=not arguments.no_hands,
            hour=not arguments.no_hour,
        )
    )
    print(render(found))
    sys.exit(0 if all(row.met for row in found) else 1)


if __name__ == "__main__":
    main()
