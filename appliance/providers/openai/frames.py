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
from appliance.providers.openai.session_frames import (
    WIRE_RATE_HZ,
    Dialect,
    WireOptions,
    beta_modalities,
    changed_session,
    opening_session,
)

# 0.5 s a frame: far below the vendor's 15 MiB, and a cancel behind one waits a quarter of a
# second even where only 1 Mbit/s goes up.
MAX_APPEND_SAMPLES = WIRE_RATE_HZ // 2

UPDATE = "update"
COMMIT = "commit"
CREATE = "create"
ASK = "ask"
RESULT = "result"
RAN = "ran"
SAID = "said"

_EVENT_ID = re.compile(r"([a-z]+)-([0-9]{1,9})")
# The vendor's names for the text in an item differ by who said it, and for the assistant by dialect.
_CONTENT_TYPE: dict[Role, str] = {"user": "input_text", "assistant": "output_text", "system": "input_text"}
_BETA_ASSISTANT = "text"
# So much of what was said names the place where it broke off; the whole of it stands in the conversation.
_LAST_CHARACTERS = 200


def session_update(config: SessionConfig, options: WireOptions) -> str:
    """Everything about the session at once."""
    return _frame("session.update", f"{UPDATE}-0", session=opening_session(config, options))


def session_change(number: int, config: SessionConfig, before: SessionConfig, options: WireOptions) -> str:
    """What of the session changes, from `before`, while it runs."""
    session = changed_session(config, before, options)
    return _frame("session.update", f"{UPDATE}-{number}", session=session)


def history_item(number: int, item: HistoryItem, dialect: Dialect) -> str:
    """An earlier utterance, as text: spoken answers cannot be put into a conversation."""
    return _frame("conversation.item.create", f"history-{number}", item=_message(item, dialect))


def said(answer: int, text: str, dialect: Dialect) -> str:
    """The beginning of `answer`, which another provider gave."""
    message = _message(HistoryItem("assistant", text), dialect)
    return _frame("conversation.item.create", f"{SAID}-{answer}", item=message)


def _message(item: HistoryItem, dialect: Dialect) -> dict[str, object]:
    kind = _CONTENT_TYPE[item.role]
    if item.role == "assistant" and dialect == "beta":
        kind = _BETA_ASSISTANT
    return {"type": "message", "role": item.role, "content": [{"type": kind, "text": item.text}]}


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


def create(answer: int, *, written: bool, instructions: str, dialect: Dialect) -> str:
    """Ask for an answer, in text alone if `written`; its number comes back with the response.

    `instructions` take the place of the session's for this response, unless they are empty.
    """
    response: dict[str, object] = {"metadata": {"answer": str(answer)}}
    if written and dialect == "ga":
        response["output_modalities"] = ["text"]
    elif written:
        response["modalities"] = beta_modalities("text")
    if instructions:
        response["instructions"] = instructions
    return _frame("response.create", f"{CREATE}-{answer}", response=response)


def go_on(instructions: str, said: str) -> str:
    """The instructions for an answer that goes on after the words `said`."""
    last = said[-_LAST_CHARACTERS:]
    return (
        f"{instructions}\n\nYour last message broke off in the middle; the person heard it up to these "
        f'words: "{last}". Go on with the very next word, as if nothing had happened. Repeat none of it, do '
        "not greet, and say nothing about the break."
    ).lstrip()


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


def forget(item_id: str) -> str:
    """This item of the person leads to nothing."""
    return _frame("conversation.item.delete", "forget-0", item_id=item_id)


def origin(event_id: str) -> tuple[str, int]:
    """What the event with this id of ours was, and the number in it; ("", -1) for an id that is not ours."""
    match = _EVENT_ID.fullmatch(event_id)
    return (match[1], int(match[2])) if match else ("", -1)


def _frame(kind: str, event_id: str, **fields: object) -> str:
    return json.dumps({"type": kind, "event_id": event_id, **fields}, separators=(",", ":"))
