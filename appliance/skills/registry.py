"""All tools by name, and what a call to any of them gives. Pure."""

from collections.abc import Awaitable, Iterable
from typing import Final

from appliance.conversation.vocabulary import ToolCall, ToolDeclaration
from appliance.skills.outcome import Outcome, ToolError, failed
from appliance.skills.tool import Tool

# Vendors take 128 and more, but a model that has to choose among so many chooses badly.
MAX_TOOLS: Final = 128


class Registry:
    """Who can be called, at most `MAX_TOOLS`; what comes later takes no name that is taken."""

    def __init__(self, tools: Iterable[Tool] = ()) -> None:
        self._tools: dict[str, Tool] = {}
        self.replace((), tools)

    @property
    def declarations(self) -> tuple[ToolDeclaration, ...]:
        """What the model is told, in the order in which they came."""
        return tuple(tool.declaration for tool in self._tools.values())

    def replace(self, old: Iterable[Tool], new: Iterable[Tool]) -> list[str]:
        """Put `new` in place of `old`; the names of those for which there was no place."""
        for tool in old:
            if self._tools.get(tool.declaration.name) is tool:
                del self._tools[tool.declaration.name]
        left_out = []
        for tool in new:
            name = tool.declaration.name
            if name in self._tools or len(self._tools) >= MAX_TOOLS:
                left_out.append(name)
            else:
                self._tools[name] = tool
        return left_out

    def call(self, call: ToolCall) -> Outcome | Awaitable[Outcome]:
        """What `call` gives, at once or to be awaited. Raises what is no fault of the model's."""
        tool = self._tools.get(call.name)
        if tool is None:
            return failed(f"there is no tool named {call.name}")
        try:
            return tool.call(call.arguments)
        except ToolError as refused:
            return failed(str(refused))
