"""The tables of a run as Markdown: what was promised, then every condition, all systems side by side."""

import math
from collections.abc import Mapping, Sequence

from tests.listening.measures import Measure

ONLY_IN_THE_CURVE = ("pipecat, stop", "silence")


def table(condition: str, by_system: Mapping[str, Sequence[Measure]]) -> str:
    """One condition in one half: a row for each level and number, a column for each system."""
    names = [name for name, found in by_system.items() if any(m.condition == condition for m in found)]
    rows: dict[tuple[str, str, str], dict[str, Measure]] = {}
    for name in names:
        for measure in by_system[name]:
            if measure.condition == condition:
                rows.setdefault((measure.level, measure.name, measure.unit), {})[name] = measure
    lines = ["| | | promised | " + " | ".join(names) + " |", "| --- " * (3 + len(names)) + "|"]
    for (level, what, unit), cells in rows.items():
        if all(math.isnan(cell.value) for cell in cells.values()):
            continue
        limit = next((m.limit for m in cells.values() if m.limit is not None), None)
        promised = "" if limit is None else f"≤ {limit:g}"
        shown = " | ".join(cell(cells.get(name)) for name in names)
        lines.append(f"| {level} | {what}, {unit} | {promised} | {shown} |")
    return "\n".join(lines)


def at_their_defaults(by_system: Mapping[str, Sequence[Measure]]) -> dict[str, Sequence[Measure]]:
    """Without those who are heard only for the curve of delays."""
    return {name: found for name, found in by_system.items() if not name.startswith(ONLY_IN_THE_CURVE)}


CURVE_NUMBERS = (
    ("pause", "cut off"),
    ("pause", "cut off and answered into"),
    ("sentence", "end of turn after, p50"),
    ("sentence", "end of turn after, p95"),
    ("sentence", "answer heard after, p50"),
    ("sentence", "answer heard after, p95"),
)


def curve_table(by_system: Mapping[str, Sequence[Measure]]) -> str:
    """Cut-offs in pauses beside the delay of whole sentences: a row for each way to end turns."""
    titles = [f"{name}, {condition}s" for condition, name in CURVE_NUMBERS]
    lines = ["| | " + " | ".join(titles) + " |", "| --- " * (1 + len(titles)) + "|"]
    for system, found in by_system.items():
        of = {(m.condition, m.name): m for m in found if m.level in ("all", "put in")}
        cells = [of.get(number) for number in CURVE_NUMBERS]
        if any(one is not None for one in cells):
            lines.append(f"| {system} | " + " | ".join(cell(one) for one in cells) + " |")
    return "\n".join(lines)


def cell(measure: Measure | None) -> str:
    """`12.0 (8.1…16.2), n = 40`, in bold where a promise is missed."""
    if measure is None or math.isnan(measure.value):
        return "-"
    value = number(measure.value)
    if measure.met is False:
        value = f"**{value}**"
    low, high = measure.interval
    return f"{value} ({number(low)}…{number(high)}), n = {measure.count}"


def number(value: float) -> str:
    """With as many places as it is worth."""
    return "-" if math.isnan(value) else f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}"
