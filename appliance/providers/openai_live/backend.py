"""The work that the model gives to the vendor's backend, a Responses model, which may call our tools. Pure.

A response of the backend tells its calls and completes; each result is told, and once all calls of the
session have one, `response.create` lets it go on (the vendor refuses a part of them). What comes of it is
spoken by the voice model.
"""

from collections import OrderedDict
from dataclasses import dataclass

from appliance.conversation.vocabulary import TOOL_ARGUMENTS_MAX_CHARS, UsageUnit
from appliance.errors import ProtocolViolation
from appliance.providers.from_peer import Fields, tokens
from appliance.providers.openai import reader

# Responses at once, calls of one, calls without a result, and ids of calls that were made: more is broken.
MAX_RUNNING = 16
MAX_CALLS = 32
MAX_OPEN_CALLS = 64
MAX_REMEMBERED = 256

_GIVEN_UP = frozenset({"response.failed", "response.incomplete", "response.cancelled"})


@dataclass(frozen=True, slots=True)
class Call:
    """A function that the backend calls."""

    call: str
    name: str
    arguments: str


class Backend:
    """Which responses run, and which calls wait for their result; bounds as above."""

    def __init__(self) -> None:
        self._running: dict[str, list[Call]] = {}
        self._open: OrderedDict[str, None] = OrderedDict()
        self._made: OrderedDict[str, None] = OrderedDict()

    @property
    def busy(self) -> bool:
        """Whether something is still to come of it."""
        return bool(self._running or self._open)

    def on_event(self, delegation: str, event: Fields) -> list[Call]:
        """An event of the backend; the calls to be made because of it."""
        kind = reader.optional_text(event, "type")
        if kind == "response.created":
            self._running[delegation] = []
            if len(self._running) > MAX_RUNNING:
                raise ProtocolViolation(f"the server runs more than {MAX_RUNNING} responses at once")
        elif kind == "response.output_item.done" and delegation in self._running:
            self._note(self._running[delegation], reader.mapping(event, "item"))
        elif kind == "response.completed":
            return self._complete(self._running.pop(delegation, []))
        elif kind in _GIVEN_UP:
            self._running.pop(delegation, None)
        return []

    def told(self, call: str) -> bool:
        """The result of `call` is told; False for a call that waits for none."""
        return self._open.pop(call, _NOT_OPEN) is None

    @property
    def may_go_on(self) -> bool:
        """Whether all results were told."""
        return not self._open

    def _note(self, calls: list[Call], item: Fields) -> None:
        if item.get("type") != "function_call" or item.get("status") == "incomplete":
            return
        arguments = reader.bounded_text(item, "arguments", TOOL_ARGUMENTS_MAX_CHARS)
        calls.append(Call(reader.identifier(item, "call_id"), reader.identifier(item, "name"), arguments))
        if len(calls) > MAX_CALLS:
            raise ProtocolViolation(f"the server called more than {MAX_CALLS} tools at once")

    def _complete(self, calls: list[Call]) -> list[Call]:
        new = []
        for call in calls:
            if call.call in self._made:
                continue
            self._made[call.call] = self._open[call.call] = None
            new.append(call)
        if len(self._open) > MAX_OPEN_CALLS:
            raise ProtocolViolation(f"the server called more than {MAX_OPEN_CALLS} tools")
        while len(self._made) > MAX_REMEMBERED:
            self._made.popitem(last=False)
        return new


def tokens_of(event: Fields) -> dict[UsageUnit, int]:
    """What a response of the backend cost, where `event` tells; the vendor counts these besides the time."""
    usage = reader.optional_mapping(reader.optional_mapping(event, "response"), "usage")
    cached = tokens(reader.optional_mapping(usage, "input_tokens_details"), "cached_tokens")
    return {
        UsageUnit.INPUT_TEXT_TOKENS: max(0, tokens(usage, "input_tokens") - cached),
        UsageUnit.INPUT_CACHED_TEXT_TOKENS: cached,
        UsageUnit.OUTPUT_TEXT_TOKENS: tokens(usage, "output_tokens"),
    }


_NOT_OPEN = object()
