"""How a provider's link stands and why, in words that a person reads."""

from collections.abc import Mapping
from typing import Final

from appliance.conversation.vocabulary import LinkState
from appliance.errors import Cause, FailureCategory

LINKS: Final[Mapping[str, str]] = {
    LinkState.CONNECTING: "connecting",
    LinkState.READY: "ready",
    LinkState.DOWN: "down",
    LinkState.BACKING_OFF: "waits to try again",
    "unused": "not needed so far",
}
REASONS: Final[Mapping[str, str]] = {
    FailureCategory.SESSION_CLOSED: "the connection broke off",
    FailureCategory.CONNECTION_FAILED: "it cannot be reached",
    FailureCategory.AUTH_FAILED: "its key is missing or refused",
    FailureCategory.RATE_LIMITED: "it was asked too often",
    FailureCategory.QUOTA_EXHAUSTED: "the account or the money for it is used up",
    FailureCategory.MODEL_UNAVAILABLE: "the model is not available",
    FailureCategory.TIMED_OUT: "it did not answer in time",
    FailureCategory.PROTOCOL_VIOLATION: "it sent what it must not send",
    Cause.NETWORK_DOWN: "there is no network",
    Cause.NAME_SERVER_DOWN: "no name server answers",
    Cause.NAME_UNKNOWN: "there is no machine of its name",
    Cause.HOST_UNREACHABLE: "nobody is there",
    Cause.REFUSED: "nothing listens there",
    Cause.CLOCK_NOT_SET: "the clock of this machine is not set",
    Cause.CERTIFICATE_INVALID: "its certificate is not to be trusted",
    "failback": "a better one is back",
}


def link_words(link: str) -> str:
    """A link's state; one of another version as it is."""
    return LINKS.get(link, link.replace("_", " "))


def reason_words(reason: str) -> str:
    """Why; what is no category already is a sentence, or of another version."""
    return REASONS.get(reason, reason.replace("_", " "))
