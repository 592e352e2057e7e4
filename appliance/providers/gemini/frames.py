"""The messages we send, as JSON text: one top-level key each, all of it ASCII and in camelCase."""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from appliance.conversation.vocabulary import HistoryItem, Role
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, pcm_to_bytes

# 0.5 s a frame: what comes after one waits a quarter of a second even where only 1 Mbit/s goes up.
MAX_AUDIO_SAMPLES = NEAR_RATE_HZ // 2
_MIME_TYPE = f"audio/pcm;rate={NEAR_RATE_HZ}"
# A conversation has two roles here; what neither said stands with the person's.
_ROLE: dict[Role, str] = {"user": "user", "assistant": "model", "system": "user"}


def setup(settings: Mapping[str, Any]) -> str:
    """The first message of a session."""
    return _frame("setup", settings)


def history(items: Iterable[HistoryItem], *, complete: bool) -> str:
    """What was said before, as text. `complete`: nothing more of it comes."""
    turns = [_content(_ROLE[item.role], item.text) for item in items]
    return _frame("clientContent", {"turns": turns, "turnComplete": complete})


def told(text: str) -> str:
    """Something to know that is not to be answered, for models that take it as content."""
    return _frame("clientContent", {"turns": [_content("user", text)], "turnComplete": False})


def question(text: str) -> str:
    """What the person asked in writing; it is answered at once."""
    return _frame("realtimeInput", {"text": text})


def question_as_content(text: str) -> str:
    """As `question`, for models that take it as content."""
    return _frame("clientContent", {"turns": [_content("user", text)], "turnComplete": True})


def context_update(instructions: str | None, tools: list[dict[str, Any]] | None = None) -> str:
    """Other instructions, other tools; None leaves them as they are."""
    update: dict[str, Any] = {}
    if instructions is not None:
        update["systemInstruction"] = system_instruction(instructions)
    if tools is not None:
        update["tools"] = {"tools": tools}
    return _frame("contextUpdate", update)


def system_instruction(text: str) -> dict[str, Any]:
    """Instructions as the vendor's content."""
    return {"parts": [{"text": text}]}


def activity_start() -> str:
    """The person begins to speak; what the model is saying is interrupted."""
    return _frame("realtimeInput", {"activityStart": {}})


def activity_end() -> str:
    """The person has spoken: answer."""
    return _frame("realtimeInput", {"activityEnd": {}})


def audio_stream_end() -> str:
    """No more sound for now; only where the server decides when a turn ended."""
    return _frame("realtimeInput", {"audioStreamEnd": True})


def audio(pcm: Pcm) -> Iterator[str]:
    """`pcm` (16 kHz) in frames of at most `MAX_AUDIO_SAMPLES`."""
    for start in range(0, len(pcm), MAX_AUDIO_SAMPLES):
        sound = base64.b64encode(pcm_to_bytes(pcm[start : start + MAX_AUDIO_SAMPLES])).decode("ascii")
        yield f'{{"realtimeInput":{{"audio":{{"mimeType":"{_MIME_TYPE}","data":"{sound}"}}}}}}'


def tool_response(call: str, name: str, response: Mapping[str, Any]) -> str:
    """What the tool `name` gave for this call; the model goes on by itself."""
    return _frame("toolResponse", {"functionResponses": [{"id": call, "name": name, "response": response}]})


def _content(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "parts": [{"text": text}]}


def _frame(key: str, value: Mapping[str, Any]) -> str:
    return json.dumps({key: value}, separators=(",", ":"))
