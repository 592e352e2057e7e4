"""An alarm: a time of day at which the appliance rings, and what of it is settled. Pure."""

from dataclasses import replace
from datetime import date, time, tzinfo
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, ConfigDict, Field, TypeAdapter
from pydantic.dataclasses import dataclass as checked

from appliance.skills.timers import MAX_NAME_CHARS, Row
from appliance.skills.wall_clock import DAYS, Rule, spoken_time

# Nobody gets up more often; a model that sets more is going round in circles.
MAX_ALARMS: Final = 32


def _days(text: Any) -> Any:
    return frozenset(map(DAYS.index, filter(None, text.split(",")))) if isinstance(text, str) else text


@checked(frozen=True, slots=True, config=ConfigDict(allow_inf_nan=False))
class Alarm:
    """`number` is its own as long as it is set; `name` may be empty, and need not be unique.

    It rings at `at`, on `weekdays` (0 is Monday) or once, on `day`. All instants are seconds since 1970: what
    was before `since_unix_s` is settled (None: nobody has known the time since it was set), at
    `snoozed_unix_s` it rings once more, and for `rang_unix_s` it rang last.
    """

    number: Annotated[int, Field(ge=1)]
    name: Annotated[str, Field(max_length=MAX_NAME_CHARS)]
    at: time
    weekdays: Annotated[frozenset[int], BeforeValidator(_days)] = frozenset()
    day: date | None = None
    since_unix_s: float | None = None
    snoozed_unix_s: float | None = None
    rang_unix_s: float | None = None

    @property
    def rule(self) -> Rule:
        """When it rings."""
        return Rule(self.at, self.weekdays, self.day)

    @property
    def words(self) -> str:
        """What a person calls it."""
        return (
            f"{self.name} alarm of {spoken_time(self.at)}" if self.name else f"{spoken_time(self.at)} alarm"
        )

    def next_unix_s(self, now_unix_s: float, zone: tzinfo) -> float | None:
        """When it rings next after `now_unix_s`; None: never again, or nobody knows."""
        if self.since_unix_s is None:
            return None
        following = self.rule.after(max(now_unix_s, self.since_unix_s), zone)
        return min((s for s in (self.snoozed_unix_s, following) if s is not None), default=None)

    def due_unix_s(self, now_unix_s: float, zone: tzinfo) -> float | None:
        """The last instant until now at which it had to ring and that is not settled; None for none."""
        last = self.rule.until(now_unix_s, zone)
        if last is not None and self.since_unix_s is not None and last <= self.since_unix_s:
            last = None
        snoozed = self.snoozed_unix_s
        came = (s for s in (last, snoozed) if s is not None and s <= now_unix_s)
        return None if self.since_unix_s is None else max(came, default=None)

    @property
    def row(self) -> Row:
        """As it is kept across a restart."""
        return {
            "number": self.number,
            "name": self.name,
            "at": f"{self.at:%H:%M}",
            "weekdays": ",".join(DAYS[day] for day in sorted(self.weekdays)),
            "day": None if self.day is None else self.day.isoformat(),
            "since_unix_s": self.since_unix_s,
            "snoozed_unix_s": self.snoozed_unix_s,
            "rang_unix_s": self.rang_unix_s,
        }

    def settled(self, due_unix_s: float) -> "Alarm":
        """What had to ring until `due_unix_s` did, or never will."""
        since_unix_s = max(due_unix_s, self.since_unix_s or due_unix_s)
        return replace(self, since_unix_s=since_unix_s, snoozed_unix_s=None)


@checked(frozen=True, slots=True, config=ConfigDict(allow_inf_nan=False))
class Missed:
    """What should have rung at `due_unix_s` and did not."""

    words: Annotated[str, Field(max_length=200)]
    due_unix_s: float


# Who comes home after weeks wants to hear of the last ones, not of them all.
MAX_MISSED: Final = 4

# As they are kept across a restart.
MISSED: Final = TypeAdapter(Annotated[list[Missed], Field(max_length=MAX_MISSED)])
ALARMS: Final = TypeAdapter(Annotated[list[Alarm], Field(max_length=MAX_ALARMS)])
