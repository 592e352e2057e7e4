"""What a server means that refuses a request. Pure."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from appliance.errors import FailureCategory, ProviderError
from appliance.providers.from_peer import json_of, line
from appliance.providers.http.retry_after import retry_after_s

# As much of a refusal's body as can hold an error object.
MAX_BODY_BYTES = 16_384
# A message for the journal; the longest known one has about 200 characters.
MAX_MESSAGE_CHARACTERS = 300

_CATEGORY_OF_STATUS: Mapping[int, FailureCategory] = {
    401: FailureCategory.AUTH_FAILED,
    402: FailureCategory.QUOTA_EXHAUSTED,
    403: FailureCategory.AUTH_FAILED,
    408: FailureCategory.TIMED_OUT,
    429: FailureCategory.RATE_LIMITED,
    502: FailureCategory.CONNECTION_FAILED,
    503: FailureCategory.CONNECTION_FAILED,
    504: FailureCategory.TIMED_OUT,
}
# The vendors have moved the same words between an error's `code` and its `type`, so both are looked at.
_CATEGORY_OF_CODE: Mapping[str, FailureCategory] = {
    "insufficient_quota": FailureCategory.QUOTA_EXHAUSTED,
    "credit_balance_exhausted": FailureCategory.QUOTA_EXHAUSTED,
    "billing_hard_limit_reached": FailureCategory.QUOTA_EXHAUSTED,
    "quota_exceeded": FailureCategory.QUOTA_EXHAUSTED,
    "account_deactivated": FailureCategory.AUTH_FAILED,
    "authentication_error": FailureCategory.AUTH_FAILED,
    "invalid_api_key": FailureCategory.AUTH_FAILED,
    "model_not_found": FailureCategory.MODEL_UNAVAILABLE,
    "rate_limit_error": FailureCategory.RATE_LIMITED,
    "rate_limit_exceeded": FailureCategory.RATE_LIMITED,
    "server_error": FailureCategory.MODEL_UNAVAILABLE,
}
# The same request may succeed a moment later.
_PASSING = frozenset({408, 409, 429})


class Refusal(ProviderError):
    """The server answered with an HTTP error; `passing`: the same request may succeed a moment later."""

    def __init__(
        self,
        status: int,
        category: FailureCategory,
        message: str,
        retry_after_s: float | None,
        *,
        passing: bool,
    ) -> None:
        super().__init__(category, message, retry_after_s)
        self.status = status
        self.passing = passing


def refusal(host: str, status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> Refusal:
    """What `host` means by this status, these headers (names in lower case) and this body."""
    error = error_of(body)
    category = category_of(error) or _CATEGORY_OF_STATUS.get(status, FailureCategory.MODEL_UNAVAILABLE)
    said = message_of(error)
    wish = headers.get("x-should-retry", "").lower()
    for_the_owner = category in (FailureCategory.AUTH_FAILED, FailureCategory.QUOTA_EXHAUSTED)
    return Refusal(
        status,
        category,
        f"{host} refused with HTTP {status}" + (f": {said}" if said else ""),
        wait_s_of(headers, now),
        passing=wish == "true"
        or (wish != "false" and not for_the_owner and (status in _PASSING or status >= 500)),
    )


def error_of(body: bytes) -> Mapping[str, Any]:
    """The error object in the body of a refusal; one with the `message` alone where a server has its own
    shape ({"detail": …}, {"error": "…"}), and an empty one where there is none."""
    content = json_of(body)
    if not isinstance(content, dict):
        return {}
    error = content.get("error", content.get("detail", content))
    if isinstance(error, dict):
        return error
    return {"message": error} if isinstance(error, str) else {}


def category_of(error: Mapping[str, Any]) -> FailureCategory | None:
    """What the words of an error object mean; None where they say nothing."""
    for key in ("code", "type", "status"):
        word = error.get(key)
        if isinstance(word, str) and word in _CATEGORY_OF_CODE:
            return _CATEGORY_OF_CODE[word]
    return None


def message_of(error: Mapping[str, Any]) -> str:
    """The peer's own words in one short printable line; empty where there are none."""
    message = error.get("message")
    return line(message, MAX_MESSAGE_CHARACTERS) if isinstance(message, str) else ""


def wait_s_of(headers: Mapping[str, str], now: datetime) -> float | None:
    """The wait that a server asks for; `retry-after-ms` comes before `retry-after`. See `retry_after_s`."""
    values = [headers.get("retry-after", "")]
    with suppress(KeyError, ValueError):
        values.insert(0, str(float(headers["retry-after-ms"]) / 1000))
    return retry_after_s(values, now)
