"""An MCP server of 2025, written by hand: `python -m tests.skills.mcp_old`.

Its tool `build` gives it another one, `flood` a line that does not end; after `lock` it lists none any more.
"""

import json
import sys
from typing import Any

TOOLS = ["build", "flood", "lock"]


def answer(method: str, tool: str) -> dict[str, Any] | None:
    """The result of a request; None where there is no such method."""
    match method:
        case "initialize":
            return {
                "protocolVersion": "2025-06-18",
                "capabilities": {"tools": {"listChanged": True}},
                "serverInfo": {"name": "old", "version": "1"},
            }
        case "tools/list" if TOOLS:
            return {"tools": [{"name": name, "inputSchema": {"type": "object"}} for name in TOOLS]}
        case "tools/call" if tool == "flood":
            while True:
                sys.stdout.write("x" * 65_536)
        case "tools/call":
            if tool == "lock":
                TOOLS.clear()
            else:
                TOOLS.append("shed")
            say({"method": "notifications/tools/list_changed"})
            return {"content": [{"type": "text", "text": "done"}]}
    return None


def say(message: dict[str, Any]) -> None:
    """One line."""
    print(json.dumps({"jsonrpc": "2.0", **message}), flush=True)


def main() -> None:
    """Until nobody writes any more."""
    for line in sys.stdin:
        request = json.loads(line)
        if "id" in request:
            result = answer(request["method"], request.get("params", {}).get("name", ""))
            refused = {"error": {"code": -32601, "message": "no such method"}}
            say({"id": request["id"], **({"result": result} if result is not None else refused)})


if __name__ == "__main__":
    main()
