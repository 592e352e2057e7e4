"""What becomes of a device that is lost, found again, muted and unmuted: a table."""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Final

from appliance.conversation.vocabulary import DeviceState

# The first retry comes at once, because sound servers come back at once. Then each waits twice as long, up
# to a second: a replugged device is to work within 5 s, and opening it may take 3 s where a driver hangs.
FIRST_RETRY_S: Final = 0.1
LONGEST_RETRY_S: Final = 1.0

# A device that worked for so long was no false start: its next loss begins with a quick retry again.
STEADY_S: Final = 10.0


class Stand(Enum):
    """How a device stands. What begins with LOST was told to be lost, and nothing better yet."""

    RESTING = auto()  # not wanted: closed, and all is well
    OPENING = auto()
    WORKING = auto()  # open, and sound was moved
    LOST_RESTING = auto()
    LOST_OPENING = auto()
    LOST_WAITING = auto()  # until the next try


class Turn(Enum):
    """What happens to a device."""

    WANTED = auto()
    UNWANTED = auto()
    PROVED = auto()  # it is open and moves sound
    FAILED = auto()
    DUE = auto()  # the wait for the next try is over


News = DeviceState | None

# Pairs that are not here cannot happen: WORKING fails, but is not proved again.
TABLE: Final[Mapping[tuple[Stand, Turn], tuple[Stand, News]]] = {
    (Stand.RESTING, Turn.WANTED): (Stand.OPENING, None),
    (Stand.OPENING, Turn.PROVED): (Stand.WORKING, None),
    (Stand.OPENING, Turn.FAILED): (Stand.LOST_WAITING, DeviceState.LOST),
    (Stand.OPENING, Turn.UNWANTED): (Stand.RESTING, None),
    (Stand.WORKING, Turn.FAILED): (Stand.LOST_WAITING, DeviceState.LOST),
    (Stand.WORKING, Turn.UNWANTED): (Stand.RESTING, None),
    (Stand.LOST_WAITING, Turn.DUE): (Stand.LOST_OPENING, None),
    (Stand.LOST_WAITING, Turn.UNWANTED): (Stand.LOST_RESTING, None),
    (Stand.LOST_OPENING, Turn.PROVED): (Stand.WORKING, DeviceState.READY),
    (Stand.LOST_OPENING, Turn.FAILED): (Stand.LOST_WAITING, None),
    (Stand.LOST_OPENING, Turn.UNWANTED): (Stand.LOST_RESTING, None),
    (Stand.LOST_RESTING, Turn.WANTED): (Stand.LOST_OPENING, None),
}

OPENING: Final = frozenset({Stand.OPENING, Stand.LOST_OPENING})
RESTING: Final = frozenset({Stand.RESTING, Stand.LOST_RESTING})


class Supervision:
    """Where one device stands in the table, and how long the next retry waits."""

    def __init__(self) -> None:
        self.stand = Stand.OPENING
        self._tries = 0
        self._proved_s = 0.0

    def take(self, turn: Turn, now_s: float) -> News:
        """Go on by the table; what is to be told about it."""
        if turn is Turn.PROVED:
            self._proved_s = now_s
        if turn is Turn.FAILED:
            steady = self.stand is Stand.WORKING and now_s - self._proved_s >= STEADY_S
            self._tries = 1 if steady else self._tries + 1
        self.stand, news = TABLE[self.stand, turn]
        return news

    @property
    def retry_s(self) -> float:
        """How long to wait before the next try."""
        return float(min(FIRST_RETRY_S * 2 ** (min(self._tries, 10) - 1), LONGEST_RETRY_S))
