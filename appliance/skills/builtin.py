"""The tools that every appliance has: time and date, volume, timers, alarms."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Protocol

from pydantic import Field

from appliance.skills.alarm_tools import AlarmTools
from appliance.skills.reminders import Clock, Reminders
from appliance.skills.timer_tools import TimerTools
from appliance.skills.tool import FunctionTool, Tool
from appliance.skills.wall_clock import WEEKDAYS


class Volume(Protocol):
    """The loudspeaker's volume."""

    @property
    def percent(self) -> int: ...
    def set(self, percent: int) -> None: ...


def builtin_tools(clock: Clock, volume: Volume, reminders: Reminders) -> Sequence[Tool]:
    """What the model may call of its own accord."""
    timers, alarms = TimerTools(clock, reminders), AlarmTools(clock, reminders)
    functions = (
        _clock_tool(clock),
        _volume_tool(volume),
        timers.set_timer,
        timers.list_timers,
        timers.cancel_timer,
        alarms.set_alarm,
        alarms.list_alarms,
        alarms.cancel_alarm,
        alarms.snooze_alarm,
    )
    return [FunctionTool(function) for function in functions]


def _clock_tool(clock: Clock) -> Callable[..., Any]:
    def get_time() -> dict[str, str]:
        """Tell the local time and date."""
        now = clock.local()
        return {
            "time": f"{now:%H:%M}",
            "weekday": WEEKDAYS[now.weekday()],
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
