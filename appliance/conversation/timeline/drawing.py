"""The whole picture: headline, rows of lanes, table, legend."""

from collections import Counter
from collections.abc import Sequence
from math import ceil
from statistics import median

from appliance.conversation.timeline.answers import draw_answers
from appliance.conversation.timeline.bands import draw_links, draw_marks, draw_phases
from appliance.conversation.timeline.legend import draw_legend
from appliance.conversation.timeline.levels import LevelProfile
from appliance.conversation.timeline.page import AXIS_PX, Page, lanes_of
from appliance.conversation.timeline.person import draw_person
from appliance.conversation.timeline.reading import Event
from appliance.conversation.timeline.rows import Row, is_silent, paginate
from appliance.conversation.timeline.story import MarkKind, Span, Story, Turn, busy, merged
from appliance.conversation.timeline.style import (
    BODY,
    CARD,
    EDGE,
    GRID,
    HATCH,
    HEADLINE,
    INK,
    LEFT,
    MARGIN,
    MUTED,
    PAGE,
    SMALL,
    SMALL_STRONG,
    WIDTH,
)
from appliance.conversation.timeline.svg import Svg
from appliance.conversation.timeline.table import MAX_TURNS, draw_table
from appliance.conversation.timeline.telling import tell
from appliance.conversation.timeline.waiting import draw_waiting, seconds

_HEADER_PX = 84.0
# From here on there is room for the name of every second.
_WIDE_PX_PER_MS = 0.08
_ROW_GAP_PX = 16.0


def draw(
    events: Sequence[Event],
    input_profile: LevelProfile | None = None,
    output_profile: LevelProfile | None = None,
    start_ms: float = 0.0,
) -> str:
    """A picture of a conversation as SVG: who spoke, who waited, and why.

    `events` are those of an event log in any order; the profiles are of what the microphone heard
    and of what the loudspeaker played, both from the stream's sample 0. Whatever an event is, the
    picture is well-formed XML; what cannot be understood is left out. Ten minutes from `start_ms` on
    are drawn at most, and long silences left out: the picture says so where that is.
    """
    story = tell(events)
    profiles = [profile for profile in (input_profile, output_profile) if profile is not None]
    end_ms = max([story.end_ms, *(profile.duration_ms for profile in profiles)])
    start_ms = min(max(start_ms, 0.0), end_ms)
    eventful = merged([*busy(story), *(span for profile in profiles for span in profile.audible())])
    rows = paginate(eventful, [turn.start_ms for turn in story.turns], start_ms, end_ms)
    body = Svg()
    y, drawn_ms = _HEADER_PX, start_ms
    if start_ms > 0:
        body.text(LEFT, y + 4, f"The picture begins {_length(start_ms)} after the log.", BODY, fill=MUTED)
        y += 20
    for row in rows:
        if row.start_ms > drawn_ms:
            quiet = _length(row.start_ms - drawn_ms)
            body.text(LEFT, y + 4, f"{quiet} in which nothing happened", SMALL, fill=MUTED)
            y += 16
        y = _draw_row(body, Page(Svg(), story, rows, input_profile, output_profile), row, y)
        drawn_ms = row.end_ms
    if drawn_ms < end_ms:
        body.text(LEFT, y + 8, _ending(eventful, drawn_ms, end_ms), BODY, fill=MUTED)
        y += 28
    if turns := [turn for turn in story.turns if start_ms <= turn.end_ms and turn.start_ms < drawn_ms]:
        y = draw_table(body, turns, y)
    height = draw_legend(body, y + 10) + MARGIN
    return _framed(body, story, end_ms, height)


def _ending(eventful: Sequence[Span], drawn_ms: float, end_ms: float) -> str:
    rest = _length(end_ms - drawn_ms)
    if is_silent(eventful, drawn_ms):
        return f"{rest} more, in which nothing happened."
    return f"The picture ends here, the log {rest} later; --from-s {int(drawn_ms / 1000)} draws what follows."


def _draw_row(body: Svg, page: Page, row: Row, top: float) -> float:
    """Draw one row from `top` down; returns where the next one begins."""
    lanes = lanes_of(page, row, top)
    for name, y in lanes.names:
        page.svg.text(LEFT - 10, y + 4, name, SMALL_STRONG, text_anchor="end", fill=MUTED)
    if lanes.answered:
        draw_waiting(page, row, lanes)  # first: its lines run behind the words
        draw_answers(page, row, lanes)
    draw_person(page, row, lanes)
    draw_phases(page, row, lanes)
    links_end = draw_links(page, row, lanes)
    bottom = draw_marks(page, row, lanes, links_end) + 6
    body.rect(MARGIN / 2, top, WIDTH - MARGIN, bottom - top, rx=8, fill=CARD, stroke=EDGE)
    _draw_axis(body, row, top, bottom)
    body.append(page.svg)
    return bottom + _ROW_GAP_PX


def _draw_axis(svg: Svg, row: Row, top: float, bottom: float) -> None:
    """Seconds since the stream's sample 0, the even ones named."""
    for second in range(ceil(row.start_ms / 1000), int(row.end_ms / 1000) + 1):
        x, named = row.x(second * 1000), second % 2 == 0 or row.px_per_ms > _WIDE_PX_PER_MS
        svg.line(x, top + AXIS_PX - 6, x, bottom - 6, stroke=GRID, stroke_width=1.4 if named else 0.7)
        if named:
            svg.text(x, top + 15, _clock(second), SMALL, text_anchor="middle", fill=MUTED)


def _clock(second: int) -> str:
    minutes, hours = second // 60, second // 3600
    if not minutes:
        return f"{second} s"
    return f"{hours}:{minutes % 60:02}:{second % 60:02}" if hours else f"{minutes}:{second % 60:02}"


def _length(ms: float) -> str:
    minutes, second = divmod(round(ms / 1000), 60)
    if not minutes:
        return f"{ms / 1000:.1f} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {second} s"


def _framed(body: Svg, story: Story, end_ms: float, height: float) -> str:
    title, summary = _title(story), _summary(story, end_ms)
    svg = Svg()
    svg.rect(0, 0, WIDTH, height, fill=PAGE)
    svg.text(MARGIN, 40, title, HEADLINE, room=WIDTH - 2 * MARGIN, fill=INK)
    svg.text(MARGIN, 64, summary, BODY, room=WIDTH - 2 * MARGIN, fill=MUTED)
    svg.append(body)
    described = [summary, *(_sentence(turn) for turn in story.turns[:MAX_TURNS])]
    return svg.render(WIDTH, height, title, " ".join(described), HATCH)


def _title(story: Story) -> str:
    if len(story.conversations) == 1:
        return f"Conversation {story.conversations[0]}"
    return f"{len(story.conversations)} conversations" if story.conversations else "Conversation"


def _summary(story: Story, end_ms: float) -> str:
    said = [_length(end_ms)]
    fates = Counter(turn.fate for turn in story.turns)
    counted = ", ".join(f"{count} {fate}" for fate, count in fates.items())
    said.append(f"{_count(len(story.turns), 'turn')}: {counted}" if story.turns else "nobody spoke")
    waits = [turn.wait.total_ms for turn in story.turns if turn.wait is not None]
    if len(waits) == 1:
        said.append(f"waited {seconds(waits[0])}")
    elif waits:
        said.append(f"median wait {seconds(median(waits))}, longest {seconds(max(waits))}")
    alarms = sum(not each.confirmed for turn in story.turns for each in turn.interruptions)
    if alarms:
        said.append(_count(alarms, "false alarm"))
    marks = Counter(mark.kind for mark in story.marks)
    said += [
        _count(marks[kind], kind)
        for kind in (MarkKind.FAILOVER, MarkKind.ERROR, MarkKind.DEVICE)
        if marks[kind]
    ]
    return " · ".join(said) + "."


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _sentence(turn: Turn) -> str:
    """The turn for somebody who does not see the picture."""
    said = f" The person said: {turn.question}" if turn.question else ""
    waited = f" After {seconds(turn.wait.total_ms)} came the answer" if turn.wait else ""
    answer = f"{waited}: {turn.answer}" if waited and turn.answer else waited
    return f"Turn {turn.number}, {turn.fate}.{said}{answer}"
