"""Prices have a day, a currency and a number; a mistake in them names the provider and the reason."""

import re
from pathlib import Path

import pytest

from appliance.errors import ConfigurationError
from appliance.settings import load_settings

NOWHERE = Path("/nonexistent/config.toml")
WHOLE = 'as_of = "2026-11-01", currency = "USD", input_text_per_million = 4, output_audio_per_minute = 0'


def load(prices: str, *overrides: str) -> tuple[str, ...]:
    """The warnings."""
    provider = f"providers=[{{name='openai', kind='openai', api_key='env:K', prices={{{prices}}}}}]"
    return load_settings((), (provider, *overrides), {"K": "k"}, NOWHERE).warnings


@pytest.mark.parametrize("prices", ["", WHOLE, WHOLE.replace('"2026-11-01"', "2026-11-01")])
def test_prices_are_whole_or_not_given(prices: str) -> None:
    assert load(prices) == ()


@pytest.mark.parametrize(
    ("prices", "reason"),
    [
        ('currency = "USD", input_text_per_million = 4', "needs as_of"),
        ('as_of = "November", currency = "USD", input_text_per_million = 4', "as_of must be a day such as"),
        ('as_of = "2026-13-01", currency = "USD", input_text_per_million = 4', "as_of must be a day such as"),
        ("as_of = 2026-11-01T07:00:00, currency = 'USD', input_text_per_million = 4", "as_of must be a day"),
        ('as_of = "2026-11-01", input_text_per_million = 4', "needs currency"),
        ('as_of = "2026-11-01", currency = "Dollar", input_text_per_million = 4', "needs currency"),
        ('as_of = "2026-11-01", currency = "USD"', "names no price; there are input_text_per_million, "),
        (WHOLE + ", input_text = 4", "input_text is no price; there are input_text_per_million, "),
        (
            WHOLE + ", output_text_per_million = -1",
            "output_text_per_million must be a number from 0 to 10000",
        ),
        (WHOLE + ", output_text_per_million = '1'", "output_text_per_million must be a number"),
        (WHOLE + ", output_text_per_million = true", "output_text_per_million must be a number"),
        (WHOLE + ", output_text_per_million = nan", "output_text_per_million must be a number"),
    ],
)
def test_a_mistake_in_prices(prices: str, reason: str) -> None:
    with pytest.raises(ConfigurationError) as wrong:
        load(prices)
    [line] = wrong.value.mistakes
    assert line.startswith("providers.openai.prices = {…} (--set): ")
    assert reason in line


def test_prices_in_another_currency_need_a_rate() -> None:
    with pytest.raises(ConfigurationError, match=re.escape("money.exchange_rates = { USD = … }")):
        load(WHOLE, "money.currency=EUR")
    assert load(WHOLE, "money.currency=EUR", "money.exchange_rates.USD=0.87") == ()


def test_a_limit_that_a_provider_does_not_count_towards_is_warned_of() -> None:
    assert load("", "money.daily_limit=2") == (
        "providers.openai.prices: not given, so what openai costs counts towards no limit",
    )
    assert load(WHOLE, "money.daily_limit=2") == ()
