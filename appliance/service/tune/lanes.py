"""The lanes of the picture: what was said, and below it the turns that each setting made of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import log10
from typing import Final

import numpy as np

from appliance.conversation.timeline.style import (
    CARD,
    EDGE,
    ENDPOINT,
    FAILURE,
    FAINT,
    GRID,
    INK,
    MUTED,
    PERSON,
    PERSON_TINT,
    RIGHT,
    SMALL,
    SMALL_STRONG,
)
from appliance.conversation.timeline.svg import Svg
from appliance.hearing.speech.edges import BLOCKS_PER_WINDOW, KEPT_BLOCKS
from appliance.pcm.formats import NEAR_RATE_HZ
from appliance.service.tune.score import cuts, is_false
from appliance.service.tune.trial import Heard, HeardTurn, Stretch, Trial
from appliance.service.tune.truth import Truth, Utterance

ROW_S: Final = 30.0
LEFT: Final = 150.0
VOICE_PX: Final = 46.0
LANE_PX: Final = 20.0
_BAR_PX: Final = 12.0
_HEAD_PX: Final = 26.0
_QUIETEST_DBFS: Final = -70.0
_LOUDEST_DBFS: Final = -10.0


@dataclass(frozen=True, slots=True)
class Lane:
    """What one setting made of a recording."""

    name: str
    trial: Trial
    chosen: bool


@dataclass(frozen=True, slots=True)
class Row:
    """`ROW_S` of a recording, from sample `start` on."""

    title: str
    heard: Heard
    truth: Truth
    lanes: tuple[Lane, ...]
    start: int

    @property
    def height(self) -> float:
        """In pixels."""
        return _HEAD_PX + VOICE_PX + len(self.lanes) * LANE_PX + 12

    @property
    def span(self) -> Stretch:
        """Its samples."""
        return Stretch(self.start, self.start + round(ROW_S * NEAR_RATE_HZ))

    def at(self, sample: int) -> float:
        """Where a sample is, in pixels from the left of the picture; never outside of the row."""
        share = (sample - self.start) / (ROW_S * NEAR_RATE_HZ)
        return LEFT + (RIGHT - LEFT) * min(max(share, 0), 1)


def draw_row(svg: Svg, row: Row, top: float) -> None:
    """Draw `row` from `top` down."""
    svg.rect(24, top, RIGHT + 8 - 24, row.height - 6, rx=8, fill=CARD, stroke=EDGE)
    svg.text(36, top + 18, row.title, SMALL_STRONG, fill=INK)
    for second in range(0, round(ROW_S) + 1, 5):
        x = row.at(row.start + second * NEAR_RATE_HZ)
        svg.line(x, top + _HEAD_PX, x, top + row.height - 14, stroke=GRID)
        label = f"{row.start / NEAR_RATE_HZ + second:.0f} s"
        svg.text(x, top + 18, label, SMALL, fill=MUTED, text_anchor="end" if second == ROW_S else "middle")
    _draw_voice(svg, row, top + _HEAD_PX)
    for number, lane in enumerate(row.lanes):
        _draw_lane(svg, row, lane, top + _HEAD_PX + VOICE_PX + number * LANE_PX)


def _draw_voice(svg: Svg, row: Row, top: float) -> None:
    svg.text(36, top + VOICE_PX / 2 + 4, "what was said", SMALL, fill=MUTED)
    for stretch in row.truth.doubtful:
        if stretch.overlaps(row.span):
            _bar(svg, row, stretch, top, VOICE_PX - 6, fill=FAINT, opacity=0.25)
    for utterance in row.truth.utterances:
        for piece in utterance.pieces:
            if piece.overlaps(row.span):
                _bar(svg, row, piece, top, VOICE_PX - 6, fill=PERSON_TINT)
    svg.path(_envelope(row, top), fill=PERSON, opacity=0.8)


def _envelope(row: Row, top: float) -> str:
    """The level of the voice as a shape around the middle of its lane, a pixel a step."""
    middle, reach = top + (VOICE_PX - 6) / 2, (VOICE_PX - 6) / 2
    block = row.heard.window_samples // BLOCKS_PER_WINDOW
    end = min(row.span.end, row.heard.samples)
    powers = row.heard.powers[KEPT_BLOCKS + row.start // block : KEPT_BLOCKS + end // block]
    columns = max(min(round(row.at(end) - row.at(row.start)), len(powers)), 1)
    firsts = np.linspace(0, len(powers), columns, endpoint=False).astype(int)
    heights = [_height(power) * reach for power in np.maximum.reduceat(powers, firsts).tolist()]
    above = [f"{row.at(row.start) + x:.0f},{middle - height:.1f}" for x, height in enumerate(heights)]
    below = [f"{row.at(row.start) + x:.0f},{middle + height:.1f}" for x, height in enumerate(heights)]
    return "M" + "L".join((*above, *reversed(below))) + "Z"


def _height(power: float) -> float:
    dbfs = 10 * log10(max(power, 1e-12))
    return min(max((dbfs - _QUIETEST_DBFS) / (_LOUDEST_DBFS - _QUIETEST_DBFS), 0.02), 1.0)


def _draw_lane(svg: Svg, row: Row, lane: Lane, top: float) -> None:
    font = SMALL_STRONG if lane.chosen else SMALL
    mark = "→ " if lane.chosen else ""
    svg.text(36, top + 14, mark + lane.name, font, room=LEFT - 44, fill=INK if lane.chosen else MUTED)
    for turn in lane.trial.turns:
        if row.span.overlaps(Stretch(turn.speech.start, turn.ended_at)):
            _draw_turn(svg, row, turn, top + 4)
    for utterance in _missed(row, lane):
        _bar(svg, row, utterance.whole, top + 4, _BAR_PX, fill="none", stroke=FAILURE, stroke_dasharray="3 2")


def _draw_turn(svg: Svg, row: Row, turn: HeardTurn, y: float) -> None:
    """Its speech, the silence that it waited for, and a sign where it was wrong."""
    wrong = is_false(turn, row.truth)
    with svg.group("nobody asked" if wrong else ""):
        _bar(svg, row, turn.speech, y, _BAR_PX, fill="url(#fruitless)" if wrong else PERSON, opacity=0.75)
        _bar(svg, row, Stretch(turn.speech.end, turn.ended_at), y, _BAR_PX, fill=ENDPOINT)
    if turn.ended_at > row.span.end or turn.ended_at < row.start:
        return
    x = row.at(turn.ended_at)
    if any(cuts(turn, utterance) for utterance in _about(turn, row.truth)):
        svg.line(x, y - 3, x, y + _BAR_PX + 3, stroke=FAILURE, stroke_width=3)


def _about(turn: HeardTurn, truth: Truth) -> Iterator[Utterance]:
    return (utterance for utterance in truth.utterances if utterance.whole.overlaps(turn.speech))


def _missed(row: Row, lane: Lane) -> Iterator[Utterance]:
    for utterance in row.truth.utterances:
        heard = any(turn.speech.overlaps(utterance.whole) for turn in lane.trial.turns)
        if not heard and utterance.whole.overlaps(row.span):
            yield utterance


def _bar(svg: Svg, row: Row, stretch: Stretch, y: float, height: float, **look: str | float) -> None:
    start, end = row.at(stretch.start), row.at(stretch.end)
    svg.rect(start, y, max(end - start, 1.5), height, rx=2, **look)
