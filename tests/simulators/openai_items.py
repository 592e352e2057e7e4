"""The items of a simulated conversation, and which of them a client may put into it. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.simulators.openai_script import SAMPLES_PER_MS

Event = dict[str, Any]

_CONTENT_TYPES = {"user": {"input_text"}, "system": {"input_text"}, "assistant": {"output_text"}}


class Refused(Exception):
    """An event of the client that the server answers with `error`."""

    def __init__(self, code: str, message: str, *, race: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.race = race


@dataclass
class Item:
    """One item of the conversation, as far as the server has made it.

    `about` is what its kind has beside the common keys: `role` and `content` of a message, `call_id`
    and the rest of a call or its output.
    """

    item_id: str
    kind: str
    about: Event
    status: str = "completed"
    samples: int = 0  # of sound that the server generated
    answered: bool = field(default=False)  # a call has its output

    @property
    def generated_ms(self) -> int:
        """Whole milliseconds of generated sound."""
        return self.samples // SAMPLES_PER_MS

    @property
    def text(self) -> str:
        """What a message of text says; of sound nothing."""
        return "".join(part.get("text", "") for part in self.about.get("content", ()))

    def on_wire(self) -> Event:
        """The item as events carry it: without its sound."""
        about = dict(self.about)
        if "content" in about:
            about["content"] = [dict(part) for part in about["content"]]
        common = {"id": self.item_id, "object": "realtime.item", "type": self.kind, "status": self.status}
        return common | about


def message(item_id: str, role: str, content: list[Event], status: str = "completed") -> Item:
    """A message of one of the two, or of the system."""
    return Item(item_id, "message", {"role": role, "content": content}, status)


def written_question(items: Mapping[str, Item]) -> Item | None:
    """The last message, where somebody wrote it to be answered."""
    messages = [item for item in items.values() if item.kind == "message"]
    last = messages[-1] if messages else None
    return last if last is not None and last.about["role"] == "user" and last.text else None


def item_of_client(item_id: str, item: Event, items: Mapping[str, Item]) -> Item:
    """The item that a client wants to put into the conversation `items`; `Refused` if it may not."""
    match item["type"]:
        case "message":
            return _message(item_id, item)
        case "function_call":
            if item.get("call_id") in _calls(items):
                raise Refused("invalid_value", f"there is a call {item['call_id']}")
            about = {key: item[key] for key in ("name", "call_id", "arguments")}
            return Item(item_id, "function_call", about)
        case "function_call_output":
            return _output(item_id, item, items)
        case other:
            raise Refused("simulator", f"this server plays no {other}")


def _message(item_id: str, item: Event) -> Item:
    role, content = item["role"], item["content"]
    if not content or any(part.get("type") not in _CONTENT_TYPES[role] for part in content):
        raise Refused("invalid_value", f"an item of {role} takes {_CONTENT_TYPES[role]}")
    if not all(part.get("text") for part in content):
        raise Refused("missing_required_parameter", "a text part without text")
    return message(item_id, role, content)


def _output(item_id: str, item: Event, items: Mapping[str, Item]) -> Item:
    call = _calls(items).get(item["call_id"])
    if call is None or call.status == "in_progress":
        raise Refused("invalid_tool_call_id", f"there is no call {item['call_id']}")
    if call.answered:
        raise Refused("invalid_tool_call_id", f"{item['call_id']} has its output")
    call.answered = True
    return Item(item_id, "function_call_output", {key: item[key] for key in ("call_id", "output")})


def _calls(items: Mapping[str, Item]) -> dict[str, Item]:
    return {item.about["call_id"]: item for item in items.values() if item.kind == "function_call"}


def parse(frame: str | bytes) -> Event:
    """The event in a client's frame; `Refused` if there is none."""
    if isinstance(frame, bytes):
        raise Refused("invalid_value", "all frames are text")
    try:
        event = json.loads(frame)
    except (ValueError, RecursionError) as error:
        raise Refused("invalid_value", f"no JSON: {type(error).__name__}") from error
    if not isinstance(event, dict) or not isinstance(event.get("type"), str):
        raise Refused("missing_required_parameter", "an event needs a type")
    return event
