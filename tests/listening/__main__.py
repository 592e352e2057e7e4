"""`python -m tests.listening`: does it listen like a person? Ours and the peers on the same set.

The set and what was heard are kept in a folder outside of the repository (`LISTENING_CACHE`); a run
that was broken off goes on where it stopped.
"""

import argparse
import sys
import time
import zlib
from collections.abc import Sequence

from tests.listening.cases import Case, Half
from tests.listening.conditions import CONDITIONS
from tests.listening.measures import Judged, measures
from tests.listening.ours import Ours
from tests.listening.report import table
from tests.listening.results import Results
from tests.listening.systems import System
from tests.listening.the_set import cache_folder, make, set_folder

# A small run takes two minutes of a core: of each condition the first cases, and a minute instead of hours.
SMALL_CASES = 1
SMALL_HOURS = 1 / 60
HOURS = 0.5


def heard(system: System, cases: Sequence[Case], half: Half) -> list[Judged]:
    """All cases that say something about the system, with what it makes of them."""
    results = Results(cache_folder() / "results", system, set_folder(half))
    judged: list[Judged] = []
    began = told = time.monotonic()
    for one in results.of(cases):
        judged.append(one)
        if time.monotonic() - told > 10:
            told = time.monotonic()
            print(
                f"… {system.name}, {half}: {len(judged)} of {len(cases)} cases, {told - began:.0f} s",
                file=sys.stderr,
                flush=True,
            )
    places = {case.name: place for place, case in enumerate(cases)}
    return sorted(judged, key=lambda one: places[one[0].name])


def shared(cases: Sequence[Case], share: int) -> list[Case]:
    """One case of `share`, by chance and always the same; those of a greater share are among those of a
    smaller one that divides it."""
    return [case for case in cases if zlib.crc32(case.name.encode()) % share == 0]


def main() -> None:
    """Make the set, let everybody hear it, print the tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.listening", description=__doc__)
    parser.add_argument("--only", action="append", choices=list(CONDITIONS), metavar="CONDITION")
    parser.add_argument("--small", action="store_true", help="of every condition one case")
    parser.add_argument("--share", type=int, default=1, metavar="N", help="one case of N (%(default)d)")
    parser.add_argument("--hours", type=float, default=HOURS, help="of noise of each kind (%(default)g)")
    arguments = parser.parse_args()
    first = SMALL_CASES if arguments.small else None
    hours = SMALL_HOURS if arguments.small else arguments.hours
    half: Half = "development"
    conditions = arguments.only or list(CONDITIONS)
    cases = shared(make(half, conditions, hours, first), arguments.share)
    by_system = {system.name: measures(heard(system, cases, half)) for system in (Ours(),)}
    for condition in conditions:
        print(f"\n### {condition}\n\n{table(condition, by_system)}")


if __name__ == "__main__":
    main()
