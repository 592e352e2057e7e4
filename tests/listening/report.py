"""The tables of a run as Markdown: what was promised, then every condition, all systems side by side."""

import math
from collections.abc import Mapping, Sequence

from tests.listening.measures import Measure

Run = Mapping[str, Mapping[str, Sequence[Measure]]]  # half → system → measures


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
