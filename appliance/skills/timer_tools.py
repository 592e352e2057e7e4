"""The tools for timers: set, list, cancel, and stop what rings. Pure."""

from datetime import UTC, timedelta
from typing import Annotated, Final

from pydantic import Field

from appliance.skills.durations import spoken_duration
from appliance.skills.outcome import ToolError
from appliance.skills.reminders import Clock, Reminders
from appliance.skills.timers import Timer

# What rings, in place of a timer's name.
ALARM: Final = "alarm"


class TimerTools:
    """Functions for `FunctionTool`."""

    def __init__(self, clock: Clock, reminders: Reminders) -> None:
        self._clock = clock
        self._reminders = reminders
        self._timers = reminders.timers

    def set_timer(
        self,
        minutes: Annotated[float, Field(ge=0)] = 0,
        seconds: Annotated[float, Field(ge=0)] = 0,
        name: Annotated[str, Field(description="What it is for, if the person said so, such as tea.")] = "",
    ) -> dict[str, object]:
        """Set a timer that rings after these minutes and seconds, at most 24 hours."""
        timer = self._timers.start(minutes * 60 + seconds, name, self._clock.now_s())
        self._reminders.changed()
        return self._told(timer)

    def list_timers(self) -> dict[str, object]:
        """List the timers that run, and how much is left of each."""
        return {
            "timers": [self._told(timer) for timer in self._timers.pending],
            "alarm_rings": self._reminders.rings,
        }

    def cancel_timer(
        self,
        timer: Annotated[
            str, Field(description='Its number or name, or "alarm" for what rings; "" if there is only one.')
        ] = "",
    ) -> dict[str, object]:
        """Cancel a timer, or stop the alarm that rings, which may be all that a person means by "stop"."""
        meant = timer.strip().casefold()
        if self._reminders.rings and meant in ("", ALARM):
            return self._silence()
        try:
            cancelled = self._timers.cancel(timer)
        except ToolError:
            if self._reminders.rings:
                return self._silence()  # the one that is meant has ended already
            if meant == ALARM:
                raise ToolError("no alarm rings") from None
            raise
        self._reminders.changed()
        return {"cancelled": self._told(cancelled)}

    def _silence(self) -> dict[str, object]:
        self._reminders.silence()
        return {"stopped": ALARM}

    def _told(self, timer: Timer) -> dict[str, object]:
        left_s = max(timer.due_s - self._clock.now_s(), 0.0)
        now = self._clock.local()
        # By way of UTC: summer time may begin or end before the timer does.
        ends = (now.astimezone(UTC) + timedelta(seconds=left_s)).astimezone(now.tzinfo)
        return {
            "timer": timer.number,
            "name": timer.name,
            "length": spoken_duration(timer.length_s),
            "left": spoken_duration(left_s),
            "ends_at": f"{ends:%H:%M:%S}",
        }
