"""The turns as a table: what was said, what was waited, what was heard."""

from collections.abc import Sequence

from appliance.conversation.timeline.interruptions import told
from appliance.conversation.timeline.page import LINE_PX
from appliance.conversation.timeline.story import Fate, Turn, Wait
from appliance.conversation.timeline.style import (
    ANSWER,
    BODY,
    EDGE,
    FAILURE,
    HEADING,
    INTERRUPTION,
    MARGIN,
    MUTED,
    PERSON,
    SMALL,
    SMALL_STRONG,
    STRONG,
    WIDTH,
)
from appliance.conversation.timeline.svg import Svg
from appliance.conversation.timeline.text import fit, wrap
from appliance.conversation.timeline.waiting import seconds, shares

# A page's worth; the rows above show the others.
MAX_TURNS = 40
_MAX_LINES = 4
_TURN_X = MARGIN + 16
_PERSON_X = 92.0
_WAIT_X = 470.0
_ANSWER_X = 850.0
_WAIT_PX = 280.0  # of the longest wait
_TEXT_PX = 366.0
_BAR_PX = 18.0
# Waits shorter than this do not fill the bar's full length.
_SHORT_WAIT_MS = 1000.0


def draw_table(svg: Svg, turns: Sequence[Turn], top: float) -> float:
    """Draw the table of `turns` from `top` down; returns where it ends."""
    for x, heading in ((_TURN_X, "turn"), (_PERSON_X, "the person said"), (_WAIT_X, "waited")):
        svg.text(x, top + 26, heading, HEADING)
    svg.text(_ANSWER_X, top + 26, "the answer", HEADING)
    waits = [turn.wait.total_ms for turn in turns if turn.wait is not None]
    px_per_ms = _WAIT_PX / max([*waits, _SHORT_WAIT_MS])
    y = top + 38
    for turn in turns[:MAX_TURNS]:
        svg.line(MARGIN, y, WIDTH - MARGIN, y, stroke=EDGE)
        y = _draw_turn(svg, turn, y, px_per_ms)
    if len(turns) > MAX_TURNS:
        svg.text(_TURN_X, y + 16, f"and {len(turns) - MAX_TURNS} more turns", BODY, fill=MUTED)
        y += 24
    return y


def _draw_turn(svg: Svg, turn: Turn, y: float, px_per_ms: float) -> float:
    base = y + 22
    svg.text(_TURN_X, base, str(turn.number), STRONG, room=_PERSON_X - _TURN_X - 8)
    question = wrap(turn.question, _TEXT_PX, BODY, _MAX_LINES)
    answer = wrap(turn.answer, _TEXT_PX, BODY, _MAX_LINES)
    for number, line in enumerate(question):
        svg.text(_PERSON_X, base + number * LINE_PX, line, BODY, fill=PERSON)
    for number, line in enumerate(answer):
        svg.text(_ANSWER_X, base + number * LINE_PX, line, BODY, fill=ANSWER)
    asked_y, answered_y = base + len(question) * LINE_PX, base + len(answer) * LINE_PX
    svg.text(_PERSON_X, asked_y, _about_question(turn), SMALL, room=_TEXT_PX, fill=MUTED)
    svg.text(_ANSWER_X, answered_y, _about_answer(turn), SMALL, room=_TEXT_PX, fill=MUTED)
    for each in turn.interruptions[:_MAX_LINES]:
        answered_y += LINE_PX
        shown = f"{each.onset_ms / 1000:.1f} s {told(each)}"
        svg.text(_ANSWER_X, answered_y, shown, SMALL, room=_TEXT_PX, fill=INTERRUPTION)
    waited_y = base
    if turn.wait is not None:
        _draw_wait(svg, turn.wait, y + 8, px_per_ms)
        waited_y += LINE_PX
    elif (fruitless := turn.fruitless_wait) is not None:
        waited = seconds(fruitless.end_ms - fruitless.start_ms)
        svg.text(_WAIT_X, base, f"{waited} for an answer that never came", STRONG, fill=FAILURE)
    return max(asked_y, answered_y, waited_y) + 14


def _draw_wait(svg: Svg, wait: Wait, y: float, px_per_ms: float) -> None:
    x = _WAIT_X
    for part, ms in shares(wait):
        svg.rect(x, y, ms * px_per_ms, _BAR_PX, fill=part.colour)
        shown = fit(f"{ms:.0f}", ms * px_per_ms - 6, SMALL_STRONG)
        if shown == f"{ms:.0f}":
            svg.text(x + ms * px_per_ms / 2, y + 13, shown, SMALL_STRONG, text_anchor="middle", fill=part.ink)
        x += ms * px_per_ms
    svg.text(x + 8, y + 14, seconds(wait.total_ms), STRONG)
    parts = (f"{part.name} {ms:.0f}" for part, ms in shares(wait))
    svg.text(_WAIT_X, y + _BAR_PX + 14, " + ".join(parts) + " ms", SMALL, fill=MUTED)


def _about_question(turn: Turn) -> str:
    if turn.discarded:
        speech = "" if turn.speech_ms is None else f"{turn.speech_ms:.0f} ms of speech: "
        return f"{speech}too little, nothing was asked"
    times = len(turn.commits)
    ended = turn.commits[-1].name if turn.commits else "not ended"
    again = f", committed {times} times" if times > 1 else ""
    return f"from {turn.onset_ms / 1000:.1f} s to {turn.end_ms / 1000:.1f} s, ended by {ended}{again}"


def _about_answer(turn: Turn) -> str:
    if turn.fate in (Fate.DISCARDED, Fate.OPEN):
        return ""
    who = " → ".join(dict.fromkeys(filter(None, turn.providers)))
    heard = "" if turn.heard_ms is None or turn.audible_ms is None else f"{turn.heard_ms / 1000:.1f} s heard"
    alarms = sum(not interruption.confirmed for interruption in turn.interruptions)
    alarm = f"{alarms} false alarm{'s' if alarms > 1 else ''}" if alarms else ""
    return " · ".join(filter(None, (who, str(turn.fate), heard, alarm)))
