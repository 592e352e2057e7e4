"""What was spent today and in this month, and whom the limits still allow to be asked. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Final

from appliance.conversation.prices import Prices


class Period(StrEnum):
    """For how long a limit holds: by the local calendar."""

    DAY = "day"
    MONTH = "month"


class Level(StrEnum):
    """How far a limit is used up."""

    NEAR = "near"
    REACHED = "reached"


# Of a limit: from here on it is near.
NEAR_SHARE: Final = Fraction(4, 5)

Mark = tuple[Period, Level]


@dataclass(frozen=True, slots=True)
class Limits:
    """Trillionths of the owner's currency that may be spent; 0: as much as it takes."""

    day: int = 0
    month: int = 0

    def of(self, period: Period) -> int:
        """The limit of this period."""
        return self.day if period is Period.DAY else self.month


@dataclass(frozen=True, slots=True)
class Ledger:
    """What was spent on `day` and in its month, in trillionths; `told` are the marks that were told.

    `behind` is the day that the clock tells where that is an earlier one, else None.
    """

    day: date
    today: int = 0
    this_month: int = 0
    told: frozenset[Mark] = frozenset()
    behind: date | None = None

    def spent(self, period: Period) -> int:
        """What was spent in this period."""
        return self.today if period is Period.DAY else self.this_month

    def at(self, day: date) -> "Ledger":
        """The ledger as it is on `day`: a new day or month begins at 0.

        A day before the ledger's own is one of a clock that is not set yet, as after a power cut where no
        battery keeps it: the ledger's day goes on. A clock that passes midnight there is set, and was ahead
        of its time before: its next day begins, or a day far in the future would never end.
        """
        if day in (self.day, self.behind):
            behind = None if day == self.day else day
            return self if behind == self.behind else replace(self, behind=behind)
        if day < self.day and (self.behind is None or day != self.behind + timedelta(days=1)):
            return replace(self, behind=day)
        if (day.year, day.month) == (self.day.year, self.day.month):
            return replace(self, day=day, today=0, told=self._told_of(Period.MONTH), behind=None)
        return Ledger(day)

    def add(self, trillionths: int) -> "Ledger":
        """The ledger after so much was spent on its day."""
        return replace(self, today=self.today + trillionths, this_month=self.this_month + trillionths)

    def marks(self, limits: Limits) -> frozenset[Mark]:
        """How far each limit is used up."""
        found: set[Mark] = set()
        for period in Period:
            limit, spent = limits.of(period), self.spent(period)
            if limit and spent >= limit:
                found |= {(period, Level.NEAR), (period, Level.REACHED)}
            elif limit and spent >= limit * NEAR_SHARE:
                found.add((period, Level.NEAR))
        return frozenset(found)

    def reached(self, limits: Limits) -> Period | None:
        """Whose limit is reached: of two that of the month, which lasts longer."""
        marks = self.marks(limits)
        return next((one for one in (Period.MONTH, Period.DAY) if (one, Level.REACHED) in marks), None)

    def tell(self, limits: Limits) -> tuple[tuple[Mark, ...], "Ledger"]:
        """What is to be told, each once a period, and the ledger that remembers it.

        Who reaches a limit at once is told only that; a limit that was raised is told of anew.
        """
        marks = self.marks(limits)
        news = [mark for mark in sorted(marks - self.told) if not _overtaken(mark, marks)]
        return tuple(news), replace(self, told=marks)

    def _told_of(self, period: Period) -> frozenset[Mark]:
        return frozenset(mark for mark in self.told if mark[0] is period)


def _overtaken(mark: Mark, marks: frozenset[Mark]) -> bool:
    return mark[1] is Level.NEAR and (mark[0], Level.REACHED) in marks


def allowed(providers: Mapping[str, Prices | None], spent: Ledger, limits: Limits) -> frozenset[str]:
    """Who may be asked: everybody, and once a limit is reached nobody who is known to cost something.

    Whose prices are None is not known to cost anything: the owner is told so at the start.
    """
    if spent.reached(limits) is None:
        return frozenset(providers)
    return frozenset(name for name, prices in providers.items() if prices is None or prices.free)
