"""What got better or worse since another run, beyond what chance explains. Pure."""

import math
from collections.abc import Iterator

from tests.listening.measures import Measure
from tests.listening.report import cell
from tests.listening.run import Record

# Of fewer cases an interval means nothing. Rates count events, and none of them may be the news.
FEWEST_CASES = 5
Key = tuple[str, str, str, str, str]


def compared(last: Record, now: Record) -> str:
    """Every number that left its interval, worse ones first; and what one run has and the other has not."""
    before, after = dict(_all(last)), dict(_all(now))
    both = [key for key in after if key in before]
    worse = [key for key in both if _beyond(before[key], after[key])]
    better = [key for key in both if _beyond(after[key], before[key])]
    lines = [f"{last.commit} ({last.day}) → {now.commit} ({now.day}): {len(both)} numbers in both"]
    if last.set_version != now.set_version:
        lines.append("The sets differ: only what they mean can be compared, not the cases.")
    for title, keys in (("worse", worse), ("better", better)):
        lines.append(f"\n{len(keys)} {title}")
        lines += [
            f"  {' · '.join(filter(None, key))}: {cell(before[key])} → {cell(after[key])}" for key in keys
        ]
    gone, new = len(before) - len(both), len(after) - len(both)
    lines.append(f"\n{gone} numbers are only in the last run, {new} only in this one")
    return "\n".join(lines)


def _all(record: Record) -> Iterator[tuple[Key, Measure]]:
    for half, systems in record.measures.items():
        for system, found in systems.items():
            for one in found:
                yield (half, system, one.condition, one.level, one.name), one


def _beyond(less: Measure, more: Measure) -> bool:
    """`more` is greater, and each value lies outside of the other's interval."""
    few = less.unit != "per h" and min(less.count, more.count) < FEWEST_CASES
    if few or math.isnan(less.value) or math.isnan(more.value):
        return False
    return less.value < more.value and more.value > less.interval[1] and less.value < more.interval[0]
