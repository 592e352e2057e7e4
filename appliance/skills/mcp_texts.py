"""What an MCP server offers and gives, as the model may see it: named, bounded. Pure."""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final, Protocol

from appliance.conversation.vocabulary import ToolDeclaration
from appliance.skills.outcome import Outcome, failed, gave

# What all vendors take for the name of a tool.
MAX_NAME_CHARS: Final = 64
# Every session is told all declarations, and the model reads them before each answer.
MAX_DESCRIPTION_CHARS: Final = 1_000
MAX_SCHEMA_CHARS: Final = 8_000
# Of the names in a sentence to the owner.
_MAX_NAMED: Final = 5
_NOT_IN_A_NAME: Final = re.compile(r"[^A-Za-z0-9_]+")


class OfferedTool(Protocol):
    """A tool as the server lists it (`mcp_types.Tool`)."""

    @property
    def name(self) -> str: ...
    @property
    def description(self) -> str | None: ...
    @property
    def input_schema(self) -> dict[str, Any]: ...


class GivenResult(Protocol):
    """What a call gave (`mcp_types.CallToolResult`)."""

    @property
    def content(self) -> Sequence[Any]: ...
    @property
    def structured_content(self) -> Any: ...
    @property
    def is_error(self) -> bool: ...


def declaration_of(server: str, tool: OfferedTool) -> ToolDeclaration | None:
    """The tool under the server's name; None where its schema is too long, or none of an object."""
    schema = json.dumps(tool.input_schema, ensure_ascii=False).encode("utf-8", "replace").decode()
    if len(schema) > MAX_SCHEMA_CHARS or tool.input_schema.get("type") != "object":
        return None
    name = _NOT_IN_A_NAME.sub("_", f"{server}_{tool.name}")[:MAX_NAME_CHARS]
    description = " ".join((tool.description or tool.name).split())[:MAX_DESCRIPTION_CHARS]
    return ToolDeclaration(name, description.encode("utf-8", "replace").decode(), schema)


def is_allowed(tool: str, allow: Iterable[str]) -> bool:
    """Whether the owner lets the model call it; an empty list allows all."""
    allowed = tuple(allow)
    return not allowed or tool in allowed


def named(tools: Sequence[str]) -> str:
    """The first of these names, as a sentence may have them: a server may call a tool anything."""
    shown = [_printable(name[:MAX_NAME_CHARS]) for name in tools[:_MAX_NAMED]]
    rest = len(tools) - len(shown)
    return ", ".join(shown) + (f" and {rest} more" if rest else "")


def one_line(text: str, most: int) -> str:
    """At most the first `most` characters of what a server may have written, as a sentence may have them."""
    return _printable(" ".join(text[:most].split()))


def outcome_of(result: GivenResult) -> Outcome:
    """Its text, else its structure; of pictures and sounds only that there are some."""
    texts = [_shown(block) for block in result.content]
    if result.is_error:
        return failed("\n".join(texts) or "the tool failed")
    if not texts and result.structured_content is not None:
        return gave(result.structured_content)
    return gave("\n".join(texts))


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)


def _shown(block: Any) -> str:
    text = getattr(block, "text", None)
    return text if isinstance(text, str) else f"({getattr(block, 'type', 'something')} that cannot be shown)"
