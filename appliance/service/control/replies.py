"""The replies of the control socket: any number of pieces, a line each, and a last line that has `ok`.

{"text":"It is","final":false}      a piece
{"ok":true,"text":"It is noon.","final":true}
{"ok":false,"error":"Somebody is speaking; ask again afterwards."}
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from appliance.conversation.history import MAX_CHARACTERS
from appliance.conversation.vocabulary import HistoryItem
from appliance.service.control.controls import AnswerText, Refused, Status
from appliance.service.control.failures import Unanswered
from appliance.service.control.requests import MAX_LINE_BYTES

Members = Mapping[str, object]
T = TypeVar("T")

# Of a sentence in a reply: with all of them a status still fits into a line.
MAX_SENTENCE_CHARACTERS = 300

DONE: Members = {"ok": True}


def failed(sentence: str) -> Members:
    """The last line of a request that was refused or not understood."""
    return {"ok": False, "error": _shortened(sentence)}


def answer_line(answer: AnswerText) -> Members:
    """A piece of an answer, or its last line; of a long text what the history keeps of one."""
    members = {"text": answer.text[:MAX_CHARACTERS], "final": answer.final}
    return {**DONE, **members} if answer.final else members


def volume_line(percent: int) -> Members:
    """The last line of `volume`."""
    return {**DONE, "percent": percent}


def variable_line(name: str, value: str) -> Members:
    """One variable."""
    return {"name": name, "value": value}


def utterance_line(item: HistoryItem) -> Members:
    """One utterance of the transcript."""
    return {"role": item.role, "text": item.text[:MAX_CHARACTERS]}


def status_line(status: Status) -> Members:
    """The last line of `status`."""
    shown = replace(
        status,
        providers=[replace(one, reason=_shortened(one.reason)) for one in status.providers],
        devices=[replace(one, reason=_shortened(one.reason)) for one in status.devices],
        deaf=_shortened(status.deaf),
        mouthless=_shortened(status.mouthless),
        counters=dict(status.counters),
    )
    return {**DONE, "status": asdict(shown)}


def encode_reply(members: Members) -> bytes:
    """The line of a reply. ValueError where it has no JSON form or exceeds `MAX_LINE_BYTES`."""
    text = json.dumps(members, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    line = text.encode("utf-8", "replace") + b"\n"  # half a surrogate pair has no UTF-8 form
    if len(line) > MAX_LINE_BYTES:
        raise ValueError(f"a reply of {len(line)} bytes")
    return line


def decode_reply(line: bytes) -> Members:
    """The members of a piece or of a last line. Raises Refused with its sentence where it is not `ok`,
    Unanswered where the line is none of ours."""
    try:
        found: object = from_json(line, allow_inf_nan=False)
    except ValueError:
        raise _foreign() from None
    match found:
        case {"ok": False, "error": str(sentence)}:
            raise Refused(sentence)
        case dict() if found.get("ok", True) is True:
            return found
    raise _foreign()


def read(shape: type[T], members: object) -> T:
    """`members` as `shape`, without those it does not know. Raises Unanswered where some are missing."""
    try:
        return TypeAdapter(shape).validate_python(members)
    except ValidationError:
        raise _foreign() from None


def _foreign() -> Unanswered:
    return Unanswered("The appliance answered what this version does not understand; restart it.")


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_SENTENCE_CHARACTERS else f"{text[: MAX_SENTENCE_CHARACTERS - 1]}…"
