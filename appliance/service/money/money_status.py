"""How the money stands, for whoever asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ProviderMoney:
    """One who may be asked: what was counted since the start, by `UsageUnit`, and what that cost.

    `cost` is None where no prices are known. `unpriced` was counted and has no price. `may_answer`: no
    limit keeps it from being asked.
    """

    name: str
    counts: Mapping[str, int] = field(default_factory=dict)
    cost: float | None = None
    prices_as_of: str = ""
    unpriced: Sequence[str] = ()
    may_answer: bool = True


@dataclass(frozen=True, slots=True)
class MoneyStatus:
    """What was spent, in `currency`; a limit of 0 is none."""

    currency: str
    today: float
    this_month: float
    daily_limit: float
    monthly_limit: float
    providers: Sequence[ProviderMoney] = ()
