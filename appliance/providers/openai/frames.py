"""The events we send, as JSON text.

Every event that may be refused carries an `event_id` that says what it was ("create-7": the
response for answer 7), so that an error can be told apart without remembering what was sent.
"""

import base64
import json
import re
from collections.abc import Iterator

from appliance.conversation.vocabulary import HistoryItem, Role, SessionConfig, ToolRan
from appliance.pcm.formats import Pcm, pcm_to_bytes

WIRE_RATE_HZ = 24_000  # the only rate at which the vendor takes or sends PCM
# 0.5 s a frame: far below the vendor's 15 MiB, and a cancel behind one waits a quarter of a
# second even where only 1 Mbit/s goes up.
MAX_APPEND_SAMPLES = WIRE_RATE_HZ // 2

UPDATE = "update"
COMMIT = "commit"
CREATE = "create"
ASK = "ask"
RESULT = "result"
RAN = "ran"

_EVENT_ID = re.compile(r"([a-z]+)-([0-9]{1,9})")
_PCM_FORMAT = {"type": "audio/pcm", "rate": WIRE_RATE_HZ}
# The vendor's names for the text in an item differ by who said it.
_CONTENT_TYPE: dict[Role, str] = {"user": "input_text", "assistant": "output_text", "system": "input_text"}


def session_update(config: SessionConfig, voice: str, transcription_model: str) -> str:
    """Everything about the session at once; `turn_detection` null: when a turn ends is ours to say."""
    return _frame(
        "session.update",
        f"{UPDATE}-0",
        session={
            "type": "realtime",
            "output_modalities": [config.output],
            "instructions": config.instructions,
            "audio": {
                "input": {
                    "format": _PCM_FORMAT,
                    "turn_detection": None,
                    "transcription": _transcription(config, transcription_model),
                },
                "output": {"format": _PCM_FORMAT, "voice": voice},
            },
        },
    )


def session_change(number: int, config: SessionConfig, transcription_model: str) -> str:
    """What of the session can change while it runs: what is left out keeps its value, the voice for one."""
    return _frame(
        "session.update",
        f"{UPDATE}-{number}",
        session={
            "type": "realtime",
            "output_modalities": [config.output],
            "instructions": config.instructions,
            "audio": {"input": {"transcription": _transcription(config, transcription_model)}},
        },
    )


def _transcription(config: SessionConfig, model: str) -> dict[str, str]:
    """Of the language ("de-AT") the vendor takes the first part (ISO 639-1)."""
    return {"model": model, "language": config.language.partition("-")[0]}


def history_item(number: int, item: HistoryItem) -> str:
    """An earlier utterance, as text: spoken answers cannot be put into a conversation."""
    content = [{"type": _CONTENT_TYPE[item.role], "text": item.text}]
    message = {"type": "message", "role": item.role, "content": content}
    return _frame("conversation.item.create", f"history-{number}", item=message)


def question(answer: int, text: str) -> str:
    """What the person asked in writing; its item has the id `question_id`."""
    content = [{"type": "input_text", "text": text}]
    message = {"id": question_id(answer), "type": "message", "role": "user", "content": content}
    return _frame("conversation.item.create", f"{ASK}-{answer}", item=message)


def question_id(answer: int) -> str:
    """Clients may name the items that they create."""
    return f"question_{answer}"


def tool_result(answer: int, call: str, output: str) -> str:
    """What a tool gave."""
    item = {"type": "function_call_output", "call_id": call, "output": output}
    return _frame("conversation.item.create", f"{RESULT}-{answer}", item=item)


def tool_ran(answer: int, ran: ToolRan) -> Iterator[str]:
    """A call that another session made, and what it gave, as if both had happened here."""
    made = {"type": "function_call", "call_id": ran.call, "name": ran.name, "arguments": ran.arguments}
    gave = {"type": "function_call_output", "call_id": ran.call, "output": ran.output}
    for item in (made, gave):
        yield _frame("conversation.item.create", f"{RAN}-{answer}", item=item)


def appends(pcm: Pcm) -> Iterator[str]:
    """`pcm` (24 kHz) in frames of at most `MAX_APPEND_SAMPLES`."""
    for start in range(0, len(pcm), MAX_APPEND_SAMPLES):
        sound = base64.b64encode(pcm_to_bytes(pcm[start : start + MAX_APPEND_SAMPLES])).decode("ascii")
        yield f'{{"type":"input_audio_buffer.append","audio":"{sound}"}}'


def commit(answer: int) -> str:
    """The appended audio becomes the person's item."""
    return _frame("input_audio_buffer.commit", f"{COMMIT}-{answer}")


def clear() -> str:
    """The appended audio is forgotten."""
    return _frame("input_audio_buffer.clear", "clear-0")


def create(answer: int, *, written: bool) -> str:
    """Ask for an answer, in text alone if `written`; its number comes back with the response."""
    response: dict[str, object] = {"metadata": {"answer": str(answer)}}
    if written:
        response["output_modalities"] = ["text"]
    return _frame("response.create", f"{CREATE}-{answer}", response=response)


def cancel(answer: int, response_id: str) -> str:
    """Stop generating this response and no other."""
    return _frame("response.cancel", f"cancel-{answer}", response_id=response_id)


def truncate(answer: int, item_id: str, content_index: int, audio_end_ms: int) -> str:
    """Of this item only the first `audio_end_ms` (≥ 1) were heard."""
    return _frame(
        "conversation.item.truncate",
        f"truncate-{answer}",
        item_id=item_id,
        content_index=content_index,
        audio_end_ms=audio_end_ms,
    )


def delete(answer: int, item_id: str) -> str:
    """Nothing of this item was heard."""
    return _frame("conversation.item.delete", f"delete-{answer}", item_id=item_id)


def origin(event_id: str) -> tuple[str, int]:
    """What the event with this id of ours was, and the number in it; ("", -1) for an id that is not ours."""
    match = _EVENT_ID.fullmatch(event_id)
    return (match[1], int(match[2])) if match else ("", -1)


def _frame(kind: str, event_id: str, **fields: object) -> str:
    return json.dumps({"type": kind, "event_id": event_id, **fields}, separators=(",", ":"))
