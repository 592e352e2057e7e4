"""A little MCP server to be called in tests: `python -m tests.skills.mcp_house [PORT]`.

Without PORT it speaks over standard input and output; with it streamable HTTP on the loopback. With
MCP_HOUSE_KEY in its environment it wants that key as bearer token.
"""

import asyncio
import os
import sys
from typing import Any

from mcp.server import MCPServer
from mcp.server.mcpserver import Context

house = MCPServer("house")


@house.tool()
def add(a: int, b: int) -> str:
    """Add two
    numbers."""
    return str(a + b)


@house.tool()
async def hang() -> str:
    """Never answer."""
    await asyncio.Event().wait()
    return ""


@house.tool()
def crash() -> str:
    """End the server."""
    os._exit(3)


@house.tool()
def environment() -> str:
    """Tell the names in the environment."""
    return " ".join(sorted(os.environ))


@house.tool()
def much(characters: int) -> str:
    """Give a long text."""
    return "x" * characters


@house.tool()
def fail() -> str:
    """Fail."""
    raise ValueError("the cellar is locked")


def shed() -> str:
    """Look into the shed."""
    return "a spade"


@house.tool()
async def build(context: Context) -> str:
    """Offer one tool more."""
    house.add_tool(shed)
    await context.notify_tools_changed()
    return "done"


class BearerOnly:
    """Lets nobody in who has not the key."""

    def __init__(self, app: Any, key: str) -> None:
        self._app = app
        self._wanted = f"Bearer {key}".encode()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and dict(scope["headers"]).get(b"authorization") != self._wanted:
            await send({"type": "http.response.start", "status": 401, "headers": []})
            await send({"type": "http.response.body", "body": b""})
        else:
            await self._app(scope, receive, send)


def serve_http(port: int) -> None:
    """Until it is killed."""
    import uvicorn

    app: Any = house.streamable_http_app()
    if key := os.environ.get("MCP_HOUSE_KEY"):
        app = BearerOnly(app, key)
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        serve_http(int(sys.argv[1]))
    else:
        house.run()
