"""Pictures of a run: a condition as small charts side by side, and the curves of cut-offs over delay."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.listening.drawing import PALE, PROMISE, Axis, head, legend, line, look, mark, text
from tests.listening.measures import Measure, level_order

PANEL_WIDTH, PANEL_HEIGHT = 380.0, 220.0
LEFT, RIGHT, TOP, BOTTOM = 52.0, 12.0, 40.0, 34.0
COLUMNS = 2
LEGEND = 26.0
# The curve: a big one.
CURVE_WIDTH, CURVE_HEIGHT = 760.0, 460.0


def condition_picture(condition: str, by_system: Mapping[str, Sequence[Measure]]) -> str:
    """One chart for each number: the levels from left to right, a mark with its interval for each system."""
    found = {
        name: [m for m in measures if m.condition == condition and not math.isnan(m.value)]
        for name, measures in by_system.items()
    }
    found = {name: measures for name, measures in found.items() if measures}
    names = list(dict.fromkeys((m.name, m.unit) for measures in found.values() for m in measures))
    looks = look(list(found))
    rows = -(-len(names) // COLUMNS)
    width, height = COLUMNS * PANEL_WIDTH, 40 + LEGEND + rows * PANEL_HEIGHT
    lines = [*head(width, height, condition), text(16, 28, condition, 18, bold=True), *legend(looks, 48)]
    for place, (name, unit) in enumerate(names):
        x = place % COLUMNS * PANEL_WIDTH
        y = 40 + LEGEND + place // COLUMNS * PANEL_HEIGHT
        marks = {s: [m for m in measures if m.name == name] for s, measures in found.items()}
        lines += _panel(x, y, f"{name}, {unit}", marks, looks)
    return "\n".join([*lines, "</svg>"]) + "\n"


def _panel(
    x: float,
    y: float,
    title: str,
    marks: Mapping[str, Sequence[Measure]],
    looks: Mapping[str, tuple[str, str]],
) -> list[str]:
    levels = sorted({m.level for found in marks.values() for m in found}, key=_all_last)
    values = [m.value for found in marks.values() for m in found]
    limits = [m.limit for found in marks.values() for m in found if m.limit is not None]
    top = max([*values, *(1.3 * limit for limit in limits), 1.0]) * 1.15
    if title.endswith("%"):
        top = min(max(top, 10.0), 105.0)
    bottom, span = y + PANEL_HEIGHT - BOTTOM, PANEL_HEIGHT - TOP - BOTTOM
    axis = Axis(top, bottom, -span)
    right = x + PANEL_WIDTH - RIGHT
    lines = [text(x + 16, y + 24, title, 12, bold=True)]
    for tick in axis.ticks():
        lines.append(line(x + LEFT, axis.at(tick), right, axis.at(tick), PALE))
        lines.append(text(x + LEFT - 6, axis.at(tick) + 4, f"{tick:g}", 11, anchor="end"))
    dashes = [axis.at(limit) for limit in dict.fromkeys(limits)]
    lines += [line(x + LEFT, at, right, at, PROMISE, dashed=True) for at in dashes]
    wide = (right - x - LEFT) / len(levels)
    apart = min(14.0, wide / (len(looks) + 1))
    for place, level in enumerate(levels):
        middle = x + LEFT + wide * (place + 0.5)
        lines.append(text(middle, bottom + 18, level, 11, anchor="middle"))
        for number, (system, (colour, shape)) in enumerate(looks.items()):
            for m in marks.get(system, ()):
                if m.level == level:
                    at = middle + apart * (number - (len(looks) - 1) / 2)
                    lines += _bar(at, axis, m, colour)
                    lines.append(mark(at, axis.at(m.value), shape, colour))
    return lines


def _all_last(level: str) -> tuple[bool, tuple[float, str]]:
    return level == "all", level_order(level)


def _bar(x: float, axis: Axis, measure: Measure, colour: str) -> list[str]:
    low, high = measure.interval
    if math.isnan(low):
        return []
    return [line(x, axis.at(low), x, axis.at(high), colour, width=2.2)]


@dataclass(frozen=True)
class Curve:
    """What is drawn over what. The dashed corner is what was promised."""

    title: str
    delay: str
    cut_off: str
    across: str
    up: str
    corner_ms: float | None = None


ASKED = Curve(
    "Turns held to be over in mid-sentence, and how soon",
    "end of turn after",
    "cut off",
    "from the last word to the end of the turn, ms",
    "sentences cut off in a pause, %",
    corner_ms=300.0,
)
HEARD = Curve(
    "Answers heard in mid-sentence, and how soon",
    "answer heard after",
    "cut off and answered into",
    "from the last word to the first sound of the answer, ms",
    "sentences answered into a pause, %",
)


@dataclass(frozen=True)
class Point:
    """One way to end turns: its delay on whole sentences, and how many pauses it takes for an end."""

    name: str
    family: str  # joined by a line
    delay_p50_ms: float
    delay_p95_ms: float
    cut_off: Measure


def points(by_system: Mapping[str, Sequence[Measure]], curve: Curve = ASKED) -> list[Point]:
    """Everybody of whom both is known, by family."""
    found = []
    for name, measures in by_system.items():
        of = {(m.condition, m.level, m.name): m for m in measures}
        p50, p95 = (of.get(("sentence", "all", f"{curve.delay}, p{n}")) for n in (50, 95))
        cut = of.get(("pause", "all", curve.cut_off)) or of.get(("pause", "put in", curve.cut_off))
        if p50 is not None and p95 is not None and cut is not None and not math.isnan(p50.value):
            family = name if name.startswith("ours") else name.split(",")[0]
            found.append(Point(name, family, p50.value, p95.value, cut))
    return found


def curve_picture(by_system: Mapping[str, Sequence[Measure]], curve: Curve = ASKED) -> str:
    """Pauses taken for an end over the delay of ends: filled marks the median, hollow ones the 95th."""
    found = points(by_system, curve)
    families = list(dict.fromkeys(point.family for point in found))
    looks = look(families)
    lines = [
        *head(CURVE_WIDTH, CURVE_HEIGHT, curve.title),
        text(16, 28, curve.title, 18, bold=True),
        *legend(looks, 48),
        text(CURVE_WIDTH - 16, 60, "filled: p50 of the delay, hollow: p95", 11, anchor="end"),
    ]
    bottom, right = CURVE_HEIGHT - 56, CURVE_WIDTH - 30
    x = Axis(max([1000.0, *(p.delay_p95_ms for p in found)]) * 1.06, 64, right - 64)
    y = Axis(min(105.0, max([10.0, *(p.cut_off.interval[1] for p in found)]) * 1.05), bottom, 90 - bottom)
    for tick in x.ticks():
        lines.append(line(x.at(tick), 90, x.at(tick), bottom, PALE))
        lines.append(text(x.at(tick), bottom + 18, f"{tick:g}", 11, anchor="middle"))
    for tick in y.ticks():
        lines.append(line(64, y.at(tick), right, y.at(tick), PALE))
        lines.append(text(58, y.at(tick) + 4, f"{tick:g}", 11, anchor="end"))
    lines.append(text((64 + right) / 2, bottom + 40, curve.across, 12, "middle"))
    lines.append(text(16, 84, curve.up, 12))
    if curve.corner_ms is not None:
        corner_x, corner_y = x.at(curve.corner_ms), y.at(2)
        lines.append(line(corner_x, corner_y, corner_x, bottom, PROMISE, dashed=True))
        lines.append(line(64, corner_y, corner_x, corner_y, PROMISE, dashed=True))
    for family in families:
        mine = sorted((p for p in found if p.family == family), key=lambda p: p.delay_p50_ms)
        lines += _family(family, mine, x, y, looks[family])
    return "\n".join([*lines, "</svg>"]) + "\n"


def _family(family: str, mine: Sequence[Point], x: Axis, y: Axis, look: tuple[str, str]) -> list[str]:
    colour, shape = look
    below = 18 if family == "pipecat" else -9  # so that neighbours' names do not meet
    lines = []
    for point in mine:
        across = y.at(point.cut_off.value)
        lines += _bar(x.at(point.delay_p50_ms), y, point.cut_off, colour)
        lines.append(line(x.at(point.delay_p50_ms), across, x.at(point.delay_p95_ms), across, colour))
        lines.append(mark(x.at(point.delay_p95_ms), across, shape, colour, hollow=True))
        lines.append(mark(x.at(point.delay_p50_ms), across, shape, colour))
        label = point.name.removeprefix(f"{family},").strip()
        if label != family or len(mine) > 1:  # else the legend has it
            lines.append(text(x.at(point.delay_p50_ms) + 10, across + below, label, 11))
    path = " ".join(f"{x.at(p.delay_p50_ms):.1f},{y.at(p.cut_off.value):.1f}" for p in mine)
    return [f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-opacity="0.5"/>', *lines]
