"""The event that opens a session, as JSON text: nearly all of it cannot be changed later."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from appliance.conversation.vocabulary import HistoryItem, Role, SessionConfig
from appliance.providers.function_tools import functions_of
from appliance.providers.openai_live.frames import START, WIRE_RATE_HZ, event
from appliance.providers.openai_live.pieces import size_bytes
from appliance.providers.overlay import laid_over

# The vendor takes 128 items and 8192 tokens of history; for the bytes of a token see `pieces`.
MAX_HISTORY_ITEMS = 128
MAX_HISTORY_BYTES = 16_000

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
    """Everything about the session at once."""
    session: dict[str, object] = {
        "model": voice.model,
        "instructions": instructions_of(config),
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
    return event("session.start", f"{START}-0", session=laid_over(session, voice.extra))


def instructions_of(config: SessionConfig) -> str:
    """What the model is told to be, and the language of the household."""
    language = f'The language tag of this household is "{config.language}".'
    return f"{config.instructions}\n\n{language}" if config.instructions else language


def _delegation(voice: Voice, config: SessionConfig) -> dict[str, object]:
    """Tools need a backend of the vendor's: what the model delegates to us says nothing of the task."""
    if not config.tools:
        return {"type": "client"}
    backend: dict[str, Any] = {
        "model": voice.backend_model,
        "instructions": _BACKEND + config.instructions,
        "tools": functions_of(config.tools),
    }
    if config.max_output_tokens is not None:
        backend["max_output_tokens"] = config.max_output_tokens
    return {"type": "responses", "responses": backend}


def _newest(history: Sequence[HistoryItem]) -> list[HistoryItem]:
    """As much of the end of the history as the vendor takes."""
    kept: list[HistoryItem] = []
    size = 0
    for item in reversed([item for item in history if item.text]):
        size += size_bytes(item.text)
        if len(kept) == MAX_HISTORY_ITEMS or size > MAX_HISTORY_BYTES:
            break
        kept.append(item)
    return kept[::-1]


def _history_item(item: HistoryItem) -> dict[str, object]:
    content = [{"type": _CONTENT_TYPE[item.role], "text": item.text}]
    return {"type": "message", "role": _ROLE[item.role], "content": content}
