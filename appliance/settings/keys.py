"""What can be configured: every key by its dotted name, and what it may be."""

import difflib
from collections.abc import Iterator
from typing import Annotated, Any, Literal, get_args, get_origin

from annotated_types import Ge, Le, MaxLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from appliance.settings.mcp import McpServer
from appliance.settings.options import Settings
from appliance.settings.provider import Provider
from appliance.settings.section import Allowed

Key = tuple[str, ...]
"""A dotted key, e.g. `("hearing", "max_turn_s")`; elements of a list of tables go by their index."""

LISTS: dict[Key, type[BaseModel]] = {("providers",): Provider, ("tools", "mcp"): McpServer}
"""The lists of tables, each with what its tables are."""

UNITS = {"ms": "ms", "s": "s", "db": "dB", "hz": "Hz"}


def _walk(model: type[BaseModel], prefix: Key) -> Iterator[tuple[Key, FieldInfo]]:
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _walk(kind, (*prefix, name))
        elif (*prefix, name) in LISTS:
            yield from _walk(LISTS[(*prefix, name)], (*prefix, name, "*"))
        else:
            yield (*prefix, name), field


KEYS: dict[Key, FieldInfo] = dict(_walk(Settings, ()))
SECTIONS: tuple[Key, ...] = tuple(
    dict.fromkeys(path[:depth] for path in KEYS for depth in range(1, len(path)))
)


def _general(path: Key) -> Key:
    length = len(list_of(path))
    return (*path[:length], "*", *path[length + 1 :]) if 0 < length < len(path) else path


def list_of(path: Key) -> Key:
    """The list of tables that `path` leads to or into; empty where there is none."""
    return next((known for known in LISTS if path[: len(known)] == known), ())


def field_of(path: Key) -> FieldInfo | None:
    """The field that decides about `path` (for an entry of a table of texts: that table)."""
    path = _general(path)
    return KEYS.get(path) or KEYS.get(path[:-1])


def is_section(path: Key) -> bool:
    """Whether keys stand below `path`."""
    return _general(path) in SECTIONS


def is_choice(path: Key) -> bool:
    """Whether the value of `path` is one of a few words, which keep no secret."""
    field = field_of(path)
    return field is not None and get_origin(field.annotation) is Literal


def wants_text(path: Key) -> bool:
    """Whether a value for `path` is text: then `--set` and the environment need no quotes."""
    field = field_of(path)
    if field is None:
        return False
    kind = get_origin(field.annotation) or field.annotation
    if kind is dict:
        return _general(path) not in KEYS and _bare(get_args(field.annotation)[1]) is str
    return kind in (str, Literal)


def _bare(kind: Any) -> Any:
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind


def allowed(path: Key) -> str:
    """The allowed values of `path` in words, with their unit; empty for an unknown key."""
    field = field_of(path)
    if field is None:
        return ""
    bounds: dict[type, Any] = {type(rule): rule for rule in field.metadata}
    if Allowed in bounds:
        return str(bounds[Allowed].words)
    kind = field.annotation
    if get_origin(kind) is Literal:
        return " | ".join(
            str(value).lower() if isinstance(value, bool) else value for value in get_args(kind)
        )
    if kind is bool:
        return "true | false"
    if Ge in bounds:
        unit = UNITS.get(path[-1].rpartition("_")[2], "")
        words = f"{bounds[Ge].ge:g}…{bounds[Le].le:g} {unit}".rstrip()
        return f"{words}, whole" if kind is int else words
    return f"text of at most {bounds[MaxLen].max_length} characters"


def nearest(path: Key) -> Key | None:
    """The known key or section that was probably meant by `path`: beside it, or of that name elsewhere."""
    known = [known for known in (*SECTIONS, *KEYS) if known[-1] != "*"]
    beside = {known[-1]: known for known in known if known[:-1] == _general(path)[:-1]}
    if close := difflib.get_close_matches(path[-1], beside, n=1):
        return (*path[:-1], close[0])
    elsewhere = {known[-1]: known for known in reversed(known)}
    close = difflib.get_close_matches(path[-1], elsewhere, n=1, cutoff=0.8)
    return elsewhere[close[0]] if close else None
