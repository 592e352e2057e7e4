"""Tools as the vendor declares them: a subset of OpenAPI's schema, its types in capitals. Pure."""

import json
from collections.abc import Mapping
from typing import Any

from appliance.conversation.vocabulary import ToolDeclaration

# References within references: deeper than any tool's arguments, and an end to circles.
MAX_DEPTH = 16
_TYPES = frozenset({"STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT"})
# What means the same in both worlds.
_KEPT = (
    *("description", "title", "format", "pattern", "required", "minimum", "maximum"),
    *("minItems", "maxItems", "minLength", "maxLength", "nullable"),
)


def declarations(tools: tuple[ToolDeclaration, ...]) -> list[dict[str, Any]]:
    """`tools` in the vendor's shape; an empty list where there are none."""
    return [{"functionDeclarations": [_declaration(tool) for tool in tools]}] if tools else []


def _declaration(tool: ToolDeclaration) -> dict[str, Any]:
    declared: dict[str, Any] = {"name": tool.name, "description": tool.description}
    schema = json.loads(tool.parameters)
    if isinstance(schema, dict) and schema.get("properties"):  # an object without any is refused
        declared["parameters"] = vendor_schema(schema)
    return declared


def vendor_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON Schema as the vendor's `Schema`; what that cannot express is left out, so it allows more."""
    return _schema(schema, schema, 0)


def _schema(schema: Mapping[str, Any], root: Mapping[str, Any], depth: int) -> dict[str, Any]:
    if depth > MAX_DEPTH:
        return {"type": "OBJECT"}
    if isinstance(schema.get("$ref"), str):
        found = _referred(schema["$ref"], root)
        return _schema(found | {k: v for k, v in schema.items() if k != "$ref"}, root, depth + 1)
    made: dict[str, Any] = {key: schema[key] for key in _KEPT if key in schema}
    made |= _type(schema.get("type"))
    values = schema.get("enum", [schema["const"]] if "const" in schema else None)
    if values and all(isinstance(value, str) for value in values):  # of other types the vendor takes none
        made |= {"type": "STRING", "enum": list(values)}
    if isinstance(schema.get("items"), Mapping):
        made["items"] = _schema(schema["items"], root, depth + 1)
    if isinstance(schema.get("properties"), Mapping):
        made["type"] = "OBJECT"
        made["properties"] = {k: _schema(v, root, depth + 1) for k, v in schema["properties"].items()}
    return _with_choices(made, schema, root, depth)


def _with_choices(
    made: dict[str, Any], schema: Mapping[str, Any], root: Mapping[str, Any], depth: int
) -> dict[str, Any]:
    choices = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf") or []
    wanted = [choice for choice in choices if choice.get("type") != "null"]
    if len(wanted) < len(choices):
        made["nullable"] = True
    if len(wanted) == 1:
        return _schema(wanted[0], root, depth + 1) | made
    if wanted:
        made["anyOf"] = [_schema(choice, root, depth + 1) for choice in wanted]
    return made


def _type(named: object) -> dict[str, Any]:
    """ "string", or ["string", "null"]."""
    names = [named] if isinstance(named, str) else list(named) if isinstance(named, list) else []
    types = [name.upper() for name in names if isinstance(name, str) and name.upper() in _TYPES]
    made: dict[str, Any] = {"nullable": True} if "null" in names else {}
    if len(types) == 1:
        made["type"] = types[0]
    elif types:
        made["anyOf"] = [{"type": each} for each in types]
    return made


def _referred(reference: str, root: Mapping[str, Any]) -> dict[str, Any]:
    """What a reference within the same schema ("#/$defs/Colour") points at; anything where it is lost."""
    found: Any = root
    for step in reference.removeprefix("#/").split("/"):
        found = found.get(step) if isinstance(found, Mapping) else None
    return dict(found) if isinstance(found, Mapping) else {}
