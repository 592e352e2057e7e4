"""Tools as OpenAI's protocols declare them. Pure."""

import json
from typing import Any

from appliance.conversation.vocabulary import ToolDeclaration


def function_of(tool: ToolDeclaration) -> dict[str, Any]:
    """What is said of a function."""
    return {
        "name": tool.name,
        "description": tool.description,
        "parameters": json.loads(tool.parameters),
    }


def functions_of(tools: tuple[ToolDeclaration, ...]) -> list[dict[str, Any]]:
    """The `tools` of a session or a response."""
    return [{"type": "function", **function_of(tool)} for tool in tools]
