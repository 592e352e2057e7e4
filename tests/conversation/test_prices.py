"""What an answer cost is what the owner's prices say, and what he forgot is told."""

import pytest

from appliance.conversation.prices import (
    FREE,
    MAX_COUNT,
    PRICED,
    TRILLIONTHS,
    Cost,
    prices_of,
    trillionths_of,
)
from appliance.settings.price_table import NAMES

TABLE = {
    "input_text_per_million": 4.0,
    "input_cached_text_per_million": 0.4,
    "input_audio_per_million": 32.0,
    "output_audio_per_million": 64.0,
}
MILLIONTH = 1_000_000  # of the currency, in trillionths


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
    assert prices_of({name: 2.0}, 1.0, "").cost({unit: count}) == Cost(millionths * MILLIONTH)


def test_the_units_of_an_answer_are_added_up_in_the_owners_currency() -> None:
    prices = prices_of(TABLE, 0.5, "2026-11-01")
    usage = {"input_text_tokens": 100, "input_cached_text_tokens": 1000, "output_audio_tokens": 50}
    assert prices.cost(usage) == Cost((200 + 200 + 1600) * MILLIONTH)


def test_what_was_cached_costs_the_full_price_where_no_other_is_given() -> None:
    assert prices_of(TABLE, 1, "").cost({"input_cached_audio_tokens": 10}) == Cost(320 * MILLIONTH)


def test_what_has_no_price_is_told() -> None:
    assert prices_of(TABLE, 1, "").cost({"output_text_tokens": 5, "output_audio_tokens": 1}) == Cost(
        64 * MILLIONTH, ("output_text_tokens",)
    )


def test_what_is_free_costs_nothing_whatever_is_counted() -> None:
    assert FREE.free
    assert prices_of({"input_text_per_million": 0.0}, 1, "").free
    assert FREE.cost({"output_text_tokens": 5}) == Cost(0)


@pytest.mark.parametrize(("count", "millionths"), [(-7, 0), (10**30, 4 * MAX_COUNT)])
def test_a_count_that_cannot_be_is_bounded(count: int, millionths: int) -> None:
    assert prices_of(TABLE, 1, "").cost({"input_text_tokens": count}) == Cost(millionths * MILLIONTH)


def test_a_hundred_thousand_answers_of_one_cached_token_are_not_free() -> None:
    one = prices_of(TABLE, 0.87, "").cost({"input_cached_text_tokens": 1})
    assert 100_000 * one.trillionths == trillionths_of(0.0348)  # 0.4 dollars for a million, at 0.87


def test_what_is_added_up_answer_by_answer_costs_what_it_costs_at_once() -> None:
    prices = prices_of({"output_audio_per_minute": 0.7}, 1, "")
    at_once = prices.cost({"output_audio_ms": 7 * 1_000_000}).trillionths
    one_by_one = 1_000_000 * prices.cost({"output_audio_ms": 7}).trillionths
    assert abs(one_by_one - at_once) < TRILLIONTHS // 1_000_000  # a millionth, in a million answers


def test_an_amount_is_taken_as_it_was_written() -> None:
    assert trillionths_of(0.1) + trillionths_of(0.2) == trillionths_of(0.3)
    assert prices_of({"output_per_thousand_characters": 0.1}, 3, "").cost(
        {"output_characters": 1000}
    ) == Cost(trillionths_of(0.3))
