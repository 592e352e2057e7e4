"""Two providers are asked at once, and one timer is set.

`python -m tests.bench.hedge [--races N] [--seed N]`: `appliance replay` with a real recording and two servers
on loopback. The first one loses its connection once before the person speaks: it is unhealthy, and the
second stands by. Then it is slow, and both are asked. Each calls set_timer, by seed clearly before the
other, clearly after it or as good as at the same instant, or the first one says nothing at all. One call may
run, one answer may be heard. Exit 1 when a promise is missed.
"""

import argparse
import random
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum

from appliance.providers.standby import HEDGE_AFTER_S
from tests.bench.hedge_run import Race, Ran, run_race
from tests.bench.table import Row, percentiles, render, spread

RACES = 40
# Side by side: each takes a fifth of a core, and the machine has two.
AT_ONCE = 2
# As for a provider that is lost, from when nobody waits for it alone.
DELAY_MS = 1500.0
CLOSE_S = 0.1  # as good as the same instant, by the clocks of two servers and a network between them


class Course(Enum):
    """How a race goes."""

    FIRST = "the first is quicker"
    SECOND = "the second is quicker"
    CLOSE = "both call within 0.1 s"
    MUTE = "the first says nothing"


def race(seed: int) -> tuple[Course, Race]:
    """Every course as often as every other; the rest is chance."""
    chance = random.Random(f"race {seed}")
    course = list(Course)[seed % len(Course)]
    second_s = chance.uniform(0.3, 1.0)
    level_s = HEDGE_AFTER_S + second_s
    match course:
        case Course.FIRST:
            return course, Race(chance.uniform(HEDGE_AFTER_S + 0.1, level_s - CLOSE_S), second_s)
        case Course.SECOND:
            return course, Race(chance.uniform(level_s + CLOSE_S, level_s + 1.0), second_s)
        case Course.CLOSE:
            return course, Race(chance.uniform(level_s - CLOSE_S, level_s + CLOSE_S), second_s)
        case Course.MUTE:
            return course, Race(None, chance.uniform(0.0, 0.3))


@dataclass(frozen=True)
class Lived:
    """One race, and what came of it."""

    seed: int
    course: Course
    ran: Ran

    def __str__(self) -> str:
        waited = "-" if self.ran.waited_ms is None else f"{self.ran.waited_ms:.0f} ms"
        winner = "nobody" if self.ran.winner is None else ("the first", "the second")[self.ran.winner]
        about = f"seed {self.seed}: {self.course.value}: {winner} was heard after {waited}"
        return about + "".join(f"\n  {mistake}" for mistake in self.ran.mistakes)


def run(races: int = RACES, seed: int = 0) -> list[Lived]:
    """Run them; each is a line on stderr as it ends."""

    def live(number: int) -> Lived:
        course, drawn = race(number)
        return Lived(number, course, run_race(number, drawn))

    lived: list[Lived] = []
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        for one in pool.map(live, range(seed, seed + races)):
            print(one, file=sys.stderr, flush=True)
            lived.append(one)
    return lived


def rows(lived: Sequence[Lived]) -> list[Row]:
    """One timer, one answer, and how long the person waits beside a provider that says nothing."""
    about = "two providers asked at once"
    well = sum(not one.ran.mistakes for one in lived)
    timers = sum(one.ran.timers == 1 and one.ran.calls == 1 for one in lived)
    wins = sum(one.ran.winner == 1 for one in lived)
    mute = [one.ran.waited_ms for one in lived if one.course is Course.MUTE and one.ran.waited_ms is not None]
    waited = percentiles(mute)
    at_most_ms = HEDGE_AFTER_S * 1000 + DELAY_MS
    counts: dict[str, float] = {"n": len(lived), "second": wins}
    return [
        Row(
            f"{about}, both call set_timer: it runs once, one timer is set",
            f"{timers} of {len(lived)} ({wins} by the second)",
            "all",
            timers == len(lived) > 0 and 0 < wins < len(lived),
            counts | {"well": timers},
        ),
        Row(
            f"{about}: one answer is heard, whole and once; both are told the same turn; the log says so",
            f"{well} of {len(lived)}",
            "all",
            well == len(lived) > 0,
            counts | {"well": well},
        ),
        Row(
            f"{about}, the first says nothing: end of the turn → first sample",
            spread(waited, "ms"),
            f"p95 ≤ {at_most_ms:g} ms",
            bool(mute) and waited["p95"] <= at_most_ms,
            waited,
        ),
    ]


def main() -> None:
    """Exit 1 when a promise is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.hedge", description=__doc__)
    parser.add_argument("--races", type=int, default=RACES)
    parser.add_argument("--seed", type=int, default=0, help="of the first one; counted up")
    arguments = parser.parse_args()
    found = rows(run(arguments.races, arguments.seed))
    print(render(found))
    sys.exit(0 if all(row.met for row in found) else 1)


if __name__ == "__main__":
    main()
