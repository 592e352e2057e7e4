"""What an answer cost is what the owner's prices say, and what he forgot is told."""

import pytest

from appliance.conversation.prices import FREE, MAX_COUNT, PRICED, Cost, prices_of
from appliance.settings.price_table import NAMES

TABLE = {
    "input_text_per_million": 4.0,
    "input_cached_text_per_million": 0.4,
    "input_audio_per_million": 32.0,
    "output_audio_per_million": 64.0,
}


def test_the_settings_know_every_price() -> None:
    assert tuple(PRICED) == NAMES


@pytest.mark.parametrize(
    ("name", "unit", "count", "millionths"),
    [
        ("input_text_per_million", "input_text_tokens", 1000, 2000),
        ("input_audio_per_million", "input_audio_tokens", 500_000, 1_000_000),
        ("output_audio_per_minute", "output_audio_ms", 30_000, 1_000_000),
        ("input_audio_per_minute", "input_audio_ms", 60_000, 2_000_000),
        ("output_per_thousand_characters", "output_characters", 250, 500_000),
    ],
)
def test_a_price_of_2_is_for_a_million_a_minute_or_a_thousand(
    name: str, unit: str, count: int, millionths: int
) -> None:
    assert prices_of({name: 2.0}, 1.0, "").cost({unit: count}) == Cost(millionths)


def test_the_units_of_an_answer_are_added_up_in_the_owners_currency() -> None:
    prices = prices_of(TABLE, 0.5, "2026-11-01")
    usage = {"input_text_tokens": 100, "input_cached_text_tokens": 1000, "output_audio_tokens": 50}
    assert prices.cost(usage) == Cost(200 + 200 + 1600)


def test_what_was_cached_costs_the_full_price_where_no_other_is_given() -> None:
    assert prices_of(TABLE, 1, "").cost({"input_cached_audio_tokens": 10}) == Cost(320)


def test_what_has_no_price_is_told() -> None:
    assert prices_of(TABLE, 1, "").cost({"output_text_tokens": 5, "output_audio_tokens": 1}) == Cost(
        64, ("output_text_tokens",)
    )


def test_what_is_free_costs_nothing_whatever_is_counted() -> None:
    assert FREE.free
    assert prices_of({"input_text_per_million": 0.0}, 1, "").free
    assert FREE.cost({"output_text_tokens": 5}) == Cost(0)


@pytest.mark.parametrize(("count", "millionths"), [(-7, 0), (10**30, 4 * MAX_COUNT)])
def test_a_count_that_cannot_be_is_bounded(count: int, millionths: int) -> None:
    assert prices_of(TABLE, 1, "").cost({"input_text_tokens": count}) == Cost(millionths)
