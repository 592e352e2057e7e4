"""Timers: what was set, what is due, and what is left of it all after a restart. Pure.

Instants are seconds of one clock that never jumps, given by the caller. Only what is kept across a restart
is told in seconds since 1970, because no other clock goes on while the device is off.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Final

from pydantic import ConfigDict, Field, TypeAdapter
from pydantic.dataclasses import dataclass as checked

from appliance.skills.durations import spoken_duration
from appliance.skills.outcome import ToolError

# How it is kept across a restart.
Row = dict[str, str | int | float | None]

# Nobody keeps more in mind; a model that sets more is going round in circles.
MAX_TIMERS: Final = 32
# Longer is an appointment, and a matter for a calendar.
MAX_LENGTH_S: Final = 86_400.0
MIN_LENGTH_S: Final = 1.0
MAX_NAME_CHARS: Final = 60
# What ended no longer ago than this while the device was off still rings: the pot is still on the stove.
STILL_RINGS_S: Final = 600.0


@dataclass(frozen=True, slots=True)
class Timer:
    """`number` is its own as long as the device runs; `name` may be empty, and need not be unique. It `rang`
    already where it did so before a restart."""

    number: int
    name: str
    length_s: float
    due_s: float
    rang: bool = False

    @property
    def words(self) -> str:
        """What a person calls it."""
        return _words(self.name, self.length_s)


@checked(frozen=True, slots=True, config=ConfigDict(allow_inf_nan=False))
class KeptTimer:
    """A timer as it is kept across a restart; it may have rung already, and rings on."""

    name: Annotated[str, Field(max_length=MAX_NAME_CHARS)]
    length_s: Annotated[float, Field(ge=MIN_LENGTH_S, le=MAX_LENGTH_S)]
    due_unix_s: float
    rang: bool = False

    @property
    def words(self) -> str:
        """What a person calls it."""
        return _words(self.name, self.length_s)


KEPT: Final = TypeAdapter(Annotated[list[KeptTimer], Field(max_length=MAX_TIMERS)])


def _row(timer: Timer, began_unix_s: float, *, rang: bool) -> Row:
    return {
        "name": timer.name,
        "length_s": timer.length_s,
        "due_unix_s": round(began_unix_s + timer.due_s, 3),
        "rang": int(rang),
    }


def _words(name: str, length_s: float) -> str:
    return f"{name} timer" if name else f"timer of {spoken_duration(length_s)}"


class Timers:
    """At most `MAX_TIMERS`, soonest first; of those that ring, the last `MAX_TIMERS`."""

    def __init__(self) -> None:
        self._timers: list[Timer] = []
        self._ringing: list[Timer] = []
        self._last_number = 0

    @property
    def pending(self) -> Sequence[Timer]:
        """Those that run."""
        return tuple(self._timers)

    @property
    def next_due_s(self) -> float | None:
        """When the next one ends."""
        return self._timers[0].due_s if self._timers else None

    def start(self, length_s: float, name: str, now_s: float) -> Timer:
        """Raises ToolError for a length or a number of timers out of bounds; a longer name is cut."""
        if not MIN_LENGTH_S <= length_s <= MAX_LENGTH_S:
            raise ToolError(
                f"a timer takes from {spoken_duration(MIN_LENGTH_S)} to {spoken_duration(MAX_LENGTH_S)}"
            )
        if len(self._timers) >= MAX_TIMERS:
            raise ToolError(f"{MAX_TIMERS} timers run already; cancel one first")
        return self._add(" ".join(name.split())[:MAX_NAME_CHARS], length_s, now_s + length_s)

    def cancel(self, which: str) -> Timer:
        """Stop the one with this name or number; the only one there is for "". Raises ToolError."""
        found = self._find(which.strip().casefold())
        if len(found) != 1:
            raise ToolError(self._which_one(found))
        self._timers.remove(found[0])
        return found[0]

    def take_due(self, now_s: float) -> Sequence[Timer]:
        """Those that have ended; they ring until `forget_ringing`."""
        due = tuple(timer for timer in self._timers if timer.due_s <= now_s)
        del self._timers[: len(due)]
        self._ringing = [*self._ringing, *due][-MAX_TIMERS:]
        return due

    @property
    def ringing(self) -> Sequence[Timer]:
        """Those for which the bell rings."""
        return tuple(self._ringing)

    def forget_ringing(self) -> None:
        """Somebody has heard them, or nobody came."""
        self._ringing.clear()

    def kept(self, now_s: float, unix_s: float) -> list[Row]:
        """Rows for `restore`, of those that run and as many of those that ring as it takes."""
        all_of_them = [*((timer, timer.rang) for timer in self._timers), *((t, True) for t in self._ringing)]
        began_unix_s = unix_s - now_s
        return [_row(timer, began_unix_s, rang=rang) for timer, rang in all_of_them[:MAX_TIMERS]]

    def restore(self, kept: Sequence[KeptTimer], now_s: float, unix_s: float) -> Sequence[KeptTimer]:
        """Go on with what was kept; returns what ended too long ago to ring.

        What has ended since is due at once. Nothing takes longer than it was set to, whatever a clock that
        is not set yet says.
        """
        missed = [timer for timer in kept if timer.due_unix_s < unix_s - STILL_RINGS_S]
        for timer in kept:
            if timer not in missed and len(self._timers) < MAX_TIMERS:
                left_s = min(max(timer.due_unix_s - unix_s, 0.0), timer.length_s)
                self._add(timer.name, timer.length_s, now_s + left_s, rang=timer.rang)
        return missed

    def hasten(self, numbers: Collection[int], by_s: float, now_s: float) -> Sequence[Timer]:
        """These end `by_s` earlier, for so much longer than was thought the device was off; returns what
        ended too long ago to ring."""
        earlier = [
            replace(timer, due_s=timer.due_s - by_s) if timer.number in numbers else timer
            for timer in self._timers
        ]
        missed = [timer for timer in earlier if timer.due_s < now_s - STILL_RINGS_S]
        self._timers = sorted((one for one in earlier if one not in missed), key=lambda each: each.due_s)
        return missed

    def _add(self, name: str, length_s: float, due_s: float, *, rang: bool = False) -> Timer:
        self._last_number += 1
        timer = Timer(self._last_number, name, length_s, due_s, rang)
        self._timers.append(timer)
        self._timers.sort(key=lambda each: each.due_s)
        return timer

    def _find(self, which: str) -> list[Timer]:
        if not which:
            return self._timers[:]
        named = [timer for timer in self._timers if timer.name.casefold() == which]
        return named or [timer for timer in self._timers if str(timer.number) == which]

    def _which_one(self, found: Sequence[Timer]) -> str:
        if not self._timers:
            return "no timer is running"
        those = ", ".join(f"{timer.number}: {timer.words}" for timer in found or self._timers)
        return f"{'several timers are' if found else 'there is no such timer;'} running: {those}"
