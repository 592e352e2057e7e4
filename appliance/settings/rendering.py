"""The effective settings as the owner may read them: every key, its origin and its range, no secret."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from appliance.settings.credentials import masked
from appliance.settings.keys import KEYS, Key, allowed, is_choice, list_of
from appliance.settings.load import Loaded
from appliance.settings.mistakes import toml_value
from appliance.settings.realtime import keys_of_no_use
from appliance.settings.tree import BUILT_IN


@dataclass(frozen=True, slots=True)
class Row:
    """One key: its dotted name, its value as TOML (masked; empty where it has none, not even a default),
    where that came from, what is allowed."""

    key: str
    value: str
    origin: str
    allowed: str


def describe(loaded: Loaded) -> list[Row]:
    """A row for every key, in the order of the configuration file."""
    return [_row(loaded, path) for path in _paths(loaded)]


def render(loaded: Loaded) -> str:
    """The effective settings as TOML that can be used as a configuration file, with comments."""
    lines = ["# The effective settings; later sources win: built-in < profiles < files < environment < --set"]
    table: Key = ()
    for path in _paths(loaded):
        if path[:-1] != table:
            table = path[:-1]
            lines += ["", _header(table)]
        row = _row(loaded, path)
        origin = "" if row.origin == BUILT_IN else f"; from {row.origin}"
        given = f"{path[-1]} = {row.value}" if row.value else f"# {path[-1]} is not given"
        lines.append(f"{given}  # {row.allowed}{origin}")
    return "\n".join(lines) + "\n"


def _header(table: Key) -> str:
    """The line that begins a table; one within a list's table belongs to that above it."""
    length = len(list_of(table))
    if not length:
        return f"[{'.'.join(table)}]"
    name = ".".join((*table[:length], *table[length + 1 :]))
    return f"[{name}]" if len(table) > length + 1 else f"[[{name}]]"


def _paths(loaded: Loaded) -> Iterator[Key]:
    done: set[Key] = set()
    for path in KEYS:
        tables = list_of(path)
        if not tables:
            yield path
        elif tables not in done:
            done.add(tables)
            yield from _paths_of_list(loaded, tables)


def _paths_of_list(loaded: Loaded, tables: Key) -> Iterator[Key]:
    """The keys of each table of a list; of a provider those that its kind has a use for, and any given."""
    for index, table in enumerate(_value(loaded, tables)):
        kind = getattr(table, "kind", "")
        unused = {(key,) for key in keys_of_no_use(kind)} if kind else set()
        for path, field in KEYS.items():
            rest = path[len(tables) + 1 :]
            if list_of(path) != tables or (len(rest) > 1 and kind != "cascade"):
                continue
            place = (*tables, str(index), *rest)
            if rest not in unused or _value(loaded, place) != field.get_default(call_default_factory=True):
                yield place


def _value(loaded: Loaded, path: Key) -> Any:
    value: Any = loaded.settings
    for segment in path:
        value = value[int(segment)] if isinstance(value, tuple) else getattr(value, segment)
    return list(value) if isinstance(value, tuple) else value


def _row(loaded: Loaded, path: Key) -> Row:
    value = _value(loaded, path)
    text = "" if value is None else toml_value(value if is_choice(path) else _masked(path[-1], value))
    return Row(loaded.tree.shown(path), text, loaded.tree.origin(path), allowed(path))


def _masked(key: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _masked(name, entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [_masked(key, entry) for entry in value]
    return masked(key, value) if isinstance(value, str) else value
