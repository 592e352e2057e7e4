"""What an answer cost, by the prices that the owner wrote down. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from appliance.conversation.vocabulary import UsageUnit

# Of one count of one answer. A vendor counts some thousands; more is a broken peer, and must not
# lock the money for a month.
MAX_COUNT: Final = 1_000_000_000

# In how many parts one of a currency is counted. A token at a hundredth for a million of them is ten thousand
# parts, and an answer is rounded to one.
TRILLIONTHS: Final = 10**12
_MS_PER_MINUTE: Final = 60_000

# Under which name the owner gives the price of a unit, and for how many of them he gives it.
PRICED: Final[Mapping[str, tuple[UsageUnit, int]]] = {
    "input_text_per_million": (UsageUnit.INPUT_TEXT_TOKENS, 1_000_000),
    "input_audio_per_million": (UsageUnit.INPUT_AUDIO_TOKENS, 1_000_000),
    "input_cached_text_per_million": (UsageUnit.INPUT_CACHED_TEXT_TOKENS, 1_000_000),
    "input_cached_audio_per_million": (UsageUnit.INPUT_CACHED_AUDIO_TOKENS, 1_000_000),
    "output_text_per_million": (UsageUnit.OUTPUT_TEXT_TOKENS, 1_000_000),
    "output_audio_per_million": (UsageUnit.OUTPUT_AUDIO_TOKENS, 1_000_000),
    "input_audio_per_minute": (UsageUnit.INPUT_AUDIO_MS, _MS_PER_MINUTE),
    "output_audio_per_minute": (UsageUnit.OUTPUT_AUDIO_MS, _MS_PER_MINUTE),
    "output_per_thousand_characters": (UsageUnit.OUTPUT_CHARACTERS, 1000),
}

# Where a discount for what the vendor had cached is not given, it costs what it costs uncached.
_AT_MOST: Final[Mapping[UsageUnit, UsageUnit]] = {
    UsageUnit.INPUT_CACHED_TEXT_TOKENS: UsageUnit.INPUT_TEXT_TOKENS,
    UsageUnit.INPUT_CACHED_AUDIO_TOKENS: UsageUnit.INPUT_AUDIO_TOKENS,
}


@dataclass(frozen=True, slots=True)
class Cost:
    """In trillionths of the owner's currency; `unpriced` was counted too, and has no price."""

    trillionths: int
    unpriced: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prices:
    """What a provider asks: trillionths of the owner's currency for one of each unit, exactly.

    `as_of` is the day on which the owner looked them up, as he wrote it.
    """

    of_one: Mapping[UsageUnit, Fraction] = field(default_factory=dict)
    as_of: str = ""

    @property
    def free(self) -> bool:
        """Nothing of it ever costs anything."""
        return not any(self.of_one.values())

    def cost(self, usage: Mapping[str, int]) -> Cost:
        """What `usage`, counts by `UsageUnit`, costs. A count beyond 0…`MAX_COUNT` is taken for that."""
        total, unpriced = Fraction(0), []
        for unit, count in usage.items():
            price = self._of(unit)
            if price is not None:
                total += price * min(max(count, 0), MAX_COUNT)
            elif count > 0 and not self.free:
                unpriced.append(unit)
        return Cost(round(total), tuple(unpriced))

    def _of(self, unit: str) -> Fraction | None:
        known = UsageUnit(unit) if unit in UsageUnit.__members__.values() else None
        if known is None or known in self.of_one:
            return self.of_one.get(known) if known else None
        return self.of_one.get(_AT_MOST.get(known, known))


FREE: Final = Prices()


def prices_of(table: Mapping[str, float], rate: float, as_of: str) -> Prices:
    """The prices that the owner wrote down under the names of `PRICED`; `rate` is what one of their
    currency is worth in his own."""
    of_one: dict[UsageUnit, Fraction] = {}
    for name, price in table.items():
        unit, units = PRICED[name]
        of_one[unit] = _as_written(price) * _as_written(rate) * TRILLIONTHS / units
    return Prices(of_one, as_of)


def trillionths_of(amount: float) -> int:
    """An amount of the currency as it was written."""
    return round(_as_written(amount) * TRILLIONTHS)


def _as_written(number: float) -> Fraction:
    """0.1 is a tenth, and not the nearest number that a computer has for it."""
    return Fraction(repr(number))
