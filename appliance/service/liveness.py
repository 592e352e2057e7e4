"""Whether the appliance lives: each part of it that could stand still unnoticed is seen to move."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Part(StrEnum):
    """What has to go on (public contract: event log `liveness.part`)."""

    CAPTURE = "capture"
    HEARING = "hearing"
    PLAYOUT = "playout"
    CONDUCTOR = "conductor"
    LINK = "link"


# How long a part may stand still while it ought to move. A device that is lost, or opened after a mute,
# moves with every try to open it, which takes 3 s at most and comes a second after the last: so this is
# about the thread, and of the microphone itself its keeper tells within a second. Hearing takes 30 ms for
# what it finds, and under load was never late by more than some hundred; it is to be known within two
# seconds that nobody hears. The rest runs on the loop that looks, and a task that ended does not come back.
LIMITS_S: Final[Mapping[Part, float]] = {
    Part.CAPTURE: 5.0,
    Part.HEARING: 1.5,
    Part.PLAYOUT: 5.0,
    Part.CONDUCTOR: 1.5,
    Part.LINK: 1.0,
}

# What is stuck for so long beyond its limit does not come back: a machine that swaps, or a card that is
# written to, stops everything for a few seconds. Less than the 15 s of the watchdog, because whoever can
# still end by himself says why; it bites where nobody can.
GIVE_UP_S: Final = 6.0

# Looks come ten times a second. Where one is later than this the whole process stood still (stopped by hand,
# a machine that swaps, a virtual one that was moved), and no part had the time in which it is to move.
LONGEST_LOOK_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Beat:
    """How far a part has come. `count` moves while it works; `due`: by what it has to do, it has to move."""

    part: Part
    count: int
    due: bool = True


@dataclass(frozen=True, slots=True)
class Standstill:
    """A part that ought to move and does not, and for how long."""

    part: Part
    still_s: float


class Liveness:
    """Compares each look with the one before; the looks come several times a second.

    Its time stands still while nobody looks for longer than `LONGEST_LOOK_S`."""

    def __init__(self) -> None:
        self._moved: dict[Part, tuple[int, float]] = {}  # its count, and when that was new or not due
        self._unlooked_s = 0.0  # so much of the clock does not count
        self._looked_s: float | None = None

    def look(self, now_s: float, beats: Iterable[Beat]) -> list[Standstill]:
        """Whatever stands still at `now_s` (any clock that does not jump) for longer than it may."""
        if self._looked_s is not None:
            self._unlooked_s += max(now_s - self._looked_s - LONGEST_LOOK_S, 0.0)
        self._looked_s = now_s
        now_s -= self._unlooked_s
        standing = []
        for beat in beats:
            count, since_s = self._moved.get(beat.part, (beat.count, now_s))
            if not beat.due or count != beat.count:
                since_s = now_s
            self._moved[beat.part] = (beat.count, since_s)
            if now_s - since_s > LIMITS_S[beat.part]:
                standing.append(Standstill(beat.part, now_s - since_s))
        return standing


def given_up(standing: Iterable[Standstill]) -> Standstill | None:
    """One that does not come back by itself."""
    return next((one for one in standing if one.still_s > LIMITS_S[one.part] + GIVE_UP_S), None)
