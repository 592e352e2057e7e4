"""The raw configuration while it is put together: values by key, and where each came from."""

from typing import Any

from appliance.settings.keys import Key

BUILT_IN = "built-in"


class NoSuchPlaceError(Exception):
    """A dotted key leads through something that has no keys; the text says what is there instead."""


class Tree:
    """Nested tables as TOML has them, later sources over earlier ones, the origin of each node beside."""

    def __init__(self) -> None:
        self.tables: dict[str, Any] = {}
        self._origins: dict[Key, str] = {}

    def origin(self, path: Key) -> str:
        """Where the value at `path` came from: a file, a variable, `--set`, or `built-in`."""
        return self._origins.get(path, BUILT_IN)

    def merge(self, tables: dict[str, Any], origin: str) -> None:
        """Put a whole document over what is there: tables key by key, everything else replaced."""
        self._merge_into(self.tables, tables, (), origin)

    def merge_below(self, tables: dict[str, Any], origin: str) -> None:
        """Put a whole document under what is there: it counts where nothing was said yet."""
        self._fill_in(self.tables, tables, (), origin)

    def put(self, path: Key, value: Any, origin: str) -> None:
        """Set one dotted key; below `providers` an element goes by its name or its index.

        Raises NoSuchPlaceError when there is no table at that place.
        """
        node: Any = self.tables
        place: Key = ()
        for segment in path[:-1]:
            if isinstance(node, list):
                segment = _index(node, segment)
                node = node[int(segment)]
            else:
                node = node.setdefault(segment, {})
            place = (*place, segment)
            if not isinstance(node, dict | list):
                raise NoSuchPlaceError(f"{'.'.join(place)} is not a section")
        if isinstance(node, list):
            raise NoSuchPlaceError(f"write {'.'.join(place)}.NAME.KEY")
        self._merge_into(node, {path[-1]: value}, place, origin)

    def value(self, path: Key) -> Any:
        """What was given for `path`; None if nothing was."""
        found: Any = self.tables
        for segment in path:
            if isinstance(found, list):
                found = found[int(segment)]
            else:
                found = found.get(segment) if isinstance(found, dict) else None
        return found

    def shown(self, path: Key) -> str:
        """`path` dotted, a table of a list by its name where it has one of its own."""
        shown: list[str] = []
        for place, segment in enumerate(path):
            elements = self.value(path[:place]) if segment.isdigit() else None
            names = _names(elements) if isinstance(elements, list) else []
            name = names[int(segment)] if names else ""
            shown.append(name if names.count(name) == 1 and name else segment)
        return ".".join(shown)

    def _merge_into(self, table: dict[str, Any], update: dict[str, Any], place: Key, origin: str) -> None:
        for key, value in update.items():
            path = (*place, key)
            if isinstance(value, dict) and isinstance(table.get(key), dict):
                self._origins[path] = origin
                self._merge_into(table[key], value, path, origin)
            else:
                table[key] = value
                self._forget_below(path)
                self._note(path, value, origin)

    def _fill_in(self, table: dict[str, Any], below: dict[str, Any], place: Key, origin: str) -> None:
        for key, value in below.items():
            path = (*place, key)
            if key not in table:
                table[key] = value
                self._note(path, value, origin)
            elif isinstance(value, dict) and isinstance(table[key], dict):
                self._fill_in(table[key], value, path, origin)

    def _forget_below(self, path: Key) -> None:
        for known in [known for known in self._origins if known[: len(path)] == path]:
            del self._origins[known]

    def _note(self, path: Key, value: Any, origin: str) -> None:
        self._origins[path] = origin
        children = (
            value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else ())
        )
        for key, child in children:
            self._note((*path, str(key)), child, origin)


def _index(elements: list[Any], segment: str) -> str:
    """The index of the element that `segment` means: by its `name`, or a number."""
    names = _names(elements)
    for index, name in enumerate(names):
        if segment in (name, name.replace("-", "_")):  # an environment variable cannot hold a hyphen
            return str(index)
    if segment.isascii() and segment.isdigit() and len(segment) < 4 and int(segment) < len(elements):
        return str(int(segment))
    raise NoSuchPlaceError(f"none is named {segment}; there are: {', '.join(filter(None, names))}")


def _names(elements: list[Any]) -> list[str]:
    names = [element.get("name") if isinstance(element, dict) else None for element in elements]
    return [name if isinstance(name, str) else "" for name in names]
