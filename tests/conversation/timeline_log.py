"""Logs to draw, and what a picture of one says."""

import json
from pathlib import Path
from xml.etree import ElementTree

Event = dict[str, object]
LOG = Path(__file__).with_name("two_turns.jsonl")
NAMESPACE = "{http://www.w3.org/2000/svg}"


def log() -> list[Event]:
    """A conversation of two turns with an interruption."""
    return [json.loads(line) for line in LOG.read_text().splitlines()]


def texts(picture: str) -> list[str]:
    """All that is written in a picture."""
    return [element.text or "" for element in ElementTree.fromstring(picture).iter(f"{NAMESPACE}text")]


def tooltips(picture: str) -> str:
    """All that is told of what one points at."""
    return "\n".join(
        element.text or "" for element in ElementTree.fromstring(picture).iter(f"{NAMESPACE}title")
    )


def spoken(number: int, start_ms: float) -> list[Event]:
    """A turn of 2 s and its answer of 3 s."""

    def event(at_ms: float, kind: str, **members: object) -> Event:
        return {"t_ms": start_ms + at_ms, "event": kind, "conversation": "c-1", "turn": number, **members}

    return [
        event(300, "turn_opened", onset_ms=start_ms + 300, prefix_ms=300),
        event(2000, "turn_committed", audio_ms=2000, cause="silence"),
        event(2100, "answer_started", provider="offline"),
        event(2200, "answer_audible"),
        event(5200, "answer_done", heard_ms=3000, complete=True),
    ]
