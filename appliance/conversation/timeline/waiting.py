"""The lane of waiting: from the last word to the first audible sample, and whose share was what."""

from appliance.conversation.timeline.page import LINE_PX, STRIP_PX, WAVE_PX, Lanes, Page
from appliance.conversation.timeline.rows import Row
from appliance.conversation.timeline.story import Span, Wait
from appliance.conversation.timeline.style import (
    FAILURE,
    INK,
    MUTED,
    RIGHT,
    SMALL,
    SMALL_STRONG,
    WAIT_PARTS,
    WaitPart,
)
from appliance.conversation.timeline.svg import Svg
from appliance.conversation.timeline.text import width

_BAR_Y = 6.0
_BAR_PX = 12.0
_LABEL_Y = _BAR_Y + _BAR_PX + 15.0
_SWATCH_PX = 8.0
_GAP_PX = 8.0
_LINES = 2


def shares(wait: Wait) -> tuple[tuple[WaitPart, float], ...]:
    """Each part of a wait and its milliseconds."""
    return tuple(zip(WAIT_PARTS, (wait.endpoint_ms, wait.provider_ms, wait.playout_ms), strict=True))


def seconds(ms: float) -> str:
    """A wait as it is said."""
    return f"{ms / 1000:.2f} s"


def draw_waiting(page: Page, row: Row, lanes: Lanes) -> None:
    """Each wait at the scale of time, its shares named below: in the first line with room for it."""
    words = _Words(page.svg, lanes.waiting + _LABEL_Y)
    for turn in page.story.turns:
        if turn.wait is not None:
            span = Span(turn.wait.start_ms, turn.wait.end_ms)
            if row.overlap_ms(span) > 0:
                _draw_bar(page.svg, row, turn.wait, lanes)
                if page.at_home(row, span):
                    words.name_shares(turn.wait, row.x(turn.wait.start_ms))
        elif (fruitless := turn.fruitless_wait) is not None and row.overlap_ms(fruitless) > 0:
            _draw_fruitless(page, row, fruitless, lanes.waiting)
            if page.at_home(row, fruitless):
                words.say(_in_vain(fruitless), row.x(fruitless.start_ms), FAILURE)


def _draw_bar(svg: Svg, row: Row, wait: Wait, lanes: Lanes) -> None:
    y, at_ms = lanes.waiting + _BAR_Y, wait.start_ms
    named = ", ".join(f"{part.name} {ms:.0f} ms" for part, ms in shares(wait))
    with svg.group(f"waited {seconds(wait.total_ms)}: {named}"):
        for part, ms in shares(wait):
            left, right = row.x(at_ms), row.x(at_ms + ms)
            svg.rect(left, y, right - left, _BAR_PX, fill=part.colour)
            at_ms += ms
        upper, lower = lanes.person + STRIP_PX + WAVE_PX, lanes.answer + STRIP_PX
        for ms, start, end in ((wait.start_ms, upper, y), (wait.end_ms, y + _BAR_PX, lower)):
            if row.holds(ms):
                svg.line(row.x(ms), start, row.x(ms), end, stroke=MUTED, stroke_dasharray="1 2")


def _draw_fruitless(page: Page, row: Row, span: Span, y: float) -> None:
    svg, left, right = page.svg, row.x(span.start_ms), row.x(span.end_ms)
    with svg.group(_in_vain(span)):
        svg.rect(left, y + _BAR_Y, right - left, _BAR_PX, fill="url(#fruitless)", stroke=FAILURE)


def _in_vain(span: Span) -> str:
    return f"no answer, {seconds(span.end_ms - span.start_ms)}"


class _Words:
    """Two lines of words below the bars, filled from the left."""

    def __init__(self, svg: Svg, y: float) -> None:
        self._svg = svg
        self._y = y
        self._free_from = [0.0] * _LINES

    def name_shares(self, wait: Wait, x: float) -> None:
        """The total and each share at `x`: in words, else in figures, else not at all."""
        total = seconds(wait.total_ms)
        named = [(part.colour, f"{part.name} {ms:.0f} ms") for part, ms in shares(wait)]
        total_px = width(total, SMALL_STRONG)
        whole_px = total_px + sum(_GAP_PX + _SWATCH_PX + 4 + width(name, SMALL) for _, name in named)
        place = self._place(x, whole_px) if x + whole_px <= RIGHT else None
        if place is None:
            figures = " + ".join(f"{ms:.0f}" for _, ms in shares(wait))
            self.say(f"{total} = {figures} ms", x, INK)
            return
        at, y = place
        self._svg.text(at, y, total, SMALL_STRONG, halo=True)
        at += total_px
        for colour, name in named:
            at += _GAP_PX
            self._svg.rect(at, y - _SWATCH_PX, _SWATCH_PX, _SWATCH_PX, rx=1.5, fill=colour)
            at += _SWATCH_PX + 4
            self._svg.text(at, y, name, SMALL, halo=True)
            at += width(name, SMALL)

    def say(self, words: str, x: float, colour: str) -> None:
        """`words` at `x`, where a line has room."""
        place = self._place(x, width(words, SMALL_STRONG))
        if place is not None:
            self._svg.text(*place, words, SMALL_STRONG, halo=True, fill=colour)

    def _place(self, x: float, wide: float) -> tuple[float, float] | None:
        """Where `wide` pixels go that shall begin at `x`, or before it at the right edge; then taken."""
        x = min(x, RIGHT - wide)
        for line, free_from in enumerate(self._free_from):
            if x >= free_from:
                self._free_from[line] = x + wide + 2 * _GAP_PX
                return x, self._y + line * LINE_PX
        return None
