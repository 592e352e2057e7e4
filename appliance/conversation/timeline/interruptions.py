"""Possible interruptions over the lanes of sound: onset, duck, hush, and how it was decided."""

from collections.abc import Iterator

from appliance.conversation.timeline.page import STRIP_PX, WAVE_PX, Label, Lanes, Page
from appliance.conversation.timeline.rows import Row
from appliance.conversation.timeline.story import Interruption, Span
from appliance.conversation.timeline.style import ANSWER, INTERRUPTION, INTERRUPTION_TINT, SMALL
from appliance.conversation.timeline.svg import Svg

BRACKET_PX = 3.0
SIGN_PX = 8.0
# In a square of SIGN_PX, its upper left corner at the origin.
DUCK_SIGN = "M0.5 1h7l-3.5 6z"
HUSH_SIGN = "M1 0.5h2.2v7h-2.2zM4.8 0.5h2.2v7h-2.2z"
RESUME_SIGN = "M1 0.5l6.5 3.5l-6.5 3.5z"
CUT_SIGN = "M0.8 0.8h6.4v6.4h-6.4z"


def told(each: Interruption) -> str:
    """What happened, in milliseconds from the onset of the speech."""
    outcome = "interrupted" if each.confirmed else "false alarm"
    steps = [
        (each.ducked_ms, "ducked"),
        (each.hushed_ms, "still"),
        (each.decided_ms, "cut" if each.confirmed else "on again"),
    ]
    after = ", ".join(f"{step} {at_ms - each.onset_ms:.0f}" for at_ms, step in steps if at_ms is not None)
    return f"{outcome}: {after} ms"


def draw_interruptions(page: Page, row: Row, lanes: Lanes) -> list[Label]:
    """Draw them in both lanes of sound; returns what is to be written above the answer."""
    interruptions = {
        Span(each.onset_ms, each.decided_ms, f"{turn.number} {index}"): each
        for turn in page.story.turns
        for index, each in enumerate(turn.interruptions)
    }
    labels: list[Label] = []
    for span, left, right in row.visible(sorted(interruptions)):
        each = interruptions[span]
        cause = f" ({each.cause})" if each.cause else ""
        with page.svg.group(f"Speech at {each.onset_ms / 1000:.2f} s, {told(each)}{cause}"):
            _draw(page.svg, row, each, left, right, lanes)
        if row.holds(each.onset_ms):
            outcome = "interrupted" if each.confirmed else "false alarm"
            shorter = f"{outcome}, {each.decided_ms - each.onset_ms:.0f} ms"
            labels.append(Label(left, told(each), SMALL, INTERRUPTION, shorter))
    return labels


def _draw(svg: Svg, row: Row, each: Interruption, left: float, right: float, lanes: Lanes) -> None:
    answer_y, person_y = lanes.answer + STRIP_PX, lanes.person + STRIP_PX
    svg.rect(left, person_y - BRACKET_PX, right - left, BRACKET_PX, fill=INTERRUPTION)
    svg.rect(left, answer_y - BRACKET_PX, right - left, BRACKET_PX, fill=INTERRUPTION)
    if each.ducked_ms is not None:
        ducked = row.x(each.ducked_ms)
        svg.rect(ducked, answer_y, right - ducked, WAVE_PX, fill=INTERRUPTION_TINT)
    if each.hushed_ms is not None:
        still = row.x(each.hushed_ms)
        svg.rect(still, answer_y, right - still, WAVE_PX, fill="url(#still)")
    sign_y, free_x = answer_y - BRACKET_PX - SIGN_PX, left - SIGN_PX
    for at_ms, sign, colour in _signs(each):
        if row.holds(at_ms):
            x = row.x(at_ms)
            svg.line(x, answer_y - BRACKET_PX, x, answer_y + WAVE_PX, stroke=colour, stroke_width=1.2)
            sign_x = max(x - SIGN_PX / 2, free_x)  # beside the sign before it, where that is close
            free_x = sign_x + SIGN_PX + 1
            with svg.group(transform=f"translate({sign_x:.1f} {sign_y:.1f})"):
                svg.path(sign, fill=colour)


def _signs(each: Interruption) -> Iterator[tuple[float, str, str]]:
    """The instants of one interruption, with the sign and the colour of each."""
    if each.ducked_ms is not None:
        yield each.ducked_ms, DUCK_SIGN, INTERRUPTION
    if each.hushed_ms is not None:
        yield each.hushed_ms, HUSH_SIGN, INTERRUPTION
    yield each.decided_ms, *((CUT_SIGN, INTERRUPTION) if each.confirmed else (RESUME_SIGN, ANSWER))
