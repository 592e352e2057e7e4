"""What every lane needs: the surface, the story, the recordings; and where the lanes lie in a row."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from appliance.conversation.timeline.levels import AUDIBLE, LevelProfile
from appliance.conversation.timeline.rows import Row
from appliance.conversation.timeline.story import Span, Story
from appliance.conversation.timeline.style import INK, RIGHT
from appliance.conversation.timeline.svg import Svg
from appliance.conversation.timeline.text import Font, width, wrap

AXIS_PX = 26.0
STRIP_PX = 25.0  # labels and signs above a waveform
STRIP_BASELINE_PX = 12.0
WAVE_PX = 56.0
SPEECH_BAR_PX = 14.0  # of speech, where no recording shows its shape
LINE_PX = 16.0  # a line of text
SPOKEN_LINES = 2
SPEECH_PX = STRIP_PX + WAVE_PX + SPOKEN_LINES * LINE_PX + 12.0

WAIT_PX = 58.0
PHASE_PX = 18.0
LINK_PX = 14.0
MARK_PX = 18.0

_COLUMNS = 256
_LABEL_GAP_PX = 8.0
_SHORTEST_LABEL_PX = 24.0


@dataclass(frozen=True, slots=True)
class Page:
    """One picture in the making."""

    svg: Svg
    story: Story
    rows: Sequence[Row]
    heard: LevelProfile | None  # the microphone
    played: LevelProfile | None  # the loudspeaker

    def at_home(self, row: Row, span: Span) -> bool:
        """Whether `row` shows more of `span` than the others: its words stand there, once."""
        return row is max(self.rows, key=lambda other: other.overlap_ms(span))


@dataclass(frozen=True, slots=True)
class Lanes:
    """Where the lanes of one row begin. Only a row that is `answered` has those of the answer."""

    answered: bool
    person: float
    waiting: float
    answer: float
    phase: float

    @property
    def links(self) -> float:
        """The middle of the first provider's line."""
        return self.phase + PHASE_PX + 10.0

    @property
    def names(self) -> Iterator[tuple[str, float]]:
        """What stands before each lane, and at what height."""
        yield "person", self.person + STRIP_PX + WAVE_PX / 2
        if self.answered:
            yield "waiting", self.waiting + 14
            yield "answer", self.answer + STRIP_PX + WAVE_PX / 2
        yield "phase", self.phase + PHASE_PX / 2


def lanes_of(page: Page, row: Row, top: float) -> Lanes:
    """The lanes that `row` needs, from `top` down."""
    answered = _is_answered(page, row)
    waiting = top + AXIS_PX + SPEECH_PX
    answer = waiting + WAIT_PX
    return Lanes(answered, top + AXIS_PX, waiting, answer, answer + SPEECH_PX if answered else waiting)


def _is_answered(page: Page, row: Row) -> bool:
    for turn in page.story.turns:
        spans = [turn.heard, turn.fruitless_wait]
        spans += [Span(wait.start_ms, wait.end_ms) for wait in (turn.wait,) if wait]
        spans += [Span(each.onset_ms, each.decided_ms) for each in turn.interruptions]
        if any(row.touches(span) for span in spans if span is not None):
            return True
    if page.played is None:
        return False
    levels = page.played.columns(row.start_ms, (row.end_ms - row.start_ms) / _COLUMNS, _COLUMNS)
    return bool(np.abs(levels).max() > AUDIBLE)


class Label(NamedTuple):
    """A text that begins at `x` and ends where the next one begins; a `shorter` one where it is too long."""

    x: float
    text: str
    font: Font
    fill: str = INK
    shorter: str = ""


def draw_labels(svg: Svg, y: float, labels: Sequence[Label]) -> None:
    """Draw `labels` on one line; one without room is left out."""
    ordered = sorted(labels, key=lambda label: label.x)
    for index, label in enumerate(ordered):
        end = ordered[index + 1].x - _LABEL_GAP_PX if index + 1 < len(ordered) else RIGHT
        room = end - label.x
        shown = label.shorter if label.shorter and width(label.text, label.font) > room else label.text
        if room >= min(_SHORTEST_LABEL_PX, width(shown, label.font)):
            svg.text(label.x, y, shown, label.font, room=room, fill=label.fill, halo=True)


def draw_spoken(svg: Svg, y: float, spoken: Sequence[Label]) -> None:
    """Draw what was said, each text in `SPOKEN_LINES` lines up to where the next one begins."""
    ordered = sorted(spoken, key=lambda label: label.x)
    for index, label in enumerate(ordered):
        end = ordered[index + 1].x - 2 * _LABEL_GAP_PX if index + 1 < len(ordered) else RIGHT
        lines = wrap(label.text, end - label.x, label.font, SPOKEN_LINES)
        for number, line in enumerate(lines):
            svg.text(label.x, y + (number + 1) * LINE_PX - 3, line, label.font, fill=label.fill, halo=True)
