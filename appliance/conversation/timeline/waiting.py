"""The lane of waiting: from the last word to the first audible sample, and whose share was what."""

from appliance.conversation.timeline.page import STRIP_PX, WAVE_PX, Lanes, Page
from appliance.conversation.timeline.rows import Row
from appliance.conversation.timeline.story import Span, Wait
from appliance.conversation.timeline.style import (
    FAILURE,
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


def shares(wait: Wait) -> tuple[tuple[WaitPart, float], ...]:
    """Each part of a wait and its milliseconds."""
    return tuple(zip(WAIT_PARTS, (wait.endpoint_ms, wait.provider_ms, wait.playout_ms), strict=True))


def seconds(ms: float) -> str:
    """A wait as it is said."""
    return f"{ms / 1000:.2f} s"


def draw_waiting(page: Page, row: Row, lanes: Lanes) -> None:
    """Each wait at the scale of time, its shares named below where there is room."""
    free_from = 0.0
    for turn in page.story.turns:
        if turn.wait is not None:
            span = Span(turn.wait.start_ms, turn.wait.end_ms)
            if row.overlap_ms(span) > 0:
                _draw_bar(page.svg, row, turn.wait, lanes)
                if page.at_home(row, span):
                    free_from = _draw_shares(page.svg, row, turn.wait, lanes.waiting + _LABEL_Y, free_from)
        elif (fruitless := turn.fruitless_wait) is not None and row.overlap_ms(fruitless) > 0:
            free_from = _draw_fruitless(page, row, fruitless, lanes.waiting, free_from)


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


def _draw_shares(svg: Svg, row: Row, wait: Wait, y: float, free_from: float) -> float:
    """Name the shares of a wait; returns where the next one may begin."""
    total = seconds(wait.total_ms)
    named = [(part.colour, f"{part.name} {ms:.0f} ms") for part, ms in shares(wait)]
    total_px = width(total, SMALL_STRONG)
    whole_px = total_px + sum(_GAP_PX + _SWATCH_PX + 4 + width(name, SMALL) for _, name in named)
    x = row.x(wait.start_ms)
    detailed_x = min(x, RIGHT - whole_px)
    if detailed_x < free_from:
        if x < free_from:
            return free_from
        svg.text(x, y, total, SMALL_STRONG, room=RIGHT - x, halo=True)
        return x + total_px + 2 * _GAP_PX
    svg.text(detailed_x, y, total, SMALL_STRONG, halo=True)
    at = detailed_x + total_px
    for colour, name in named:
        at += _GAP_PX
        svg.rect(at, y - _SWATCH_PX, _SWATCH_PX, _SWATCH_PX, rx=1.5, fill=colour)
        at += _SWATCH_PX + 4
        svg.text(at, y, name, SMALL, halo=True)
        at += width(name, SMALL)
    return at + 2 * _GAP_PX


def _draw_fruitless(page: Page, row: Row, span: Span, y: float, free_from: float) -> float:
    svg, left, right = page.svg, row.x(span.start_ms), row.x(span.end_ms)
    label = f"no answer, {seconds(span.end_ms - span.start_ms)}"
    with svg.group(label):
        svg.rect(left, y + _BAR_Y, right - left, _BAR_PX, fill="url(#fruitless)", stroke=FAILURE)
    if left < free_from or not page.at_home(row, span):
        return free_from
    svg.text(left, y + _LABEL_Y, label, SMALL_STRONG, room=RIGHT - left, halo=True, fill=FAILURE)
    return left + width(label, SMALL_STRONG) + 2 * _GAP_PX
