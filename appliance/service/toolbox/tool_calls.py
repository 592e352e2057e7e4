"""The tools that an answer waits for."""

from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

from appliance.conversation import vocabulary as v
from appliance.service.record import Record
from appliance.service.turns import Provider

# Calls that are known to have been made; of several turns, and a repetition comes at once or never. With
# arguments of the longest kind that is a megabyte.
MAX_REMEMBERED: Final = 64


class Tools(Protocol):
    """Whoever can run tools."""

    def run(self, call: v.ToolCall, done: Callable[[v.ToolDone], None]) -> None:
        """Run it; `done` is called once, on the event loop, at once or later. Never blocks or raises."""


class ToolCalls:
    """Runs what the provider calls, and tells it what that gave."""

    def __init__(
        self, tools: Tools, provider: Provider, record: Record, post: Callable[[v.ToolDone], None]
    ) -> None:
        self._tools = tools
        self._provider = provider
        self._record = record
        self._post = post
        self._running: dict[v.ToolCall, None] = {}  # in their order
        self._ran: deque[v.ToolCall] = deque(maxlen=MAX_REMEMBERED)

    def run(self, call: v.ToolCall) -> None:
        """Run the tool, once for each call: a provider that tells of it again means the same. Another one
        that goes on with the answer may give another call the same name."""
        if call not in self._running and call not in self._ran:
            self._running[call] = None
            self._tools.run(call, self._post)

    @property
    def running(self) -> bool:
        """Whether any tool runs."""
        return bool(self._running)

    def give_up(self) -> None:
        """Their time is up: whoever called them is told so, and what they give later is dropped."""
        for call in list(self._running):
            self._post(v.ToolDone(call, ok=False, output='{"error": "the tool took too long"}'))

    def done(self, event: v.ToolDone, turn: int | None) -> None:
        """A tool has finished, for better or worse; `turn` is the one that its answer belongs to."""
        call = event.call
        if call not in self._running:
            return
        del self._running[call]
        self._ran.append(call)
        if turn is not None:
            self._record.write("tool_call", turn=turn, name=call.name, ok=event.ok)
        self._provider.send(v.ToolResult(call.answer, call.call, event.output))

    def awaited_by(self, answer: int) -> bool:
        """Whether `answer` waits for a tool."""
        return any(call.answer == answer for call in self._running)
