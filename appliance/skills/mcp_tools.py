"""The tools of one MCP server: listed, as many as a model can choose among, and called by their own names."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from pydantic_core import from_json

from appliance.conversation.vocabulary import ToolDeclaration
from appliance.skills.mcp_texts import declaration_of, is_allowed
from appliance.skills.outcome import Outcome, failed

if TYPE_CHECKING:
    from mcp import Client

# Tools of one server; a model that has to choose among more chooses badly.
MAX_TOOLS: Final = 64
_MAX_PAGES: Final = 16

Call = Callable[[str, dict[str, Any]], Awaitable[Outcome]]


class McpTool:
    """A `Tool` that is called at its server."""

    def __init__(self, call: Call, tool: str, declaration: ToolDeclaration) -> None:
        """`call(tool, arguments)` reaches the server, which calls it `tool`."""
        self._call = call
        self._tool = tool
        self.declaration = declaration

    def is_like(self, other: "McpTool") -> bool:
        """Whether both are declared alike, and called alike at the server."""
        return (self.declaration, self._tool) == (other.declaration, other._tool)

    async def call(self, arguments: str) -> Outcome:
        """See `Tool`."""
        try:
            found = from_json(arguments.strip() or "{}")
        except ValueError:
            return failed("the arguments are not valid JSON")
        if not isinstance(found, dict):
            return failed("the arguments must be a JSON object")
        return await self._call(self._tool, found)


async def list_tools(
    client: "Client", server: str, allow: Sequence[str], call: Call
) -> tuple[tuple[McpTool, ...], list[str]]:
    """What is offered of `allow` (empty: all), and the server's names of what no model could be told of.

    Raises what the package raises.
    """
    tools: dict[str, McpTool] = {}
    left_out: list[str] = []
    cursor: str | None = None
    for _ in range(_MAX_PAGES):
        page = await client.list_tools(cursor=cursor)
        for offered in page.tools:
            if not is_allowed(offered.name, allow):
                continue
            declaration = declaration_of(server, offered)
            if declaration is None or declaration.name in tools or len(tools) >= MAX_TOOLS:
                left_out.append(offered.name)
            else:
                tools[declaration.name] = McpTool(call, offered.name, declaration)
        cursor = page.next_cursor
        if not cursor:
            break
    return tuple(tools.values()), left_out
