"""The tools that every appliance has: time and date, volume, timers."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Protocol

from pydantic import Field

from appliance.skills.durations import spoken_duration
from appliance.skills.outcome import ToolError
from appliance.skills.timers import Timer, Timers
from appliance.skills.tool import FunctionTool, Tool

# strftime would follow the machine's locale.
_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# What rings, in place of a timer's name.
_ALARM: Final = "alarm"


class Volume(Protocol):
    """The loudspeaker's volume."""

    @property
    def percent(self) -> int: ...
    def set(self, percent: int) -> None: ...


class Alarm(Protocol):
    """What rings when a timer has ended."""

    @property
    def rings(self) -> bool: ...
    def silence(self) -> None: ...


class Clock(Protocol):
    """What time it is: `now_s` never jumps, `local` is what hangs on the wall, with its zone."""

    def now_s(self) -> float: ...
    def local(self) -> datetime: ...


def builtin_tools(
    clock: Clock, volume: Volume, timers: Timers, alarm: Alarm, changed: Callable[[], None]
) -> Sequence[Tool]:
    """`changed` is called after every change of the timers."""
    hands = _TimerTools(clock, timers, alarm, changed)
    functions = (
        _clock_tool(clock),
        _volume_tool(volume),
        hands.set_timer,
        hands.list_timers,
        hands.cancel_timer,
    )
    return [FunctionTool(function) for function in functions]


def _clock_tool(clock: Clock) -> Callable[..., Any]:
    def get_time() -> dict[str, str]:
        """Tell the local time and date."""
        now = clock.local()
        return {
            "time": f"{now:%H:%M}",
            "weekday": _WEEKDAYS[now.weekday()],
            "date": now.date().isoformat(),
            "time_zone": now.tzname() or "",
        }

    return get_time


def _volume_tool(volume: Volume) -> Callable[..., Any]:
    def set_volume(
        percent: Annotated[
            int | None, Field(ge=0, le=100, description="The wanted volume; leave it out to change it.")
        ] = None,
        change: Annotated[
            int, Field(ge=-100, le=100, description="Louder by so much, or quieter if negative: 20 is usual.")
        ] = 0,
    ) -> dict[str, int]:
        """Set or change the volume of the loudspeaker, 0 to 100 percent. Without either it is only told."""
        wanted = volume.percent if percent is None else percent
        volume.set(min(max(wanted + change, 0), 100))
        return {"percent": volume.percent}

    return set_volume


class _TimerTools:
    def __init__(self, clock: Clock, timers: Timers, alarm: Alarm, changed: Callable[[], None]) -> None:
        self._clock = clock
        self._timers = timers
        self._alarm = alarm
        self._changed = changed

    def set_timer(
        self,
        minutes: Annotated[float, Field(ge=0)] = 0,
        seconds: Annotated[float, Field(ge=0)] = 0,
        name: Annotated[str, Field(description="What it is for, if the person said so, such as tea.")] = "",
    ) -> dict[str, object]:
        """Set a timer that rings after these minutes and seconds, at most 24 hours."""
        timer = self._timers.start(minutes * 60 + seconds, name, self._clock.now_s())
        self._changed()
        return self._told(timer)

    def list_timers(self) -> dict[str, object]:
        """List the timers that run, and how much is left of each."""
        return {
            "timers": [self._told(timer) for timer in self._timers.pending],
            "alarm_rings": self._alarm.rings,
        }

    def cancel_timer(
        self,
        timer: Annotated[
            str, Field(description='Its number or name, or "alarm" for what rings; "" if there is only one.')
        ] = "",
    ) -> dict[str, object]:
        """Cancel a timer, or stop the alarm that rings, which may be all that a person means by "stop"."""
        meant = timer.strip().casefold()
        if self._alarm.rings and meant in ("", _ALARM):
            return self._silence()
        try:
            cancelled = self._timers.cancel(timer)
        except ToolError:
            if self._alarm.rings:
                return self._silence()  # the one that is meant has ended already
            if meant == _ALARM:
                raise ToolError("no alarm rings") from None
            raise
        self._changed()
        return {"cancelled": self._told(cancelled)}

    def _silence(self) -> dict[str, object]:
        self._alarm.silence()
        return {"stopped": _ALARM}

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
