"""The events we send, as JSON text; `opening` has the first, `context` those that tell the model something.

Every event that may be refused carries an `event_id` that says what it was ("ask-7": the question of
answer 7), so that an error can be told apart without remembering what was sent.
"""

import base64
import json
import re
from collections.abc import Iterator

from appliance.pcm.formats import Pcm, pcm_to_bytes

WIRE_RATE_HZ = 24_000  # 16 kHz is allowed as well, but then the voice has no more than that either
# 0.5 s a frame, so that nothing waits for long behind one.
MAX_APPEND_SAMPLES = WIRE_RATE_HZ // 2

START = "start"
ASK = "ask"
RESULT = "result"
CONTINUE = "continue"
NOTE = "note"

_EVENT_ID = re.compile(r"([a-z]+)-([0-9]{1,9})")


def appends(pcm: Pcm) -> Iterator[str]:
    """`pcm` (24 kHz) in frames of at most `MAX_APPEND_SAMPLES`."""
    for start in range(0, len(pcm), MAX_APPEND_SAMPLES):
        sound = base64.b64encode(pcm_to_bytes(pcm[start : start + MAX_APPEND_SAMPLES])).decode("ascii")
        yield f'{{"type":"session.input_audio.append","audio":"{sound}"}}'


def tool_result(answer: int, call: str, output: str) -> str:
    """What a tool gave."""
    item = {"type": "function_call_output", "call_id": call, "output": output}
    return event("response.item.create", f"{RESULT}-{answer}", item=item)


def go_on(answer: int) -> str:
    """All results of the backend's calls were told."""
    return event("response.create", f"{RESULT}-{answer}")


def close() -> str:
    """The session may end; `session.closed` tells that it did."""
    return event("session.close", "close-0")


def origin(event_id: str) -> tuple[str, int]:
    """What the event with this id of ours was, and the number in it; ("", -1) for an id that is not ours."""
    match = _EVENT_ID.fullmatch(event_id)
    return (match[1], int(match[2])) if match else ("", -1)


def event(kind: str, event_id: str, **fields: object) -> str:
    """An event of ours."""
    return json.dumps({"type": kind, "event_id": event_id, **fields}, separators=(",", ":"))
