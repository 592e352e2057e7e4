"""The words on an arrow, and how much room they take."""

from collections.abc import Iterator, Sequence
from math import ceil
from typing import Final, NamedTuple

from appliance.conversation.timeline.text import Font, width
from scripts.draw_conversation_arrows import Arrow
from scripts.draw_conversation_words import HAPPENINGS, SUBJECTS, Subject

TOLD: Final = Font(13, bold=True)  # what is said and heard
ASIDE: Final = Font(12)  # hands and devices
LEADING: Final = 16
PADDING: Final = 3
# What is said aside shares a line where that makes a label no wider than this.
_ASIDE_ROOM: Final = 106.0


class Line(NamedTuple):
    """One line of a label."""

    text: str
    font: Font


def lines_of(arrow: Arrow) -> tuple[Line, ...]:
    """What makes it happen, a line each: what is said and heard first, then hands and devices."""
    told = [h for h in arrow.happenings if SUBJECTS[h] is not Subject.HAND]
    aside = [h for h in arrow.happenings if SUBJECTS[h] is Subject.HAND]
    first = [Line(HAPPENINGS[happening], TOLD) for happening in told]
    room = max([_ASIDE_ROOM, *(width(*line) for line in first)])
    return (*first, *_filled([HAPPENINGS[happening] for happening in aside], room))


def size_of(lines: Sequence[Line]) -> tuple[int, int]:
    """The width and height of a label."""
    # Rounded before it is rounded up: the last bits of a sum are not the same in every Python.
    wide = max(ceil(round(width(line.text, line.font), 3)) for line in lines)
    return wide + 2 * PADDING, len(lines) * LEADING + 2 * PADDING


def _filled(words: Sequence[str], room: float) -> Iterator[Line]:
    """As many of `words` on a line as `room` has space for."""
    line = ""
    for word in words:
        longer = f"{line} · {word}" if line else word
        if line and width(longer, ASIDE) > room:
            yield Line(line, ASIDE)
            longer = word
        line = longer
    if line:
        yield Line(line, ASIDE)
