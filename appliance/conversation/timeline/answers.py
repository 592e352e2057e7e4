"""The lane of the answers: what was heard, how loud it was let out, and the words."""

from appliance.conversation.timeline.interruptions import draw_interruptions
from appliance.conversation.timeline.loudness import Loudness, loudness
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
from appliance.conversation.timeline.story import Fate, Span, Turn
from appliance.conversation.timeline.style import (
    ANSWER,
    ANSWER_TINT,
    BODY,
    INTERRUPTION,
)
from appliance.conversation.timeline.waveform import draw_wave

# Of the bar that stands for the answer where no recording shows its shape.
_BAR_PX = {Loudness.FULL: SPEECH_BAR_PX, Loudness.DUCKED: 5.0, Loudness.STILL: 1.4}
_COLOURS = {Loudness.FULL: ANSWER, Loudness.DUCKED: ANSWER, Loudness.STILL: INTERRUPTION}


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
    labels = draw_interruptions(page, row, lanes)
    if page.played is None:
        for span, _, _ in visible:
            _draw_bar(page, row, span, answers[span], wave_y + WAVE_PX / 2)
    else:
        draw_wave(page.svg, row, page.played, wave_y, WAVE_PX, [(span, ANSWER) for span, _, _ in visible])
    spoken: list[Label] = []
    for span, left, right in visible:
        turn = answers[span]
        _draw_end(page, row, turn, right, wave_y)
        if page.at_home(row, span):
            spoken.append(Label(left + 2, _words(turn), BODY, ANSWER))
    draw_labels(page.svg, lanes.answer + STRIP_BASELINE_PX, labels)
    draw_spoken(page.svg, wave_y + WAVE_PX, spoken)


def _words(turn: Turn) -> str:
    providers = " → ".join(dict.fromkeys(filter(None, turn.providers)))
    return ": ".join(filter(None, (providers, f"“{turn.answer}”" if turn.answer else "")))


def _draw_bar(page: Page, row: Row, heard: Span, turn: Turn, middle: float) -> None:
    """The answer as a bar that is as thick as it was loud."""
    for stretch, left, right in row.visible(loudness(heard, turn.interruptions)):
        how = Loudness(stretch.name)
        high, round_px = _BAR_PX[how], min(right - left, _BAR_PX[how]) / 2
        page.svg.rect(left, middle - high / 2, right - left, high, rx=round_px, fill=_COLOURS[how])


def _draw_end(page: Page, row: Row, turn: Turn, x: float, y: float) -> None:
    """The edge at which an answer ended, broken where it was cut short."""
    if turn.done_ms is None or not row.holds(turn.done_ms):
        return
    heard = "" if turn.heard_ms is None else f", {turn.heard_ms / 1000:.1f} s of it heard"
    cut_short = turn.fate in (Fate.INTERRUPTED, Fate.CUT_SHORT)
    colour, dashes = (INTERRUPTION, "5 3") if cut_short else (ANSWER, None)
    with page.svg.group(f"Turn {turn.number}, {turn.fate}{heard}"):
        page.svg.line(x, y, x, y + WAVE_PX, stroke=colour, stroke_width=2, stroke_dasharray=dashes)
