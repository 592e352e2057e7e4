"""What the tools for timers and alarms need of the appliance. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol

from appliance.skills.alarm import Alarm
from appliance.skills.alarms import Alarms
from appliance.skills.timers import Timers


class Clock(Protocol):
    """What time it is: `now_s` never jumps, `local` is what hangs on the wall, with its zone, and is true if
    it `is_set`."""

    def now_s(self) -> float: ...
    def local(self) -> datetime: ...
    @property
    def is_set(self) -> bool: ...


class Reminders(Protocol):
    """Timers and alarms, and the bell that rings for them; `changed` is to be called after every change."""

    @property
    def timers(self) -> Timers: ...
    @property
    def alarms(self) -> Alarms: ...
    @property
    def rings(self) -> bool: ...
    def silence(self) -> None: ...
    def snooze(self, minutes: float) -> Sequence[str]:
        """What rings falls silent, and rings again after `minutes`: what a person calls each of it. Raises
        ToolError."""

    def changed(self) -> None: ...
    def alarm_was(self, done: Literal["set", "cancelled"], alarm: Alarm) -> None:
        """As `changed`, for an alarm."""
