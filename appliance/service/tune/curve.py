"""The curve of the picture: what a longer or shorter silence would have done, everything else as tuned."""

from collections.abc import Sequence
from math import isnan
from typing import Final

from appliance.conversation.timeline.style import (
    ANSWER,
    BODY,
    CARD,
    EDGE,
    FAILURE,
    GRID,
    HEADING,
    INK,
    MUTED,
    PERSON,
    SMALL,
    SMALL_STRONG,
)
from appliance.conversation.timeline.svg import Svg
from appliance.service.tune.score import Score

HEIGHT_PX: Final = 250.0
_LEFT, _TOP, _BOTTOM = 56.0, 58.0, 40.0

Point = tuple[int, Score]
"""A silence in milliseconds, and what it would have done."""


def draw_curve(
    svg: Svg, x: float, y: float, width: float, points: Sequence[Point], marks: Sequence[tuple[str, int]]
) -> None:
    """Into a card at `x`, `y`: sentences cut off in percent, and the delay; `marks` are silences by name."""
    svg.rect(x, y, width, HEIGHT_PX, rx=8, fill=CARD, stroke=EDGE)
    svg.text(x + 16, y + 26, "How much silence ends a turn", HEADING, fill=INK)
    plot = _Plot(x + _LEFT, y + _TOP, width - 2 * _LEFT, HEIGHT_PX - _TOP - _BOTTOM, points)
    plot.axes(svg)
    plot.line(svg, [(ms, 100 * score.cut / max(score.utterances, 1)) for ms, score in points], 100.0, FAILURE)
    plot.line(svg, [(ms, score.delay_ms()) for ms, score in points], plot.most_ms, PERSON)
    for number, (name, silence_ms) in enumerate(marks):
        plot.mark(svg, name, silence_ms, number)
    svg.text(x + 8, y + _TOP - 8, "cut off", SMALL_STRONG, fill=FAILURE)
    svg.text(x + width - 8, y + _TOP - 8, "delay (median)", SMALL_STRONG, fill=PERSON, text_anchor="end")


class _Plot:
    """One pair of axes, from the first to the last silence."""

    def __init__(self, x: float, y: float, width: float, height: float, points: Sequence[Point]) -> None:
        self._x, self._y, self._width, self._height = x, y, width, height
        self._least_ms, self._longest_ms = points[0][0], points[-1][0]
        self.most_ms = 500.0 * (1 + self._longest_ms // 500)

    def axes(self, svg: Svg) -> None:
        """The grid, with a number at every line."""
        for share in (0.0, 0.25, 0.5, 0.75, 1.0):
            y = self._y + self._height * (1 - share)
            svg.line(self._x, y, self._x + self._width, y, stroke=GRID)
            svg.text(self._x - 6, y + 4, f"{100 * share:.0f} %", SMALL, fill=FAILURE, text_anchor="end")
            svg.text(self._x + self._width + 6, y + 4, f"{self.most_ms * share:.0f}", SMALL, fill=PERSON)
        for silence_ms in range(-(-self._least_ms // 500) * 500, self._longest_ms + 1, 500):
            x = self._at(silence_ms)
            svg.line(x, self._y, x, self._y + self._height, stroke=GRID)
            svg.text(
                x, self._y + self._height + 16, f"{silence_ms} ms", SMALL, fill=MUTED, text_anchor="middle"
            )

    def line(self, svg: Svg, values: Sequence[tuple[int, float]], most: float, colour: str) -> None:
        """One curve; `most` is at the top."""
        places = [
            f"{self._at(ms):.1f},{self._y + self._height * (1 - min(value / most, 1)):.1f}"
            for ms, value in values
            if not isnan(value)
        ]
        svg.path("M" + "L".join(places), fill="none", stroke=colour, stroke_width=2.2)

    def mark(self, svg: Svg, name: str, silence_ms: int, number: int) -> None:
        """Where one of the settings stands."""
        x = self._at(silence_ms)
        svg.line(
            x, self._y, x, self._y + self._height, stroke=ANSWER, stroke_width=1.6, stroke_dasharray="4 3"
        )
        svg.text(x + 5, self._y + 14 + 16 * number, f"{name}: {silence_ms} ms", BODY, halo=True, fill=ANSWER)

    def _at(self, silence_ms: int) -> float:
        span = max(self._longest_ms - self._least_ms, 1)
        return self._x + self._width * min(max((silence_ms - self._least_ms) / span, 0), 1)
