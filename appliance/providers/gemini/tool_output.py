"""What a tool gave, as the vendor wants it: an object, where ours is JSON text of any kind. Pure."""

import json
from typing import Any


def response_of(output: str) -> dict[str, Any]:
    """{"error": …} for a tool that says so, else {"output": …}; what is no JSON is a text."""
    try:
        given = json.loads(output)
    except (ValueError, RecursionError):
        return {"output": output}
    if isinstance(given, dict) and set(given) == {"error"}:
        return given
    return {"output": given}
