"""The effective settings of a simulated session: the vendor's defaults, and sparse updates of them."""

import copy
from typing import Any


def fresh_session(model: str, session_id: str) -> dict[str, Any]:
    """What the vendor sets up before it was told anything; its own turn detection is on."""
    pcm = {"type": "audio/pcm", "rate": 24000}
    detection = {
        "type": "server_vad",
        "threshold": 0.5,
        "prefix_padding_ms": 300,
        "silence_duration_ms": 500,
        "create_response": True,
        "interrupt_response": True,
        "idle_timeout_ms": None,
    }
    return {
        "type": "realtime",
        "object": "realtime.session",
        "id": session_id,
        "expires_at": 0,
        "model": model,
        "output_modalities": ["audio"],
        "instructions": "The vendor's default instructions.",
        "tools": [],
        "tool_choice": "auto",
        "max_output_tokens": "inf",
        "truncation": "auto",
        "tracing": None,
        "include": None,
        "audio": {
            "input": {
                "format": dict(pcm),
                "turn_detection": detection,
                "noise_reduction": None,
                "transcription": None,
            },
            "output": {"format": dict(pcm), "voice": "alloy", "speed": 1.0},
        },
    }


def merge(known: dict[str, Any], change: dict[str, Any]) -> None:
    """A sparse update: what is absent keeps its value, null is a value."""
    for key, value in change.items():
        before = known.get(key)
        # Of another type it is another thing, whose keys have nothing to do with those before.
        same = (
            isinstance(value, dict) and isinstance(before, dict) and value.get("type") == before.get("type")
        )
        if same and key != "format":
            merge(known[key], value)
        else:
            known[key] = copy.deepcopy(value)


def mistake_in(session: dict[str, Any]) -> str | None:
    """What of an update is out of the vendor's range; None where nothing is."""
    output = (session.get("audio") or {}).get("output") or {}
    if not 0.25 <= output.get("speed", 1.0) <= 1.5:
        return "speed must be 0.25 to 1.5"
    if not 0.6 <= session.get("temperature", 0.8) <= 1.2:
        return "temperature must be 0.6 to 1.2"
    tokens = session.get("max_output_tokens", "inf")
    if tokens != "inf" and not 1 <= tokens <= 4096:
        return "max_output_tokens must be 1 to 4096, or inf"
    detection = ((session.get("audio") or {}).get("input") or {}).get("turn_detection")
    if detection and (detection.get("create_response", True) or detection.get("interrupt_response", True)):
        return "this server leaves asking and interrupting to the client"
    return None
