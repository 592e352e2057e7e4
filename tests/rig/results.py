"""What a run of the rig measured, and the page that shows it."""

import json
import math
import os
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

# Names the file that results are added to, a line each; without it they are only judged.
FILE_VARIABLE: Final = "RIG_RESULTS"
# Set (to anything): as often as the promises say, and not only as often as there is time for in CI.
FULL_VARIABLE: Final = "RIG_FULL"
# Set (to anything): what this machine cannot do is a failure and not a skip.
REQUIRED_VARIABLE: Final = "RIG_REQUIRED"


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the page. `test` is the name under which pytest runs it again."""

    what: str
    measured: str
    target: str
    met: bool
    test: str


class Results:
    """Judges what one test measured, and keeps it for the page."""

    def __init__(self, test: str) -> None:
        self._test = test
        path = os.environ.get(FILE_VARIABLE)
        self._file = Path(path) if path else None

    def seconds(self, what: str, measured_s: Sequence[float], at_most_s: float) -> None:
        """Every one of these times has to be within `at_most_s`."""
        within = sum(time_s <= at_most_s for time_s in measured_s)
        words = f"{within} of {len(measured_s)}; median {statistics.median(measured_s):.1f} s"
        words += f", longest {max(measured_s):.1f} s"
        self._judge(what, words, f"≤ {at_most_s:g} s", met=within == len(measured_s) > 0)

    def percentile(self, what: str, measured_s: Sequence[float], at_most_s: float) -> None:
        """95 % of these times have to be within `at_most_s`; told in milliseconds."""
        ordered_ms = sorted(1000 * time_s for time_s in measured_s)
        p95_ms = ordered_ms[math.ceil(0.95 * len(ordered_ms)) - 1]
        words = f"p50 {statistics.median(ordered_ms):.1f}, p95 {p95_ms:.1f} ms (n = {len(ordered_ms)})"
        self._judge(what, words, f"p95 ≤ {1000 * at_most_s:g} ms", met=p95_ms <= 1000 * at_most_s)

    def number(self, what: str, measured: float, at_most: float) -> None:
        """One number without a unit."""
        self._judge(what, f"{measured:g}", f"≤ {at_most:g}", met=measured <= at_most)

    def holds(self, what: str, done: int, wanted: int, failures: Sequence[str] = ()) -> None:
        """It held `done` times of `wanted`."""
        self._judge(what, f"{done} of {wanted}", f"{wanted} of {wanted}", met=done == wanted, why=failures)

    def _judge(self, what: str, measured: str, target: str, *, met: bool, why: Sequence[str] = ()) -> None:
        if self._file is not None:
            result = Result(what, measured, target, met, self._test)
            with self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(result)) + "\n")
        assert met, f"{what}: {measured}, promised {target}" + "".join(f"\n{line}" for line in why)


def read_results(file: Path) -> list[Result]:
    """What a run wrote, in its order."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [Result(**json.loads(line)) for line in lines]


def page(results: Sequence[Result], about: Sequence[tuple[str, str]], failed: Sequence[str]) -> str:
    """The page in Markdown. `about`: what the run was, name and value; `failed`: what came to no result."""
    lines = ["# What the rig measured", ""]
    lines += ["Written by a program, from one run.", ""]
    lines += [f"- {name}: {value}" for name, value in about]
    lines += ["", "| what | measured | promised | | test |", "| --- | --- | --- | --- | --- |"]
    for result in results:
        verdict = "met" if result.met else "**missed**"
        lines.append(f"| {result.what} | {result.measured} | {result.target} | {verdict} | `{result.test}` |")
    if failed:
        lines += ["", "Did not run to its end:", "", *(f"- {line}" for line in failed)]
    return "\n".join(lines) + "\n"
