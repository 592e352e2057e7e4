"""Why a session ended, in our words."""

from collections.abc import Mapping

from appliance.conversation.vocabulary import Failure
from appliance.errors import FailureCategory
from appliance.providers.from_peer import Fields
from appliance.providers.openai import failures as openai
from appliance.providers.openai import reader

_CLOSED: Mapping[str, tuple[FailureCategory, str]] = {
    "close_requested": (FailureCategory.SESSION_CLOSED, "the server closed the session"),
    "expired": (FailureCategory.SESSION_CLOSED, "the session came to its longest duration"),
    "remote_hangup": (FailureCategory.SESSION_CLOSED, "the server hung up"),
    "content": (FailureCategory.MODEL_UNAVAILABLE, "the server ended the session because of what was said"),
    "connection_lost": (FailureCategory.CONNECTION_FAILED, "the server lost the connection to its model"),
}
_FORBIDDEN = "forbidden"


def closed(reason: str) -> Failure:
    """What `session.closed` with this reason means."""
    category, message = _CLOSED.get(reason, (FailureCategory.SESSION_CLOSED, "the server closed the session"))
    return Failure(category, message)


def fatal(error: Fields) -> FailureCategory | None:
    """The category of an error that ends the session; None for every other one."""
    return openai.fatal_category(error) or _forbidden(error)


def known(error: Fields) -> FailureCategory | None:
    """The category of an error whose words we know; None where they say nothing."""
    return openai.known_category(error) or _forbidden(error)


def _forbidden(error: Fields) -> FailureCategory | None:
    words = (reader.optional_text(error, "code"), reader.optional_text(error, "type"))
    return FailureCategory.AUTH_FAILED if _FORBIDDEN in words else None


def category_of_refusal(body: object) -> FailureCategory | None:
    """What the error object in a refusal's body says; it knows better than the status (quota or rate)."""
    return openai.category_of_refusal(body, known)
