"""What is wrong, in one line for each mistake: key, value, where it came from, what is allowed."""

import json
import re
from collections.abc import Iterator
from typing import Any

from pydantic_core import ErrorDetails

from appliance.settings.credentials import masked, names_a_secret
from appliance.settings.keys import LISTS, Key, allowed, field_of, is_section, nearest
from appliance.settings.section import Conflict
from appliance.settings.tree import Tree

MAX_SHOWN_CHARACTERS = 80
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def toml_value(value: Any) -> str:
    """`value` as TOML writes it, on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, str):
        return plain(json.dumps(value, ensure_ascii=False))
    if isinstance(value, dict):
        entries = ", ".join(f"{_toml_key(key)} = {toml_value(entry)}" for key, entry in value.items())
        return f"{{ {entries} }}" if entries else "{}"
    if isinstance(value, list):
        return f"[{', '.join(toml_value(entry) for entry in value)}]"
    return str(value)


def _toml_key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else toml_value(key)


def plain(text: str) -> str:
    """`text` with everything unprintable escaped, as TOML would have it."""
    return "".join(
        c if c.isprintable() else f"\\u{ord(c):04x}" if c < "\U00010000" else f"\\U{ord(c):08x}" for c in text
    )


def shown_value(path: Key, value: Any) -> str:
    """`value` as a mistake may show it: short, and never with a key in it."""
    if isinstance(value, dict | list | tuple):
        opened, closed = "{}" if isinstance(value, dict) else "[]"
        return f"{opened}{'…' if value else ''}{closed}"
    text = toml_value(masked(path[-1], value) if isinstance(value, str) else value)
    if names_a_secret(path[-1]) and not isinstance(value, str):
        text = "***"
    return text if len(text) <= MAX_SHOWN_CHARACTERS else f"{text[:MAX_SHOWN_CHARACTERS]}…"


def describe_errors(errors: list[ErrorDetails], tree: Tree) -> Iterator[str]:
    """A line for each mistake that validation found in `tree`."""
    for error in errors:
        path = tuple(str(segment) for segment in error["loc"] if segment != "[key]")
        match error["type"]:
            case "conflicts":
                for conflict in error["ctx"]["conflicts"]:
                    yield _conflict(path, conflict, tree)
            case "missing":
                parent = path[:-1]
                where = f"{plain(tree.shown(parent))}: {path[-1]} is missing ({tree.origin(parent)})"
                yield f"{where}: {_expected(path)}"
            case "extra_forbidden":
                meant = nearest(path)
                hint = f"; did you mean {tree.shown(meant).replace('*', 'NAME')}?" if meant else ""
                yield f"{_assigned(path, error['input'], tree)}: there is no such key{hint}"
            case "rule":
                yield f"{_assigned(path, error['input'], tree)}: {error['ctx']['words']}"
            case _:
                yield f"{_assigned(path, error['input'], tree)}: {_expected(path)}"


def _assigned(path: Key, value: Any, tree: Tree) -> str:
    return f"{plain(tree.shown(path))} = {shown_value(path, value)} ({plain(tree.origin(path))})"


def _expected(path: Key) -> str:
    if path in LISTS:
        return f"write [[{'.'.join(path)}]] and its keys below"
    if is_section(path):
        return f"is a section; write [{'.'.join(path)}] and its keys below"
    return f"allowed is {allowed(path)}"


def _conflict(section: Key, conflict: Conflict, tree: Tree) -> str:
    path = (*section, *conflict.key.split("."))
    line = f"{_assigned(path, _effective(path, tree), tree)}: {conflict.must}"
    if conflict.other is None:
        return line
    other = (*section, *conflict.other.split("."))
    return f"{line} {_assigned(other, _effective(other, tree), tree)}"


def _effective(path: Key, tree: Tree) -> Any:
    given = tree.value(path)
    field = field_of(path)
    return field.default if given is None and field is not None else given
