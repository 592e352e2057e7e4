"""The events we send, as JSON text.

Every event that may be refused carries an `event_id` that says what it was ("ask-7": the question of
answer 7), so that an error can be told apart without remembering what was sent.
"""

import base64
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from appliance.conversation.vocabulary import HistoryItem, Role, SessionConfig, ToolRan
from appliance.pcm.formats import Pcm, pcm_to_bytes

WIRE_RATE_HZ = 24_000  # 16 kHz is allowed as well, but then the voice has no more than that either
# 0.5 s a frame, so that nothing waits for long behind one.
MAX_APPEND_SAMPLES = WIRE_RATE_HZ // 2
# The vendor takes 128 items and 8192 tokens of history, 500 tokens in an instruction. There is no
# tokenizer here: 2 characters a token is on the safe side of every language that has letters.
MAX_HISTORY_ITEMS = 128
MAX_HISTORY_CHARACTERS = 16_000
MAX_INSTRUCTION_CHARACTERS = 1000

START = "start"
ASK = "ask"
RESULT = "result"
CONTINUE = "continue"
NOTE = "note"

_EVENT_ID = re.compile(r"([a-z]+)-([0-9]{1,9})")
_ROLE: dict[Role, str] = {"user": "user", "assistant": "assistant", "system": "developer"}
_CONTENT_TYPE: dict[Role, str] = {"user": "input_text", "assistant": "output_text", "system": "input_text"}
_BACKEND = "You do tasks for a voice assistant. Use the tools; answer in one or two short sentences. "


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks, and who (a Responses model) does the work that needs tools, in the vendor's names."""

    model: str
    voice: str
    backend_model: str
    extra: Mapping[str, Any] = field(default_factory=dict)  # goes into the session as it is


def session_start(voice: Voice, config: SessionConfig, history: Sequence[HistoryItem]) -> str:
    """Everything about the session at once; nearly all of it cannot be changed later."""
    session: dict[str, object] = {
        "model": voice.model,
        "instructions": _instructions(config),
        "audio": {
            "format": {"type": "audio/pcm", "rate": WIRE_RATE_HZ},
            "output": {"voice": voice.voice},
        },
        "delegation": _delegation(voice, config),
        "store": False,
    }
    items = [_history_item(item) for item in _newest(history)]
    if items:
        session["input"] = items
    return _frame("session.start", f"{START}-0", session=_laid_over(session, voice.extra))


def _laid_over(ours: Mapping[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    """`ours` with `extra` in it, table by table; `extra` has the last word."""
    whole = dict(ours)
    for key, value in extra.items():
        known = whole.get(key)
        if isinstance(known, Mapping) and isinstance(value, Mapping):
            whole[key] = _laid_over(known, value)
        else:
            whole[key] = value
    return whole


def _instructions(config: SessionConfig) -> str:
    language = f'The language tag of this household is "{config.language}".'
    return f"{config.instructions}\n\n{language}" if config.instructions else language


def _delegation(voice: Voice, config: SessionConfig) -> dict[str, object]:
    """Tools need a backend of the vendor's: what the model delegates to us says nothing of the task."""
    if not config.tools:
        return {"type": "client"}
    tools = [
        {
            "type": "function",
            "name": tool.name,
            "description": tool.description,
            "parameters": json.loads(tool.parameters),
        }
        for tool in config.tools
    ]
    backend: dict[str, Any] = {
        "model": voice.backend_model,
        "instructions": _BACKEND + config.instructions,
        "tools": tools,
    }
    if config.max_output_tokens is not None:
        backend["max_output_tokens"] = config.max_output_tokens
    return {"type": "responses", "responses": backend}


def _newest(history: Sequence[HistoryItem]) -> list[HistoryItem]:
    """As much of the end of the history as the vendor takes."""
    kept: list[HistoryItem] = []
    characters = 0
    for item in reversed([item for item in history if item.text]):
        characters += len(item.text)
        if len(kept) == MAX_HISTORY_ITEMS or characters > MAX_HISTORY_CHARACTERS:
            break
        kept.append(item)
    return kept[::-1]


def _history_item(item: HistoryItem) -> dict[str, object]:
    content = [{"type": _CONTENT_TYPE[item.role], "text": item.text}]
    return {"type": "message", "role": _ROLE[item.role], "content": content}


def appends(pcm: Pcm) -> Iterator[str]:
    """`pcm` (24 kHz) in frames of at most `MAX_APPEND_SAMPLES`."""
    for start in range(0, len(pcm), MAX_APPEND_SAMPLES):
        sound = base64.b64encode(pcm_to_bytes(pcm[start : start + MAX_APPEND_SAMPLES])).decode("ascii")
        yield f'{{"type":"session.input_audio.append","audio":"{sound}"}}'


def question(answer: int, text: str) -> str:
    """What was asked in writing. There is no item for it: it is a context to speak about."""
    content = (
        "The person has typed this; reply to it now, do not repeat it, and do not wait for speech. "
        f"After that, pause and listen: {_cut(text)}"
    )
    return _frame("session.commentary.append", f"{ASK}-{answer}", content=content, delegation_id=None)


def continuation(answer: int, said: str) -> str:
    """Others gave the beginning of the answer."""
    content = (
        "Somebody else with your voice has begun to answer this question, and was cut off after the words "
        f'"{said[-MAX_INSTRUCTION_CHARACTERS:]}". Go on from there as if it had been you; repeat nothing.'
    )
    return _frame("session.instructions.append", f"{CONTINUE}-{answer}", content=content, delegation_id=None)


def tool_ran(number: int, ran: ToolRan) -> str:
    """A call that another session made for this question; backends are told of instructions as well."""
    arguments, output = _cut(ran.arguments, 300), _cut(ran.output, 600)
    content = (
        f"For this question the tool {ran.name} was run already, with {arguments}: it gave {output}. "
        "Do not run it again; answer with that."
    )
    return _frame("session.instructions.append", f"{NOTE}-{number}", content=content, delegation_id=None)


def new_instructions(number: int, config: SessionConfig) -> str:
    """Instructions in place of the earlier ones; for at most `MAX_INSTRUCTION_CHARACTERS` of them."""
    content = (
        f"From here on these are your instructions, in place of all earlier ones: {_instructions(config)}"
    )
    return _frame("session.instructions.append", f"{NOTE}-{number}", content=content, delegation_id=None)


def no_help(number: int, delegation: str) -> str:
    """The model asked us for help with a task; there is nobody to help."""
    content = "There are no tools and no help for this: answer with what you know, or say that you cannot."
    return _frame("session.commentary.append", f"{NOTE}-{number}", content=content, delegation_id=delegation)


def tool_result(answer: int, call: str, output: str) -> str:
    """What a tool gave."""
    item = {"type": "function_call_output", "call_id": call, "output": output}
    return _frame("response.item.create", f"{RESULT}-{answer}", item=item)


def go_on(answer: int) -> str:
    """All results of the backend's calls were told."""
    return _frame("response.create", f"{RESULT}-{answer}")


def close() -> str:
    """The session may end; `session.closed` tells that it did."""
    return _frame("session.close", "close-0")


def origin(event_id: str) -> tuple[str, int]:
    """What the event with this id of ours was, and the number in it; ("", -1) for an id that is not ours."""
    match = _EVENT_ID.fullmatch(event_id)
    return (match[1], int(match[2])) if match else ("", -1)


def _cut(text: str, most: int = MAX_INSTRUCTION_CHARACTERS) -> str:
    return text if len(text) <= most else text[:most] + "…"


def _frame(kind: str, event_id: str, **fields: object) -> str:
    return json.dumps({"type": kind, "event_id": event_id, **fields}, separators=(",", ":"))
