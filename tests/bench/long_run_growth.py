"""What the daemon holds of the machine, seen from outside in /proc, and whether that grows."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median, median_low

import numpy as np

PROC = Path("/proc")


@dataclass(frozen=True)
class Holding:
    """One look, at rest: seconds since the start, kB, and counts. `files` are all open descriptors that are
    no sockets (pipes and devices too); but for `daemon_kb` everything is that of the daemon and all its
    descendants together. `anonymous_kb` is what no file backs: heap and stacks."""

    at_s: float
    daemon_kb: int
    resident_kb: int
    proportional_kb: int
    anonymous_kb: int
    threads: int
    files: int
    sockets: int
    processes: int


def look(pid: int, at_s: float, proc: Path = PROC) -> Holding:
    """What `pid` and its descendants hold now. Raises FileNotFoundError where `pid` is gone."""
    held = {pid: _memory_kb(proc / str(pid))}
    targets: list[str] = []
    threads = 0
    for member in sorted(family(pid, proc)):
        try:
            held[member] = _memory_kb(proc / str(member))
            threads += sum(1 for _ in (proc / str(member) / "task").iterdir())
            targets += _open_files(proc / str(member))
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended meanwhile
    sockets = sum(target.startswith("socket:") for target in targets)
    return Holding(
        at_s,
        daemon_kb=held[pid]["Rss"],
        resident_kb=sum(each["Rss"] for each in held.values()),
        proportional_kb=sum(each["Pss"] for each in held.values()),
        anonymous_kb=sum(each["Anonymous"] for each in held.values()),
        threads=threads,
        files=len(targets) - sockets,
        sockets=sockets,
        processes=len(held),
    )


def family(pid: int, proc: Path = PROC) -> set[int]:
    """`pid` and all its descendants."""
    found, unseen = {pid}, [pid]
    while unseen:
        try:
            tasks = list((proc / str(unseen.pop()) / "task").iterdir())
            children = {int(child) for task in tasks for child in (task / "children").read_text().split()}
        except (FileNotFoundError, ProcessLookupError):
            continue
        unseen += children - found
        found |= children
    return found


def rise(at_s: Sequence[float], values: Sequence[float]) -> float:
    """How far the line through the values rises from the first to the last: the median slope of all pairs
    (Theil and Sen), which up to 29 % of values that are off do not move. 0 for fewer than two."""
    if len(values) < 2:
        return 0.0
    x, y = np.asarray(at_s, np.float64), np.asarray(values, np.float64)
    one, other = np.triu_indices(len(x), 1)
    slope = float(np.median((y[other] - y[one]) / (x[other] - x[one])))
    return slope * float(x[-1] - x[0])


def step(values: Sequence[float], window: int) -> float:
    """The median of the last `window` values over that of the first `window`."""
    return float(median(values[-window:]) - median(values[:window]))


def drift(held: Sequence[Holding], of: Callable[[Holding], float], window: int) -> float:
    """The greater of `rise` and `step`: a slow leak shows in the one, what was taken once in the other."""
    values = [of(each) for each in held]
    return max(rise([each.at_s for each in held], values), step(values, window))


def new(held: Sequence[Holding], of: Callable[[Holding], int], window: int) -> int:
    """How many more there are in the last `window` looks than in the first, as a rule: one that is there for
    a moment, such as the connection of somebody who asks, is no new one."""
    values = [of(each) for each in held]
    return median_low(values[-window:]) - median_low(values[:window])


def _memory_kb(process: Path) -> dict[str, int]:
    lines = (process / "smaps_rollup").read_text().splitlines()[1:]
    return {line.split(":")[0]: int(line.split()[1]) for line in lines}


def _open_files(process: Path) -> list[str]:
    targets = []
    for link in (process / "fd").iterdir():
        with suppress(FileNotFoundError):  # it was closed meanwhile
            targets.append(str(link.readlink()))
    return targets
