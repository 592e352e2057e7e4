"""What an answer cost, in our units."""

from typing import Any

import pytest

from appliance.conversation.vocabulary import UsageUnit as U
from appliance.errors import ProtocolViolation
from appliance.providers.from_peer import MAX_TOKENS
from appliance.providers.openai.usage import usage_of


def counted(cached: Any = None, **details: Any) -> dict[str, Any]:
    return {
        "input_tokens": 100,
        "output_tokens": 70,
        "input_token_details": {"text_tokens": 60, "audio_tokens": 40} | details,
        "output_token_details": {"text_tokens": 20, "audio_tokens": 50},
    }


SPENT = {U.OUTPUT_TEXT_TOKENS: 20, U.OUTPUT_AUDIO_TOKENS: 50}


def test_tokens_are_told_by_modality() -> None:
    assert usage_of(counted()) == SPENT | {U.INPUT_TEXT_TOKENS: 60, U.INPUT_AUDIO_TOKENS: 40}


def test_cached_tokens_are_told_apart() -> None:
    details = {"text_tokens": 50, "audio_tokens": 10, "image_tokens": 0}
    assert usage_of(counted(cached_tokens=60, cached_tokens_details=details)) == SPENT | {
        U.INPUT_TEXT_TOKENS: 10,
        U.INPUT_AUDIO_TOKENS: 30,
        U.INPUT_CACHED_TEXT_TOKENS: 50,
        U.INPUT_CACHED_AUDIO_TOKENS: 10,
    }


def test_cached_tokens_without_details_are_text_first() -> None:
    assert usage_of(counted(cached_tokens=70)) == SPENT | {
        U.INPUT_AUDIO_TOKENS: 30,
        U.INPUT_CACHED_TEXT_TOKENS: 60,
        U.INPUT_CACHED_AUDIO_TOKENS: 10,
    }


def test_more_cached_tokens_than_there_are_cost_nothing_below_zero() -> None:
    assert min(usage_of(counted(cached_tokens=1000)).values()) > 0


def test_without_details_the_tokens_are_text() -> None:
    usage = {"input_tokens": 100, "output_tokens": 70}
    assert usage_of(usage) == {U.INPUT_TEXT_TOKENS: 100, U.OUTPUT_TEXT_TOKENS: 70}


@pytest.mark.parametrize("count", [-1, True, 1.5, "7", None, MAX_TOKENS + 1, 10**300, [], {}])
def test_what_is_no_count_counts_for_nothing(count: Any) -> None:
    assert usage_of({"input_tokens": count, "output_token_details": {"audio_tokens": count}}) == {}


def test_details_that_are_none_break_the_protocol() -> None:
    with pytest.raises(ProtocolViolation):
        usage_of({"input_token_details": 7})
