"""Why the vendor ended a session: the close code says little, the words beside it say it. Pure."""

from appliance.errors import FailureCategory, ProtocolViolation
from appliance.providers.gemini import reader

_BAD_KEY = ("api key", "api_key", "unauthenticated", "permission", "credential", "access token")
_NO_MONEY = (
    "quota",
    "billing",
    "credits",
    "exceeded your",
    "resource_exhausted",
    "resource has been exhausted",
)
_NO_MODEL = ("not found", "is not supported", "not supported for", "unsupported model")


def of_close(code: int, reason: str) -> FailureCategory | None:
    """What a close frame means; None for one that passes: a deadline, a restart, a handle that went stale.

    1007, 1008 and 1011 each stand for half a dozen causes, so only the words tell them apart. Where
    1008 comes without any that we know, it is the model: that is what policy is about here.
    """
    words = reason.lower()
    if any(word in words for word in _BAD_KEY):
        return FailureCategory.AUTH_FAILED
    if any(word in words for word in _NO_MONEY):
        return FailureCategory.QUOTA_EXHAUSTED
    if any(word in words for word in _NO_MODEL) or code == 1008:
        return FailureCategory.MODEL_UNAVAILABLE
    return None


def of_refusal(body: object) -> FailureCategory | None:
    """What the error object in a refused upgrade's body says; None where its HTTP status knows better."""
    first = body[0] if isinstance(body, list) and body else body
    try:
        error = reader.mapping(first, "error") if isinstance(first, dict) else None
        said = [reader.text(error, key) for key in ("status", "message")] if error is not None else []
    except ProtocolViolation:  # no error object at all
        return None
    return of_close(0, " ".join(said))


def of_words(status: str, message: str) -> FailureCategory:
    """What an error object says (`status` is the vendor's "RESOURCE_EXHAUSTED" and its like)."""
    return of_close(0, f"{status} {message}") or FailureCategory.MODEL_UNAVAILABLE
