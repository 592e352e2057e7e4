"""`python -m tests.listening`: does it listen like a person? Ours and the peers on the same set.

The set and what was heard are kept in a folder outside of the repository (`LISTENING_CACHE`); a run
that was broken off goes on where it stopped.
"""

import argparse
import sys
import time
from collections.abc import Sequence

from tests.listening.cases import Case, Half
from tests.listening.conditions import CONDITIONS
from tests.listening.measures import Judged, measures
from tests.listening.ours import Ours
from tests.listening.report import table
from tests.listening.results import Results
from tests.listening.systems import System
from tests.listening.the_set import cache_folder, make, set_folder

# A small run takes two minutes: of each condition the first cases, and a minute instead of hours.
SMALL_CASES = 2
SMALL_HOURS = 1 / 60
HOURS = 0.5


def heard(system: System, cases: Sequence[Case], half: Half, hours: float, first: int | None) -> list[Judged]:
    """All cases that say something about the system, with what it makes of them."""
    results = Results(cache_folder() / "results", system, set_folder(half, hours, first))
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
    return judged


def main() -> None:
    """Make the set, let everybody hear it, print the tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.listening", description=__doc__)
    parser.add_argument("--only", action="append", choices=list(CONDITIONS), metavar="CONDITION")
    parser.add_argument("--small", action="store_true", help="two minutes, of every condition a little")
    parser.add_argument("--hours", type=float, default=HOURS, help="of noise of each kind (%(default)g)")
    arguments = parser.parse_args()
    first = SMALL_CASES if arguments.small else None
    hours = SMALL_HOURS if arguments.small else arguments.hours
    half: Half = "development"
    conditions = arguments.only or list(CONDITIONS)
    cases = make(half, conditions, hours, first)
    by_system = {system.name: measures(heard(system, cases, half, hours, first)) for system in (Ours(),)}
    for condition in conditions:
        print(f"\n### {condition}\n\n{table(condition, by_system)}")


if __name__ == "__main__":
    main()
