"""What a provider's session is told beyond what the settings know: a table that is passed on unchanged."""

import json
from collections.abc import Mapping
from typing import Any, Final

# As JSON: a session of OpenAI, written out whole, has some 2 kB.
MAX_EXTRA_CHARACTERS: Final = 16_384


def extra_mistake(table: Mapping[str, Any]) -> str | None:
    """What is wrong with the table; None where it is in order."""
    try:
        text = json.dumps(table, allow_nan=False)
    except (TypeError, ValueError):
        return "may hold texts, numbers, true, false, lists and tables, but no day, time, inf or nan"
    if len(text) > MAX_EXTRA_CHARACTERS:
        return f"is longer than {MAX_EXTRA_CHARACTERS} characters"
    return None
