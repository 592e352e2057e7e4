"""How ElevenLabs refuses (facts: `appliance.providers.cascade.elevenlabs`)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Refusal:
    """An HTTP error."""

    status: int
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def refused(status: int, kind: str, code: str, legacy: str, message: str) -> Refusal:
    """As the vendor says it (see `elevenlabs`): `legacy` is what alone there was in former times."""
    said = {"type": kind, "code": code, "message": message, "status": legacy, "request_id": "0" * 32}
    return Refusal(status, json.dumps({"detail": said}), {"x-trace-id": "0" * 32})


NO_CREDITS = refused(
    401,
    "invalid_request",
    "quota_exceeded",
    "quota_exceeded",
    "This request exceeds your quota of 10000. You have 1 credits remaining, while 22 credits are required"
    " for this request.",
)
BUSY = refused(429, "rate_limit_error", "system_busy", "system_busy", "The system is busy.")
MAY_NOT_READ_VOICES = refused(
    401,
    "authentication_error",
    "unauthorized",
    "missing_permissions",
    "The API key you used is missing the permission voices_read to execute this operation.",
)
INVALID = Refusal(
    422, '{"detail": [{"type": "missing", "loc": ["body", "text"], "msg": "Field required", "input": null}]}'
)
NO_SUCH_PATH = Refusal(404, '{"detail": "Not Found"}')


def wrong_key(quoted: str) -> Refusal:
    """The vendor does not quote the key; a server that does is the worse one to talk to."""
    message = f"Invalid API key {quoted}".strip()
    return refused(401, "authentication_error", "unauthorized", "invalid_api_key", message)
