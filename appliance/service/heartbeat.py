"""Tells the service manager that the appliance lives, and everybody when a part of it does not."""

import math
from collections.abc import Callable, Iterable
from enum import Enum, auto
from typing import Final

from appliance.errors import ApplianceError
from appliance.service.control.controls import Status
from appliance.service.liveness import Beat, Liveness, Part, Standstill, given_up
from appliance.service.notify import Notifier
from appliance.service.standing_words import standing_words

# Fifteen signs of life for one bite of the unit's watchdog; and nobody reads a status faster. Where its owner
# has made the watchdog quicker, still so many for one bite: two are asked for, and some may be late.
TELL_EVERY_S: Final = 1.0
_SIGNS_OF_LIFE: Final = 4

# Of the start, while something is missing that is waited for: so much longer than what is told by then.
START_LONGER_S: Final = 15.0


class _Start(Enum):
    """How far the start has come."""

    UNDER_WAY = auto()
    DONE = auto()  # it hears; the service manager could not be told yet
    TOLD = auto()


class StoodStill(ApplianceError):
    """A part of the appliance hangs, and does not come back by itself: it has to be started anew."""


class Heartbeat:
    """Belongs to the event loop, which it thereby vouches for.

    `note(part, alive, still_ms)` hears of each part that stands still, and of each that moves again;
    `tell_owner` gets a sentence about it, and `fatal` a StoodStill when it does not come back.
    """

    def __init__(
        self,
        notifier: Notifier,
        note: Callable[[Part, bool, int], None],
        tell_owner: Callable[[str], None],
        fatal: Callable[[Exception], None],
    ) -> None:
        self._notifier = notifier
        self._note = note
        self._tell_owner = tell_owner
        self._fatal = fatal
        self._liveness = Liveness()
        self._every_s = min(TELL_EVERY_S, (notifier.watchdog_s or math.inf) / _SIGNS_OF_LIFE)
        self._standing: dict[Part, Standstill] = {}
        self._told_s = -math.inf
        self._status = ""  # as the service manager has it
        self._start = _Start.UNDER_WAY

    def ready(self) -> None:
        """From here on it hears."""
        self._start = _Start.DONE
        self._told_s = -math.inf

    def look(self, now_s: float, beats: Iterable[Beat], status: Callable[[], Status]) -> None:
        """To be called several times a second; `now_s` as Liveness."""
        standing = self._liveness.look(now_s, beats)
        changed = self._tell_changes({one.part: one for one in standing})
        if not changed and now_s - self._told_s < self._every_s:
            return
        self._told_s = now_s
        if self._start is _Start.DONE and self._notifier.ready():
            self._start = _Start.TOLD
        words = standing_words(status(), standing)
        if words != self._status and self._notifier.status(words):
            self._status = words
        if not standing:
            self._notifier.alive()
            if self._start is _Start.UNDER_WAY:
                self._notifier.starts_longer(START_LONGER_S)
        elif (lost := given_up(standing)) is not None:
            self._fatal(StoodStill(f"{lost.part} has not moved for {lost.still_s:.0f} s: it starts anew"))

    def _tell_changes(self, standing: dict[Part, Standstill]) -> bool:
        before, self._standing = self._standing, standing
        for part in standing.keys() - before.keys():
            still_s = standing[part].still_s
            self._note(part, False, round(still_s * 1000))
            self._tell_owner(f"{part} has not moved for {still_s:.1f} s")
        for part in before.keys() - standing.keys():
            self._note(part, True, round(before[part].still_s * 1000))
            self._tell_owner(f"{part} moves again")
        return before.keys() != standing.keys()
