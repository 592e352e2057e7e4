"""What the vendor's error codes mean for us.

The vendor has moved the same words between an error's `code` and its `type`, and other servers have them
where they like, so both are looked at.
"""

from collections.abc import Callable, Mapping

from appliance.conversation.vocabulary import Failure
from appliance.errors import FailureCategory, ProtocolViolation
from appliance.providers.from_peer import Fields
from appliance.providers.openai.reader import mapping, message, optional_text

Known = Callable[[Fields], FailureCategory | None]

# The session, and every one like it, is of no use any more.
_FATAL: Mapping[str, FailureCategory] = {
    "session_expired": FailureCategory.SESSION_CLOSED,
    "insufficient_quota": FailureCategory.QUOTA_EXHAUSTED,
    "credit_balance_exhausted": FailureCategory.QUOTA_EXHAUSTED,
    "billing_hard_limit_reached": FailureCategory.QUOTA_EXHAUSTED,
    "account_deactivated": FailureCategory.AUTH_FAILED,
    "authentication_error": FailureCategory.AUTH_FAILED,
    "invalid_api_key": FailureCategory.AUTH_FAILED,
    "model_not_found": FailureCategory.MODEL_UNAVAILABLE,
}
# It did not work this time.
_PASSING: Mapping[str, FailureCategory] = {
    "rate_limit_error": FailureCategory.RATE_LIMITED,
    "rate_limit_exceeded": FailureCategory.RATE_LIMITED,
    "server_error": FailureCategory.MODEL_UNAVAILABLE,
}


def fatal_category(error: Fields) -> FailureCategory | None:
    """The category of an error that ends the session; None for every other one."""
    return _find(_FATAL, error)


def known_category(error: Fields) -> FailureCategory | None:
    """The category of an error whose words we know; None where they say nothing."""
    return _find(_FATAL, error) or _find(_PASSING, error)


def category_of_refusal(body: object, known: Known = known_category) -> FailureCategory | None:
    """What the error object in a refusal's body says; it knows better than the status (quota or rate)."""
    try:
        return known(mapping(body, "error")) if isinstance(body, dict) else None
    except ProtocolViolation:  # no error object at all
        return None


def refusal_category(error: Fields) -> FailureCategory:
    """The category of an error in place of a session: a malformed key is refused so, in words of all kinds
    but as an invalid request. Any other kind passes; who took it for a bad key would keep away for long."""
    about_request = optional_text(error, "type") in ("", "invalid_request_error")
    unknown = FailureCategory.AUTH_FAILED if about_request else FailureCategory.MODEL_UNAVAILABLE
    return known_category(error) or unknown


def is_busy(error: Fields) -> bool:
    """Another response is still being generated: the same request is fine after it."""
    return "conversation_already_has_active_response" in _words(error)


def is_empty_commit(error: Fields) -> bool:
    """There was nothing to commit: the conversation goes on with what it has."""
    return "input_audio_buffer_commit_empty" in _words(error)


def failure(category: FailureCategory, error: Fields, answer: int | None = None) -> Failure:
    """The failure that `error` is, in the peer's own words where it has some."""
    return Failure(category, message(error) or category, answer=answer)


def _find(table: Mapping[str, FailureCategory], error: Fields) -> FailureCategory | None:
    found = (table.get(word) for word in _words(error))
    return next((category for category in found if category is not None), None)


def _words(error: Fields) -> tuple[str, str]:
    return optional_text(error, "code"), optional_text(error, "type")
