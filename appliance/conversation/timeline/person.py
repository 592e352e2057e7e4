"""The lane of the person: turns with their prefix padding, the microphone's level, and the words."""

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
from appliance.conversation.timeline.story import Span, Turn
from appliance.conversation.timeline.style import (
    BODY,
    FAINT,
    INK,
    INTERRUPTION,
    MUTED,
    PERSON,
    PERSON_TINT,
    SMALL,
    SMALL_STRONG,
)
from appliance.conversation.timeline.waveform import draw_wave

_HELD_PX = 5.0


def draw_person(page: Page, row: Row, lanes: Lanes) -> None:
    """Draw what lies in `row`."""
    wave_y = lanes.person + STRIP_PX
    turns = {Span(turn.start_ms, turn.end_ms, str(i)): turn for i, turn in enumerate(page.story.turns)}
    visible = list(row.visible(turns))
    labels = _draw_muted(page, row, wave_y)
    spoken: list[Label] = []
    for span, left, right in visible:
        turn = turns[span]
        with page.svg.group(_tooltip(turn)):
            _draw_turn(page, row, turn, left, right, wave_y)
        labels += _labels(row, turn)
        if turn.question and page.at_home(row, span):
            spoken.append(Label(left + 2, f"“{turn.question}”", BODY, PERSON))
    if page.heard is not None:
        painted = [
            (Span(each.onset_ms, each.decided_ms), INTERRUPTION)
            for turn in page.story.turns
            for each in turn.interruptions
            if not each.confirmed
        ]
        painted += [(span, MUTED if turns[span].discarded else PERSON) for span, _, _ in visible]
        draw_wave(page.svg, row, page.heard, wave_y, WAVE_PX, painted)
    _draw_held(page, row, wave_y)
    draw_labels(page.svg, lanes.person + STRIP_BASELINE_PX, labels)
    draw_spoken(page.svg, wave_y + WAVE_PX, spoken)


def _draw_muted(page: Page, row: Row, y: float) -> list[Label]:
    """Draw when nothing was listened to; returns what is to be written above."""
    labels: list[Label] = []
    for span, left, right in row.visible(page.story.muted):
        with page.svg.group(f"muted for {(span.end_ms - span.start_ms) / 1000:.1f} s"):
            page.svg.rect(left, y, right - left, WAVE_PX, fill="url(#muted)")
        labels.append(Label(left + 2, "muted", SMALL_STRONG, MUTED))
    return labels


def _draw_held(page: Page, row: Row, y: float) -> None:
    for span, left, right in row.visible(page.story.held):
        with page.svg.group(f"button held for {span.end_ms - span.start_ms:.0f} ms"):
            page.svg.rect(left, y + WAVE_PX - _HELD_PX, max(right - left, 2), _HELD_PX, rx=2, fill=INK)


def _draw_turn(page: Page, row: Row, turn: Turn, left: float, right: float, y: float) -> None:
    svg, onset = page.svg, row.x(turn.onset_ms)
    if turn.discarded:
        svg.rect(left, y, right - left, WAVE_PX, rx=4, fill="none", stroke=MUTED, stroke_dasharray="4 3")
    else:
        svg.rect(left, y, right - left, WAVE_PX, rx=4, fill=PERSON_TINT)
        svg.rect(left, y, onset - left, WAVE_PX, rx=4, fill="url(#prefix)")
        if row.holds(turn.onset_ms):
            svg.line(onset, y, onset, y + WAVE_PX, stroke=PERSON, stroke_width=1.2)
    if page.heard is None:
        said = row.x(_last_word_ms(turn)) - onset
        bar_y, colour = y + (WAVE_PX - SPEECH_BAR_PX) / 2, FAINT if turn.discarded else PERSON
        svg.rect(onset, bar_y, said, SPEECH_BAR_PX, rx=min(said, SPEECH_BAR_PX) / 2, fill=colour)
    for _, x, _ in row.visible(turn.commits):
        svg.line(x, y - 5, x, y + WAVE_PX, stroke=PERSON, stroke_width=2)


def _last_word_ms(turn: Turn) -> float:
    """The end of the speech, as far as the log tells."""
    if turn.wait is not None:
        return turn.wait.start_ms
    return turn.end_ms if turn.speech_ms is None else turn.onset_ms + turn.speech_ms


def _labels(row: Row, turn: Turn) -> list[Label]:
    labels: list[Label] = []
    if row.holds(max(turn.start_ms, 0.0)):
        labels.append(_chip(turn, row.x(turn.start_ms) + 2))
    if turn.commits and row.holds(turn.end_ms):
        cause = turn.commits[-1].name
        labels.append(Label(row.x(turn.end_ms) + 5, f"committed: {cause}", SMALL, MUTED))
    return labels


def _chip(turn: Turn, x: float) -> Label:
    if not turn.discarded:
        return Label(x, f"turn {turn.number}", SMALL_STRONG, PERSON)
    speech = "" if turn.speech_ms is None else f": {turn.speech_ms:.0f} ms of speech"
    return Label(x, f"turn {turn.number} discarded{speech}", SMALL_STRONG, MUTED)


def _tooltip(turn: Turn) -> str:
    prefix_ms = turn.onset_ms - turn.start_ms
    words = f" “{turn.question}”" if turn.question else ""
    return (
        f"Turn {turn.number}, {turn.fate}: speech from {turn.onset_ms / 1000:.2f} s, "
        f"prefix padding {prefix_ms:.0f} ms, ended at {turn.end_ms / 1000:.2f} s.{words}"
    )
