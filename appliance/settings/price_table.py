"""What a provider asks, as the owner wrote it down: `prices = { as_of = …, currency = …, … }`."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

# Those of `appliance.conversation.prices.PRICED`, which is not imported: numpy would come with it.
NAMES: Final = (
    "input_text_per_million",
    "input_audio_per_million",
    "input_cached_text_per_million",
    "input_cached_audio_per_million",
    "output_text_per_million",
    "output_audio_per_million",
    "input_audio_per_minute",
    "output_audio_per_minute",
    "output_per_thousand_characters",
)
CURRENCY_PATTERN: Final = r"^[A-Z]{3}$"
# Of one price: a hundred times what the dearest models ask for a million tokens of sound.
MAX_PRICE: Final = 10_000.0
ALLOWED: Final = "{} (not known) | a table of as_of, currency and one price or more"

_AS_OF: Final = "as_of"
_CURRENCY: Final = "currency"


def price_mistake(table: Mapping[str, Any]) -> str | None:
    """What is wrong with a table of prices; None where it is empty or in order."""
    if not table:
        return None
    for name, value in table.items():
        if name in (_AS_OF, _CURRENCY):
            continue
        if name not in NAMES:
            return f"{name} is no price; there are {', '.join(NAMES)}"
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MAX_PRICE:
            return f"{name} must be a number from 0 to {MAX_PRICE:g}"
    return _missing(table)


def _missing(table: Mapping[str, Any]) -> str | None:
    if _AS_OF not in table:
        return f'needs {_AS_OF}, the day on which they were looked up, such as "2026-11-01"'
    if not _is_day(table[_AS_OF]):
        return f'{_AS_OF} must be a day such as "2026-11-01"'
    currency = table.get(_CURRENCY)
    if not isinstance(currency, str) or not re.match(CURRENCY_PATTERN, currency):
        return f'needs {_CURRENCY}, three capital letters such as "USD"'
    if not prices_in(table):
        return f"names no price; there are {', '.join(NAMES)}"
    return None


def _is_day(value: object) -> bool:
    if isinstance(value, date) and not isinstance(value, datetime):
        return True  # as TOML has it without quotes
    if not isinstance(value, str) or len(value) != len("2026-11-01"):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def as_of(table: Mapping[str, Any]) -> str:
    """The day on which the prices were looked up; empty for an empty table."""
    return str(table.get(_AS_OF, ""))


def currency_of(table: Mapping[str, Any]) -> str:
    """The currency of the prices; empty for an empty table."""
    return str(table.get(_CURRENCY, ""))


def prices_in(table: Mapping[str, Any]) -> dict[str, float]:
    """The prices of a table that is in order, by `NAMES`."""
    return {name: float(value) for name, value in table.items() if name in NAMES}
