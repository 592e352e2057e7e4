"""Which hours of the day are quiet. Pure."""

from dataclasses import dataclass
from datetime import time
from typing import Self


@dataclass(frozen=True, slots=True)
class QuietTime:
    """From `begin` until before `end`, every day, by the time on the wall; over midnight where `end` is the
    earlier one. A clock that is set forward or back for the summer moves it like any other clock."""

    begin: time
    end: time

    @classmethod
    def of(cls, begin: str, end: str) -> Self | None:
        """Of two times "HH:MM"; None for two empty ones."""
        return cls(time.fromisoformat(begin), time.fromisoformat(end)) if begin and end else None

    def holds(self, now: time) -> bool:
        """Whether it is quiet at this time of day."""
        if self.begin < self.end:
            return self.begin <= now < self.end
        return now >= self.begin or now < self.end

    @property
    def until(self) -> str:
        """When it ends, "07:00"."""
        return f"{self.end:%H:%M}"

    @property
    def sentence(self) -> str:
        """What a person is told who asks nevertheless."""
        when = f"{self.end.hour} {self.end.minute:02}" if self.end.minute else f"{self.end.hour} o'clock"
        return f"It is quiet time. I answer again at {when}."
