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
from pathlib import Path

from appliance.service.assembly import Assembly
from tests.bench.soak_run import converse, shortest
from tests.bench.soak_script import random_script

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


def thousand(conversations: int, seed: int, *, hands: bool) -> bool:
    """Whether all went well, and memory stayed flat."""
    failed, memory_kb = 0, []
    for number in range(conversations):
        script = random_script(seed + number, hands=hands)
        wrong = converse(script)
        if wrong:
            failed += 1
            print(f"seed {seed + number}:", *wrong, shortest(script, converse), sep="\n  ", flush=True)
        if number >= SETTLED and number % MEMORY_EVERY == 0:
            memory_kb.append(resident_kb())
    print(f"{conversations - failed} of {conversations} conversations without a fault")
    return not failed and _flat("conversations", memory_kb, GROWTH_KB)


def hour(seed: int, *, hands: bool) -> bool:
    """Whether a conversation of an hour went well, and memory stayed flat."""
    memory_kb: list[int] = []

    def each_tick(assembly: Assembly, now_ms: int) -> None:
        if now_ms >= HOUR_SETTLED_MS and now_ms % MINUTE_MS == 0:
            memory_kb.append(resident_kb())

    wrong = converse(random_script(seed, hands=hands, lasts_ms=HOUR_MS), each_tick)
    print(*(f"the hour: {problem}" for problem in wrong), sep="\n", end="\n" if wrong else "")
    return not wrong and _flat("an hour", memory_kb, HOUR_GROWTH_KB)


def _flat(what: str, memory_kb: list[int], most_kb: int) -> bool:
    if not memory_kb:
        return True
    growth_kb = memory_kb[-1] - memory_kb[0]
    print(f"memory over {what}: {memory_kb[0]} kB, in the end {growth_kb:+d} kB (at most {most_kb:+d} kB)")
    return growth_kb <= most_kb


def main() -> None:
    """Exit 1 when anything went wrong or memory grew."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.soak", description=__doc__)
    parser.add_argument("--conversations", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0, help="of the first conversation; counted up")
    parser.add_argument("--no-hands", action="store_true", help="only talk: no button, mute, stop, devices")
    parser.add_argument("--no-hour", action="store_true", help="without the conversation of an hour")
    arguments = parser.parse_args()
    hands = not arguments.no_hands
    well = thousand(arguments.conversations, arguments.seed, hands=hands)
    if not arguments.no_hour:
        well = hour(arguments.seed, hands=hands) and well
    sys.exit(0 if well else 1)


if __name__ == "__main__":
    main()
