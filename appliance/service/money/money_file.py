"""The ledger as it is kept across restarts. Pure."""

from datetime import date
from typing import Any, Final

from appliance.conversation.prices import TRILLIONTHS
from appliance.conversation.spending import Ledger, Level, Mark, Period

NAME: Final = "money.json"
_VERSION: Final = 2
# What one in the file is of the currency, by its version, in trillionths.
_WORTH: Final = {1: 1_000_000, _VERSION: 1}
# A million millions of the currency: nobody has that, and it can still be counted with.
_MAX_SUM: Final = 10**12 * TRILLIONTHS


def to_json(ledger: Ledger, currency: str) -> dict[str, Any]:
    """The JSON object that `from_json` reads; sums in trillionths of the currency."""
    return {
        "version": _VERSION,
        "currency": currency,
        "day": ledger.day.isoformat(),
        "today": ledger.today,
        "this_month": ledger.this_month,
        "behind": ledger.behind and ledger.behind.isoformat(),
        "told": sorted([period, level] for period, level in ledger.told),
    }


def from_json(value: object, currency: str) -> Ledger:
    """The ledger that was kept. ValueError, whose text is the reason, where it is none in this currency."""
    match value:
        case {
            "version": 1 | 2 as version,
            "currency": str(kept_in),
            "day": str(day),
            "today": int(today),
            "this_month": int(this_month),
            "told": list(told),
            **more,
        }:
            if kept_in != currency:
                raise ValueError(f"it is in {kept_in}, and money.currency is {currency}")
            today, this_month = today * _WORTH[version], this_month * _WORTH[version]
            if not 0 <= today <= this_month <= _MAX_SUM:
                raise ValueError("its sums cannot be")
            marks = frozenset(map(_mark, told))
            return Ledger(date.fromisoformat(day), today, this_month, marks, _behind(more.get("behind")))
    raise ValueError("it is no ledger")


def _behind(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else None


def _mark(value: object) -> Mark:
    match value:
        case [str(period), str(level)]:
            return Period(period), Level(level)
    raise ValueError("it is no ledger")
