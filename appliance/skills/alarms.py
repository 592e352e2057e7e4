"""Alarms: what was set, what rings, what was missed, and what is left of it all after a restart. Pure.

They go by the clock on the wall, which the caller gives with its zone and which somebody may set at any
moment. An alarm is a time of day: where the zone of the appliance changes, it goes by the new one.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, tzinfo
from typing import Final

from appliance.skills.alarm import MAX_ALARMS, Alarm, Missed
from appliance.skills.outcome import ToolError
from appliance.skills.timers import MAX_NAME_CHARS, STILL_RINGS_S, Row
from appliance.skills.wall_clock import next_day

# Later is an appointment, and a matter for a calendar.
MAX_AHEAD_DAYS: Final = 366
SNOOZE_MINUTES: Final = 9


@dataclass(frozen=True, slots=True)
class Due:
    """What had to ring by now: `rings` begin to, `rings_on` did so before a restart, for `missed` it is too
    late. `changed`: there are other `rows`."""

    rings: Sequence[Alarm] = ()
    rings_on: Sequence[Alarm] = ()
    missed: Sequence[tuple[Alarm, Missed]] = ()
    changed: bool = False


class Alarms:
    """At most `MAX_ALARMS`, in the order in which they were set."""

    def __init__(self) -> None:
        self._alarms: dict[int, Alarm] = {}
        self._ringing: dict[int, float] = {}  # number → the instant for which it rings
        self._looked_unix_s = -math.inf

    @property
    def pending(self) -> Sequence[Alarm]:
        """All that are set."""
        return tuple(self._alarms.values())

    @property
    def ringing(self) -> Sequence[Alarm]:
        """Those for which the bell rings."""
        return tuple(self._alarms[number] for number in self._ringing)

    def start(
        self, at: time, weekdays: frozenset[int], day: date | None, name: str, now: datetime, *, known: bool
    ) -> Alarm:
        """Set one, without `weekdays` and `day` for the next time that it is `at`. `known`: `now` is true;
        else it waits until that is so. Raises ToolError for too many, and for a day that is over or too far
        away."""
        if len(self._alarms) >= MAX_ALARMS:
            raise ToolError(f"{MAX_ALARMS} alarms are set already; cancel one first")
        if weekdays and day is not None:
            raise ToolError("an alarm has weekdays or a date, not both")
        number = next(number for number in range(1, MAX_ALARMS + 2) if number not in self._alarms)
        name = " ".join(name.split())[:MAX_NAME_CHARS]
        alarm = Alarm(number, name, at.replace(second=0, microsecond=0, tzinfo=None), weekdays, day)
        if known:
            alarm = _begun(alarm, now)
            _refuse_other_days(alarm, now)
        self._alarms[number] = alarm
        return alarm

    def cancel(self, which: str) -> Alarm:
        """Take back the one with this number, name or time (HH:MM); the only one there is for "".

        Raises ToolError. What rings for it is not silenced.
        """
        found = self._find(which.strip().casefold())
        if len(found) != 1:
            raise ToolError(self._which_one(found))
        self._ringing.pop(found[0].number, None)
        return self._alarms.pop(found[0].number)

    def take_due(self, now: datetime) -> Due:
        """At `now`, which is true: what had to ring since the last time. What rings does so until `settle` or
        `snooze`; what was missed is settled."""
        now_unix_s, zone = now.timestamp(), _zone(now)
        looked_unix_s, self._looked_unix_s = min(self._looked_unix_s, now_unix_s), now_unix_s
        before = self.pending
        rings: list[Alarm] = []
        rings_on: list[Alarm] = []
        missed: list[tuple[Alarm, Missed]] = []
        for number, alarm in tuple(self._alarms.items()):
            alarm = self._alarms[number] = _in_time(alarm, now)
            due_s = alarm.due_unix_s(now_unix_s, zone)
            if due_s is None and alarm.next_unix_s(now_unix_s, zone) is None:
                due_s = alarm.rule.until(now_unix_s, zone)  # it was over before the time was known
            if due_s is None or number in self._ringing:
                continue
            if now_unix_s - due_s <= STILL_RINGS_S:
                self._ringing[number] = due_s
                (rings_on if alarm.rang_unix_s == due_s else rings).append(alarm)
                self._alarms[number] = replace(alarm, rang_unix_s=due_s)
            else:
                # What has come only by a change of the zone was no time to ring when it was; but who rings
                # once will not ring any more.
                if not alarm.weekdays or due_s > looked_unix_s:
                    missed.append((alarm, Missed(alarm.words, due_s)))
                self._settle(number, due_s, zone)
        return Due(rings, rings_on, missed, self.pending != before)

    def settle(self, now: datetime) -> None:
        """Somebody has heard what rings, or nobody came."""
        for number, due_s in self._ringing.items():
            self._settle(number, due_s, _zone(now))
        self._ringing.clear()

    def snooze(self, minutes: float, now: datetime) -> Sequence[Alarm]:
        """What rings falls silent, and rings again after `minutes`."""
        snoozed_s = now.timestamp() + minutes * 60
        for number, due_s in self._ringing.items():
            self._alarms[number] = replace(self._alarms[number].settled(due_s), snoozed_unix_s=snoozed_s)
        snoozed = self.ringing
        self._ringing.clear()
        return snoozed

    def next_unix_s(self, now: datetime) -> float | None:
        """When the next one rings."""
        now_s, zone = now.timestamp(), _zone(now)
        following = (alarm.next_unix_s(now_s, zone) for alarm in self._alarms.values())
        return min((s for s in following if s is not None), default=None)

    def rows(self) -> list[Row]:
        """For `restore`; what rings does so again after a restart."""
        return [alarm.row for alarm in self._alarms.values()]

    def restore(self, alarms: Sequence[Alarm]) -> None:
        """Go on with what was kept; what is due since is told by `take_due`."""
        self._alarms = {alarm.number: alarm for alarm in alarms}

    def _settle(self, number: int, due_s: float, zone: tzinfo) -> None:
        alarm = self._alarms[number].settled(due_s)
        if alarm.next_unix_s(due_s, zone) is None:
            del self._alarms[number]  # it was for once
        else:
            self._alarms[number] = alarm

    def _find(self, which: str) -> list[Alarm]:
        alarms = list(self._alarms.values())
        if not which:
            return alarms
        called = [alarm for alarm in alarms if which.zfill(len("HH:MM")) == f"{alarm.at:%H:%M}"]
        called += [alarm for alarm in alarms if alarm.name.casefold() == which]
        return called or [alarm for alarm in alarms if str(alarm.number) == which]

    def _which_one(self, found: Sequence[Alarm]) -> str:
        if not self._alarms:
            return "no alarm is set"
        those = ", ".join(f"{alarm.number}: {alarm.words}" for alarm in found or self._alarms.values())
        return f"{'several alarms are' if found else 'there is no such alarm;'} set: {those}"


def _zone(now: datetime) -> tzinfo:
    assert now.tzinfo is not None
    return now.tzinfo


def _begun(alarm: Alarm, now: datetime) -> Alarm:
    """From `now` on it goes by the clock."""
    now_s, day = now.timestamp(), alarm.day
    if not alarm.weekdays and day is None:
        day = next_day(alarm.at, now_s, _zone(now))
    return replace(alarm, day=day, since_unix_s=now_s, rang_unix_s=None)


def _in_time(alarm: Alarm, now: datetime) -> Alarm:
    """It begins once the time is known; and again where somebody has set the clock back to before it began,
    by more than the time in which what rang already would ring twice."""
    since_s = alarm.since_unix_s
    return _begun(alarm, now) if since_s is None or since_s > now.timestamp() + STILL_RINGS_S else alarm


def _refuse_other_days(alarm: Alarm, now: datetime) -> None:
    if alarm.weekdays or alarm.day is None:
        return
    if alarm.rule.after(now.timestamp(), _zone(now)) is None:
        raise ToolError(f"that time is over: it is {now:%Y-%m-%d %H:%M}")
    if (alarm.day - now.date()).days > MAX_AHEAD_DAYS:
        raise ToolError(f"an alarm is at most {MAX_AHEAD_DAYS} days ahead")
