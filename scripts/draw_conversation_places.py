"""Where the states and the phases stand in the picture: the only thing about it that is given by hand.

Lengths are pixels. Boxes keep to multiples of `STEP`, so that arrows, which run on that grid, meet them.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from appliance.conversation.machine import Phase as P
from appliance.conversation.machine import State as S

STEP: Final = 10


class Box(NamedTuple):
    """A rectangle; `x` and `y` are its upper left corner."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """Its right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """Its lower edge."""
        return self.y + self.height

    def grown(self, by: int) -> "Box":
        """With `by` pixels more on each side."""
        return Box(self.x - by, self.y - by, self.width + 2 * by, self.height + 2 * by)

    def meets(self, other: "Box") -> bool:
        """Whether the two have a point inside them in common."""
        return (
            self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom
        )

    def holds(self, x: int, y: int) -> bool:
        """Whether a point lies in it or on its edge."""
        return self.x <= x <= self.right and self.y <= y <= self.bottom


class PictureError(Exception):
    """The picture cannot be drawn; the text says what is missing or where there is no room."""


PICTURE: Final = Box(0, 0, 1320, 1100)
# Where arrows may run, below the title.
FIELD: Final = Box(10, 60, 1300, 1020)

STATES: Final[Mapping[S, Box]] = {
    S.IDLE: Box(30, 150, 90, 300),
    S.FOLLOWING: Box(30, 500, 90, 110),
    S.REPLYING: Box(290, 490, 120, 80),
    S.OWING: Box(290, 150, 120, 80),
    S.OPENING: Box(290, 300, 120, 100),
    S.LISTENING: Box(580, 150, 120, 250),
    S.THINKING: Box(880, 150, 120, 110),
    S.HOLDING: Box(1170, 150, 120, 110),
    S.HELD: Box(1170, 330, 120, 80),
    S.CUT_OFF: Box(1170, 480, 120, 80),
    S.DUCKED: Box(580, 740, 120, 110),
    S.STILL: Box(290, 740, 120, 110),
    S.SPEAKING: Box(880, 740, 120, 110),
    S.DEFERRING: Box(880, 930, 120, 110),
    S.YIELDING: Box(1170, 930, 120, 110),
    S.SAID: Box(1170, 740, 120, 110),
}

PHASES: Final[Mapping[P, Box]] = {
    P.IDLE: Box(20, 110, 110, 530),
    P.LISTENING: Box(270, 110, 450, 480),
    P.THINKING: Box(860, 110, 450, 470),
    P.SPEAKING: Box(860, 720, 450, 360),
    P.INTERRUPTED: Box(270, 720, 450, 160),
}
NAME_WIDTH: Final = 120
NAME_HEIGHT: Final = 26

# What happens in every phase comes from here.
EVERYWHERE: Final = Box(30, 770, 90, 60)
LEGEND: Final = Box(30, 980, 520, 100)


def name_of(phase: P) -> Box:
    """Where a phase is named: above its states, or below them where arrows come from above."""
    box = PHASES[phase]
    y = box.bottom - NAME_HEIGHT if phase in (P.SPEAKING, P.INTERRUPTED) else box.y
    return Box(box.x, y, NAME_WIDTH, NAME_HEIGHT)


def box_of(state: S) -> Box:
    """Where a state stands; raises PictureError where nobody gave it a place."""
    try:
        return STATES[state]
    except KeyError:
        raise PictureError(f"the state {state!r} has no place in STATES") from None
