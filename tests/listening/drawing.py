"""What charts are drawn with: SVG by hand, a colour *and* a shape for each system.

The colours are Okabe and Ito's, which everybody can tell apart.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#7A5195")
SHAPES = ("circle", "square", "diamond", "triangle")
FONT = 'font-family="DejaVu Sans, Verdana, sans-serif"'
INK, PALE, PROMISE = "#222222", "#dddddd", "#888888"


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


def head(width: float, height: float, title: str) -> list[str]:
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}"'
        f' height="{height:g}" role="img" aria-label="{escape(title)}" {FONT} fill="{INK}">',
        f'<rect width="{width:g}" height="{height:g}" fill="#ffffff"/>',
    ]


def legend(looks: Mapping[str, tuple[str, str]], y: float) -> list[str]:
    lines, x = [], 24.0
    for name, (colour, shape) in looks.items():
        lines += [mark(x, y - 4, shape, colour), text(x + 12, y, name, 12)]
        x += 34 + 7.2 * len(name)
    return lines


def text(x: float, y: float, words: str, size: float, anchor: str = "start", bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" text-anchor="{anchor}"{weight}>'
        f"{escape(words)}</text>"
    )


def line(
    x1: float, y1: float, x2: float, y2: float, colour: str, width: float = 1.0, dashed: bool = False
) -> str:
    dash = ' stroke-dasharray="5 4"' if dashed else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"'
        f' stroke-width="{width:g}"{dash}/>'
    )


def mark(x: float, y: float, shape: str, colour: str, hollow: bool = False) -> str:
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
