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
        if isinstance(value, dict) and isinstance(known.get(key), dict) and key != "format":
            merge(known[key], value)
        else:
            known[key] = copy.deepcopy(value)
