"""When a time of day comes on a day, in a place with summer time. Pure.

Instants are seconds since 1970. A time that the clocks jump over (spring) comes with the first instant after
it; one that comes twice (autumn) comes the first time only.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# strftime would follow the machine's locale.
WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# From a day of the week to the same one, and one on either side: some dates never were (Samoa, 2011).
_SEARCHED_DAYS: Final = 9


@dataclass(frozen=True, slots=True)
class Rule:
    """A time of day to the minute: on these `weekdays` (0 is Monday), or else on this one `day`."""

    at: time
    weekdays: frozenset[int] = frozenset()
    day: date | None = None

    def after(self, unix_s: float, zone: tzinfo) -> float | None:
        """The first instant of the rule that is later than `unix_s`; None for none."""
        found = (instant for instant in self._around(unix_s, zone, 1) if instant > unix_s)
        return next(found, None)

    def until(self, unix_s: float, zone: tzinfo) -> float | None:
        """The last instant of the rule that is not later than `unix_s`; None for none."""
        found = (instant for instant in self._around(unix_s, zone, -1) if instant <= unix_s)
        return next(found, None)

    def _around(self, unix_s: float, zone: tzinfo, step: int) -> Iterator[float]:
        if self.weekdays:
            today = datetime.fromtimestamp(unix_s, zone).date()
            days = [today + timedelta(days=step * (count - 1)) for count in range(_SEARCHED_DAYS + 1)]
            yield from (instant_of(day, self.at, zone) for day in days if day.weekday() in self.weekdays)
        elif self.day is not None:
            yield instant_of(self.day, self.at, zone)


def next_day(at: time, unix_s: float, zone: tzinfo) -> date:
    """The first day on which it is `at` after `unix_s`."""
    today = datetime.fromtimestamp(unix_s, zone).date()
    return today if instant_of(today, at, zone) > unix_s else today + timedelta(days=1)


def spoken_time(at: time) -> str:
    """As one names an alarm: "7 o'clock", "7:30", "7 p.m.", "noon"."""
    if at.minute == 0 and at.hour in (0, 12):
        return "noon" if at.hour else "midnight"
    minutes = f":{at.minute:02}" if at.minute else ""
    if at.hour < 12:
        return f"{at.hour or 12}{minutes}" if minutes else f"{at.hour} o'clock"
    return f"{at.hour % 12 or 12}{minutes} p.m."


def instant_of(day: date, at: time, zone: tzinfo) -> float:
    """When it is `at` on `day` in `zone`."""
    wall = datetime.combine(day, at)
    first = _unix_s(wall.replace(tzinfo=zone, fold=0))
    if datetime.fromtimestamp(first, zone).replace(tzinfo=None, fold=0) == wall:
        return first
    # In a gap PEP 495 tells with `fold` the two instants on either side of it.
    before, behind = sorted((first, _unix_s(wall.replace(tzinfo=zone, fold=1))))
    offset = _offset_s(before, zone)
    while behind - before > 1:
        middle = (before + behind) // 2
        before, behind = (middle, behind) if _offset_s(middle, zone) == offset else (before, middle)
    return behind


def _unix_s(moment: datetime) -> float:
    return moment.astimezone(UTC).timestamp()


def _offset_s(unix_s: float, zone: tzinfo) -> float:
    offset = datetime.fromtimestamp(unix_s, zone).utcoffset()
    return offset.total_seconds() if offset is not None else 0.0
