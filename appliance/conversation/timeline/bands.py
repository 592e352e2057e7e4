"""The thin lanes: the phase, the links of providers and devices, marks for the extraordinary."""

from itertools import islice

from appliance.conversation.timeline.page import LINK_PX, MARK_PX, PHASE_PX, Lanes, Page
from appliance.conversation.timeline.rows import Row
from appliance.conversation.timeline.story import Mark, MarkKind
from appliance.conversation.timeline.style import (
    EDGE,
    FAILOVER,
    FAILURE,
    INK,
    LEFT,
    LINKS,
    MUTED,
    PHASES,
    RIGHT,
    SMALL,
    SMALL_STRONG,
)
from appliance.conversation.timeline.svg import Svg
from appliance.conversation.timeline.text import fit, width

# Lines that are drawn: a chain has two or three providers, and there are two devices.
MAX_LINKS = 6
_MAX_TIERS = 3
_SYMBOL_PX = 5.0
_GAP_PX = 9.0
_DETAIL_PX = 320.0
_MARK_COLOURS = {
    MarkKind.FAILOVER: FAILOVER,
    MarkKind.ERROR: FAILURE,
    MarkKind.DEVICE: FAILURE,
    MarkKind.TOOL: MUTED,
    MarkKind.NOTE: INK,
}
_PHASE_COLOURS: dict[str, str] = {str(phase): colour for phase, colour in PHASES.items()}


def draw_phases(page: Page, row: Row, lanes: Lanes) -> None:
    """The phase as a band, named where the name fits."""
    svg, y = page.svg, lanes.phase
    for span, left, right in row.visible(page.story.phases):
        cause = f", because of {span.detail}" if span.detail else ""
        with svg.group(f"{span.name}: {(span.end_ms - span.start_ms) / 1000:.2f} s{cause}"):
            svg.rect(left, y, right - left, PHASE_PX, fill=_PHASE_COLOURS.get(span.name, EDGE))
            if width(span.name, SMALL) + 6 <= right - left:
                svg.text((left + right) / 2, y + 13, span.name, SMALL, text_anchor="middle", fill=INK)


def draw_links(page: Page, row: Row, lanes: Lanes) -> float:
    """Every provider's link and every device that was lost as a line; returns where the lane ends."""
    svg, y = page.svg, lanes.links
    for name, spans in islice(page.story.links.items(), MAX_LINKS):
        svg.text(LEFT - 10, y + 4, name, SMALL, room=LEFT - 30, text_anchor="end", fill=MUTED)
        for span, left, right in row.visible(spans):
            colour, dashes = LINKS.get(span.name, (EDGE, None))
            reason = f" ({span.detail})" if span.detail else ""
            with svg.group(f"{name}: {span.name}{reason}"):
                svg.line(left, y, right, y, stroke=colour, stroke_width=4, stroke_dasharray=dashes)
        y += LINK_PX
    return y


def draw_marks(page: Page, row: Row, lanes: Lanes, y: float) -> float:
    """Failovers, errors, tool calls, timers and limits with a word each; returns where the lane ends."""
    tiers: list[list[tuple[float, float]]] = []
    seen: set[tuple[int, MarkKind]] = set()  # marks of a kind on one spot are one mark
    for mark in page.story.marks:
        x = row.x(mark.at_ms)
        spot = int(x / _SYMBOL_PX), mark.kind
        if not row.holds(mark.at_ms) or spot in seen:
            continue
        seen.add(spot)
        label_px = _GAP_PX + width(mark.label, SMALL_STRONG) + _detail_px(mark)
        leftward = x + label_px > RIGHT
        extent = (x - label_px, x + _SYMBOL_PX) if leftward else (x - _SYMBOL_PX, x + label_px)
        tier = _free_tier(tiers, extent)
        at = y + (len(tiers) - 1 if tier is None else tier) * MARK_PX + MARK_PX / 2
        with page.svg.group(f"{mark.at_ms / 1000:.2f} s, {mark.kind}: {mark.label}. {mark.detail}"):
            page.svg.line(x, lanes.phase + PHASE_PX, x, at, stroke=_MARK_COLOURS[mark.kind], opacity=0.5)
            _draw_symbol(page.svg, mark.kind, x, at)
            if tier is not None:
                _draw_label(page.svg, mark, x, at + 4, leftward=leftward)
    return y + len(tiers) * MARK_PX


def _detail_px(mark: Mark) -> float:
    return min(_GAP_PX + width(mark.detail, SMALL), _DETAIL_PX) if mark.detail else 0.0


def _free_tier(tiers: list[list[tuple[float, float]]], extent: tuple[float, float]) -> int | None:
    """The first line with room for `extent`, which is then taken; None when all are full."""
    for number, taken in enumerate(tiers):
        if all(extent[1] < left or extent[0] > right for left, right in taken):
            taken.append(extent)
            return number
    if len(tiers) == _MAX_TIERS:
        return None
    tiers.append([extent])
    return len(tiers) - 1


def _draw_symbol(svg: Svg, kind: MarkKind, x: float, y: float) -> None:
    r, colour = _SYMBOL_PX, _MARK_COLOURS[kind]
    match kind:
        case MarkKind.FAILOVER:
            svg.path(f"M{x - r:.1f} {y:.1f}l{r} {-r}l{r} {r}l{-r} {r}z", fill=colour)
        case MarkKind.ERROR | MarkKind.DEVICE:
            svg.path(f"M{x:.1f} {y - r:.1f}l{r} {2 * r}h{-2 * r}z", fill=colour)
        case MarkKind.TOOL:
            svg.rect(x - r + 1, y - r + 1, 2 * r - 2, 2 * r - 2, rx=2, fill=colour)
        case MarkKind.NOTE:
            svg.rect(x - r + 1, y - r + 1, 2 * r - 2, 2 * r - 2, rx=r - 1, fill=colour)


def _draw_label(svg: Svg, mark: Mark, x: float, y: float, *, leftward: bool) -> None:
    """The label and its detail beside the symbol at `x`."""
    detail = fit(mark.detail, _DETAIL_PX - _GAP_PX, SMALL)
    if leftward:
        label_x, detail_x, anchor = x - _GAP_PX - _detail_px(mark), x - _GAP_PX, "end"
    else:
        label_x, anchor = x + _GAP_PX, None
        detail_x = label_x + width(mark.label, SMALL_STRONG) + _GAP_PX
    colour = _MARK_COLOURS[mark.kind]
    svg.text(label_x, y, mark.label, SMALL_STRONG, text_anchor=anchor, fill=colour, halo=True)
    svg.text(detail_x, y, detail, SMALL, text_anchor=anchor, fill=MUTED, halo=True)
