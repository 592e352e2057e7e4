"""Pictures of a run: a condition as small charts beside one another, and the curve of cut-offs over delay.

SVG, one colour *and* one shape for each system (Okabe and Ito's colours, which everybody can tell apart).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from tests.listening.measures import Measure, level_order

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#7A5195")
SHAPES = ("circle", "square", "diamond", "triangle")
FONT = 'font-family="DejaVu Sans, Verdana, sans-serif"'
PANEL_WIDTH, PANEL_HEIGHT = 380.0, 220.0
LEFT, RIGHT, TOP, BOTTOM = 52.0, 12.0, 40.0, 34.0
COLUMNS = 2
LEGEND = 26.0
INK, PALE, PROMISE = "#222222", "#dddddd", "#888888"
# The curve: a big one.
CURVE_WIDTH, CURVE_HEIGHT = 760.0, 460.0


@dataclass(frozen=True)
class Axis:
    """From values to pixels; `top` is the greatest value that is shown."""

    top: float
    start: float
    length: float

    def at(self, value: float) -> float:
        """Where a value is; beyond the end at the end."""
        return self.start + self.length * min(max(value, 0.0), self.top) / self.top

    def ticks(self) -> list[float]:
        """Round values, about five."""
        rough = self.top / 5
        power = 10 ** math.floor(math.log10(rough))
        step = next(n * power for n in (1, 2, 2.5, 5, 10) if n * power >= rough)
        return [step * n for n in range(int(self.top / step + 1e-9) + 1)]


def look(systems: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Colour and shape of each system, ours always the first."""
    return {name: (COLOURS[n % len(COLOURS)], SHAPES[n % len(SHAPES)]) for n, name in enumerate(systems)}


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
    lines = [*_head(width, height, condition), _text(16, 28, condition, 18, bold=True), *_legend(looks, 48)]
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
    lines = [_text(x + 16, y + 24, title, 12, bold=True)]
    for tick in axis.ticks():
        lines.append(_line(x + LEFT, axis.at(tick), right, axis.at(tick), PALE))
        lines.append(_text(x + LEFT - 6, axis.at(tick) + 4, f"{tick:g}", 11, anchor="end"))
    dashes = [axis.at(limit) for limit in dict.fromkeys(limits)]
    lines += [_line(x + LEFT, at, right, at, PROMISE, dashed=True) for at in dashes]
    wide = (right - x - LEFT) / len(levels)
    apart = min(14.0, wide / (len(looks) + 1))
    for place, level in enumerate(levels):
        middle = x + LEFT + wide * (place + 0.5)
        lines.append(_text(middle, bottom + 18, level, 11, anchor="middle"))
        for number, (system, (colour, shape)) in enumerate(looks.items()):
            for m in marks.get(system, ()):
                if m.level == level:
                    at = middle + apart * (number - (len(looks) - 1) / 2)
                    lines += _bar(at, axis, m, colour)
                    lines.append(_mark(at, axis.at(m.value), shape, colour))
    return lines


def _all_last(level: str) -> tuple[bool, tuple[float, str]]:
    return level == "all", level_order(level)


def _bar(x: float, axis: Axis, measure: Measure, colour: str) -> list[str]:
    low, high = measure.interval
    if math.isnan(low):
        return []
    return [_line(x, axis.at(low), x, axis.at(high), colour, width=2.2)]


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
        *_head(CURVE_WIDTH, CURVE_HEIGHT, curve.title),
        _text(16, 28, curve.title, 18, bold=True),
        *_legend(looks, 48),
        _text(CURVE_WIDTH - 16, 60, "filled: p50 of the delay, hollow: p95", 11, anchor="end"),
    ]
    bottom, right = CURVE_HEIGHT - 56, CURVE_WIDTH - 30
    x = Axis(max([1000.0, *(p.delay_p95_ms for p in found)]) * 1.06, 64, right - 64)
    y = Axis(min(105.0, max([10.0, *(p.cut_off.interval[1] for p in found)]) * 1.05), bottom, 90 - bottom)
    for tick in x.ticks():
        lines.append(_line(x.at(tick), 90, x.at(tick), bottom, PALE))
        lines.append(_text(x.at(tick), bottom + 18, f"{tick:g}", 11, anchor="middle"))
    for tick in y.ticks():
        lines.append(_line(64, y.at(tick), right, y.at(tick), PALE))
        lines.append(_text(58, y.at(tick) + 4, f"{tick:g}", 11, anchor="end"))
    lines.append(_text((64 + right) / 2, bottom + 40, curve.across, 12, "middle"))
    lines.append(_text(16, 84, curve.up, 12))
    if curve.corner_ms is not None:
        corner_x, corner_y = x.at(curve.corner_ms), y.at(2)
        lines.append(_line(corner_x, corner_y, corner_x, bottom, PROMISE, dashed=True))
        lines.append(_line(64, corner_y, corner_x, corner_y, PROMISE, dashed=True))
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
        lines.append(_line(x.at(point.delay_p50_ms), across, x.at(point.delay_p95_ms), across, colour))
        lines.append(_mark(x.at(point.delay_p95_ms), across, shape, colour, hollow=True))
        lines.append(_mark(x.at(point.delay_p50_ms), across, shape, colour))
        label = point.name.removeprefix(f"{family},").strip()
        if label != family or len(mine) > 1:  # else the legend has it
            lines.append(_text(x.at(point.delay_p50_ms) + 10, across + below, label, 11))
    path = " ".join(f"{x.at(p.delay_p50_ms):.1f},{y.at(p.cut_off.value):.1f}" for p in mine)
    return [f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-opacity="0.5"/>', *lines]


def _head(width: float, height: float, title: str) -> list[str]:
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}"'
        f' height="{height:g}" role="img" aria-label="{escape(title)}" {FONT} fill="{INK}">',
        f'<rect width="{width:g}" height="{height:g}" fill="#ffffff"/>',
    ]


def _legend(looks: Mapping[str, tuple[str, str]], y: float) -> list[str]:
    lines, x = [], 24.0
    for name, (colour, shape) in looks.items():
        lines += [_mark(x, y - 4, shape, colour), _text(x + 12, y, name, 12)]
        x += 34 + 7.2 * len(name)
    return lines


def _text(x: float, y: float, words: str, size: float, anchor: str = "start", bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" text-anchor="{anchor}"{weight}>'
        f"{escape(words)}</text>"
    )


def _line(
    x1: float, y1: float, x2: float, y2: float, colour: str, width: float = 1.0, dashed: bool = False
) -> str:
    dash = ' stroke-dasharray="5 4"' if dashed else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"'
        f' stroke-width="{width:g}"{dash}/>'
    )


def _mark(x: float, y: float, shape: str, colour: str, hollow: bool = False) -> str:
    paint = f'fill="{"#ffffff" if hollow else colour}" stroke="{colour}" stroke-width="1.6"'
    match shape:
        case "circle":
            return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" {paint}/>'
        case "square":
            return f'<rect x="{x - 4.5:.1f}" y="{y - 4.5:.1f}" width="9" height="9" {paint}/>'
        case "diamond":
            corners = [(0, -6), (6, 0), (0, 6), (-6, 0)]
        case _:
            corners = [(0, -6), (6, 5), (-6, 5)]
    path = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in corners)
    return f'<polygon points="{path}" {paint}/>'
