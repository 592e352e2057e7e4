"""The tools for alarms: set, list, cancel, snooze. Pure."""

from datetime import date, datetime, time
from typing import Annotated, Literal

from pydantic import Field

from appliance.skills.alarm import Alarm
from appliance.skills.alarms import SNOOZE_MINUTES
from appliance.skills.durations import spoken_duration
from appliance.skills.outcome import ToolError
from appliance.skills.reminders import Clock, Reminders
from appliance.skills.timer_tools import ALARM
from appliance.skills.wall_clock import DAYS, WEEKDAYS

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
NOT_SET = "the clock of this device was not set yet; the alarm rings only once it is, which needs the network"


class AlarmTools:
    """Functions for `FunctionTool`."""

    def __init__(self, clock: Clock, reminders: Reminders) -> None:
        self._clock = clock
        self._reminders = reminders
        self._alarms = reminders.alarms

    def set_alarm(
        self,
        at: Annotated[
            str, Field(pattern=r"^([01]?\d|2[0-3]):[0-5]\d$", description="Local time, 24 hours: 07:30.")
        ],
        weekdays: Annotated[
            list[Day],
            Field(max_length=7, description="On which it repeats; empty for an alarm that rings once."),
        ] = [],  # noqa: B006  the model is told of the default; nobody changes it
        date: Annotated[
            str,
            Field(
                pattern=r"^(\d{4}-\d\d-\d\d)?$",
                description="Of an alarm that rings once, such as 2027-01-31; empty for the next time.",
            ),
        ] = "",
        name: Annotated[
            str, Field(description="What it is for, if the person said so, such as school.")
        ] = "",
    ) -> dict[str, object]:
        """Set an alarm that rings at a time of day: once, or again and again on some weekdays."""
        days = frozenset(DAYS.index(day) for day in weekdays)
        now = self._clock.local()
        alarm = self._alarms.start(
            time.fromisoformat(at.zfill(len("HH:MM"))), days, _date(date), name, now, known=self._clock.is_set
        )
        self._reminders.alarm_was("set", alarm)
        return self._told(alarm)

    def list_alarms(self) -> dict[str, object]:
        """List the alarms that are set, and when each rings next."""
        return {
            "alarms": [self._told(alarm) for alarm in self._alarms.pending],
            "rings": self._reminders.rings,
        }

    def cancel_alarm(
        self,
        alarm: Annotated[
            str,
            Field(
                description='Its number, name or time (07:30); "" if there is only one, or for what rings.'
            ),
        ] = "",
    ) -> dict[str, object]:
        """Take an alarm back for good, or stop what rings."""
        if self._reminders.rings and not alarm.strip():
            self._reminders.silence()
            return {"stopped": ALARM}
        cancelled = self._alarms.cancel(alarm)
        self._reminders.alarm_was("cancelled", cancelled)
        return {"cancelled": self._told(cancelled)}

    def snooze_alarm(
        self, minutes: Annotated[float, Field(ge=1, le=60)] = SNOOZE_MINUTES
    ) -> dict[str, object]:
        """Let what rings fall silent and ring again after some minutes."""
        return {
            "snoozed": list(self._reminders.snooze(minutes)),
            "rings_again_in": spoken_duration(minutes * 60),
        }

    def _told(self, alarm: Alarm) -> dict[str, object]:
        told = {
            "alarm": alarm.number,
            "name": alarm.name,
            "time": f"{alarm.at:%H:%M}",
            "repeats": [DAYS[day] for day in sorted(alarm.weekdays)] or "once",
        }
        return {**told, **_when(alarm, self._clock.local(), known=self._clock.is_set)}


def _when(alarm: Alarm, now: datetime, *, known: bool) -> dict[str, object]:
    assert now.tzinfo is not None
    following = alarm.next_unix_s(now.timestamp(), now.tzinfo)
    if not known or following is None:
        return {"note": NOT_SET}
    rings = datetime.fromtimestamp(following, now.tzinfo)
    return {
        "rings_on": f"{WEEKDAYS[rings.weekday()]} {rings:%Y-%m-%d %H:%M}",
        "rings_in": spoken_duration(following - now.timestamp()),
    }


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ToolError(f"there is no such day as {text}") from None
