"""The lane of the answers: what was heard, who interrupted it, and the words."""

from appliance.conversation.machine import Phase
from appliance.conversation.timeline.page import (
    SPEECH_BAR_PX,
    STRIP_BASELINE_PX,
    STRIP_PX,
    WAVE_PX,
    Label,
    Lanes,
    Page,
    draw_labels,
    draw_spoken,
)
from appliance.conversation.timeline.rows import Row
from appliance.conversation.timeline.story import Fate, Interruption, Span, Turn
from appliance.conversation.timeline.style import (
    ANSWER,
    ANSWER_TINT,
    BODY,
    INTERRUPTION,
    INTERRUPTION_TINT,
    SMALL,
    SMALL_STRONG,
)
from appliance.conversation.timeline.waveform import draw_wave

_QUIETER_PX = 4.0  # of a bar, where it was ducked or stood still
_BRACKET_PX = 4.0


def draw_answers(page: Page, row: Row, lanes: Lanes) -> None:
    """Draw what lies in `row`."""
    wave_y = lanes.answer + STRIP_PX
    answers = {
        span._replace(name=str(index)): turn
        for index, turn in enumerate(page.story.turns)
        if (span := turn.heard) is not None
    }
    visible = list(row.visible(sorted(answers)))
    for _, left, right in visible:
        page.svg.rect(left, wave_y, right - left, WAVE_PX, rx=4, fill=ANSWER_TINT)
        if page.played is None:
            bar_y, round_px = wave_y + (WAVE_PX - SPEECH_BAR_PX) / 2, min(right - left, SPEECH_BAR_PX) / 2
            page.svg.rect(left, bar_y, right - left, SPEECH_BAR_PX, rx=round_px, fill=ANSWER)
    labels = _draw_interruptions(page, row, lanes)
    if page.played is not None:
        painted = [(span, ANSWER) for span, _, _ in visible]
        painted += [(span, INTERRUPTION) for span in page.story.phases if span.name == Phase.INTERRUPTED]
        draw_wave(page.svg, row, page.played, wave_y, WAVE_PX, painted)
    spoken: list[Label] = []
    for span, left, right in visible:
        turn = answers[span]
        _draw_end(page, row, turn, right, wave_y)
        if row.holds(span.start_ms):
            providers = " → ".join(dict.fromkeys(turn.providers))
            labels.append(Label(left + 2, providers, SMALL_STRONG, ANSWER))
        if turn.answer and page.at_home(row, span):
            spoken.append(Label(left + 2, f"“{turn.answer}”", BODY, ANSWER))
    draw_labels(page.svg, lanes.answer + STRIP_BASELINE_PX, labels)
    draw_spoken(page.svg, wave_y + WAVE_PX, spoken)


def _draw_end(page: Page, row: Row, turn: Turn, x: float, y: float) -> None:
    """The edge at which an answer ended, broken where it was cut short."""
    if turn.done_ms is None or not row.holds(turn.done_ms):
        return
    heard = "" if turn.heard_ms is None else f", {turn.heard_ms / 1000:.1f} s of it heard"
    cut_short = turn.fate in (Fate.INTERRUPTED, Fate.CUT_SHORT)
    colour, dashes = (INTERRUPTION, "5 3") if cut_short else (ANSWER, None)
    with page.svg.group(f"Turn {turn.number}, {turn.fate}{heard}"):
        page.svg.line(x, y, x, y + WAVE_PX, stroke=colour, stroke_width=2, stroke_dasharray=dashes)


def _draw_interruptions(page: Page, row: Row, lanes: Lanes) -> list[Label]:
    """Draw them in both lanes of sound; returns what is to be written above."""
    interruptions = {
        Span(each.onset_ms, each.decided_ms, f"{turn.number} {index}"): each
        for turn in page.story.turns
        for index, each in enumerate(turn.interruptions)
    }
    labels: list[Label] = []
    for span, left, right in row.visible(sorted(interruptions)):
        each = interruptions[span]
        _draw_interruption(page, each, left, right, lanes)
        if row.holds(each.onset_ms):
            shown = "interrupted" if each.confirmed else "false alarm"
            took_ms = each.decided_ms - each.onset_ms
            labels.append(Label(left, f"{shown}, {took_ms:.0f} ms", SMALL, INTERRUPTION))
    return labels


def _draw_interruption(page: Page, each: Interruption, left: float, right: float, lanes: Lanes) -> None:
    svg, y, wide = page.svg, lanes.answer + STRIP_PX, right - left
    outcome = "the person took the floor" if each.confirmed else "the answer went on"
    decided = f"decided after {each.decided_ms - each.onset_ms:.0f} ms: {outcome} ({each.cause})"
    with svg.group(f"Interruption, {decided}"):
        svg.rect(left, y, wide, WAVE_PX, fill=INTERRUPTION_TINT)
        svg.rect(left, y - _BRACKET_PX, wide, _BRACKET_PX, fill=INTERRUPTION)
        svg.rect(left, lanes.person + STRIP_PX - _BRACKET_PX, wide, _BRACKET_PX, fill=INTERRUPTION)
        if page.played is None:
            svg.rect(left, y + (WAVE_PX - _QUIETER_PX) / 2, wide, _QUIETER_PX, fill=INTERRUPTION)
