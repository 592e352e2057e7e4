"""What a refusal over HTTP means, and how long to keep away."""

import json
from datetime import UTC, datetime

import pytest

from appliance.errors import FailureCategory
from appliance.providers.http.refusal import (
    MAX_MESSAGE_CHARACTERS,
    error_of,
    message_of,
    refusal,
)

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('{"error": {"message": "no\\n such  model"}}', "no such model"),
        ('{"error": "no such model"}', "no such model"),
        ('{"detail": "no such model"}', "no such model"),
        ('{"message": "no such model"}', "no such model"),
        ('{"error": {"message": 7}}', ""),
        ('{"detail": [1]}', ""),
        ("[]", ""),
        ("<html>", ""),
        ("[" * 100_000, ""),
    ],
)
def test_the_words_of_a_server_are_found_wherever_it_puts_them(body: str, message: str) -> None:
    assert message_of(error_of(body.encode())) == message


def test_a_long_message_is_cut() -> None:
    body = json.dumps({"error": {"message": "x" * 10_000}}).encode()
    assert len(message_of(error_of(body))) == MAX_MESSAGE_CHARACTERS


@pytest.mark.parametrize(
    ("status", "code", "should_retry", "passing"),
    [
        (429, "rate_limit_exceeded", "", True),
        (429, "insufficient_quota", "", False),
        (429, "insufficient_quota", "true", True),
        (429, "", "false", False),
        (500, "", "", True),
        (409, "", "", True),
        (400, "", "", False),
        (400, "", "true", True),
        (401, "", "", False),
    ],
)
def test_what_may_pass_by_itself(status: int, code: str, should_retry: str, passing: bool) -> None:
    body = json.dumps({"error": {"code": code}}).encode()
    assert refusal("h", status, {"x-should-retry": should_retry}, body, NOW).passing is passing


def test_what_the_body_says_is_believed_before_the_status() -> None:
    body = b'{"error": {"type": "insufficient_quota", "message": "pay"}}'
    told = refusal("h", 429, {}, body, NOW)
    assert told.category is FailureCategory.QUOTA_EXHAUSTED
    assert str(told) == "h refused with HTTP 429: pay"
