"""From the lines of an event log to events, and from an event to values that can be trusted."""

import json
from collections.abc import Iterable, Mapping

from appliance.errors import InputFileError

Event = Mapping[str, object]

# Instants beyond this are mistakes: a hundred days.
_LIMIT_MS = 100 * 86_400_000.0
# Characters kept of one text: an answer of 240 s has about 5000.
_LIMIT_CHARACTERS = 8000


def read_events(lines: Iterable[str]) -> list[dict[str, object]]:
    """The events of a log; empty lines are skipped, and a last one that was cut off in the writing.

    InputFileError names the first line (counted from 1) that is no JSON object.
    """
    events: list[dict[str, object]] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            if events and not line.endswith("\n"):
                break
            event = None
        if not isinstance(event, dict):
            raise InputFileError(f"Line {number} is no JSON object, so this is no event log.")
        events.append(event)
    return events


def number(event: Event, name: str) -> float | None:
    """The member `name` where it is a number of a sane size; None otherwise."""
    value = event.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) <= _LIMIT_MS else None


def duration(event: Event, name: str) -> float | None:
    """As `number`, and not negative."""
    value = number(event, name)
    return value if value is not None and value >= 0 else None


def text(event: Event, name: str) -> str:
    """The member `name` where it is a text, its white space made one; empty otherwise."""
    value = event.get(name)
    return " ".join(value[:_LIMIT_CHARACTERS].split()) if isinstance(value, str) else ""


def turn_number(event: Event) -> int | None:
    """The turn that `event` belongs to."""
    value = number(event, "turn")
    return int(value) if value is not None and value.is_integer() else None


def instant_ms(event: Event) -> float | None:
    """When it happened, also where it was logged too late to be sorted in."""
    was_ms = number(event, "was_ms")
    return number(event, "t_ms") if was_ms is None else was_ms
