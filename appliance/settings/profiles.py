"""Profiles: settings that go together under a name, below everything that the owner says himself.

Some come with the program; others are the owner's, in a folder `profiles` beside his configuration.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from appliance.settings.keys import LISTS
from appliance.settings.sources import UnreadableSourceError, read_file
from appliance.settings.tree import BUILT_IN, Tree

SHIPPED: Final = Path(__file__).parent / "profiles"
FOLDER: Final = "profiles"
KEY: Final = ("profile",)
NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,31}")


@dataclass(frozen=True, slots=True)
class Profile:
    """What a profile says, and what its values are said to come from."""

    tables: dict[str, Any]
    origin: str


def names_in(given: str) -> list[str]:
    """The names of `profile = "…"`, in their order."""
    return [name for part in given.split(",") if (name := part.strip())]


def known_profiles(folders: Sequence[Path]) -> list[str]:
    """The names that can be given, sorted."""
    files = (file for folder in (SHIPPED, *folders) for file in folder.glob("*.toml"))
    return sorted({file.stem for file in files if NAME.fullmatch(file.stem)})


def read_profile(name: str, folders: Sequence[Path]) -> Profile:
    """The profile of that name: the owner's, from the first of `folders` that has it, or a shipped one.

    Raises UnreadableSourceError, also where there is none.
    """
    if NAME.fullmatch(name):
        for folder in folders:
            file = folder / f"{name}.toml"
            if file.is_file():
                return Profile(_tables(file), f"profile {name}, {file}")
        if (file := SHIPPED / f"{name}.toml").is_file():
            return Profile(_tables(file), f"profile {name}")
    known = ", ".join(known_profiles(folders))
    raise UnreadableSourceError(f"there is no profile {name}; there are {known}")


def _tables(file: Path) -> dict[str, Any]:
    tables = read_file(file)
    refused = [".".join(key) for key in (KEY, *LISTS) if _holds(tables, key)]
    if refused:
        raise UnreadableSourceError(f"{file}: {', '.join(refused)} cannot stand in a profile")
    return tables


def _holds(tables: dict[str, Any], key: Sequence[str]) -> bool:
    node: Any = tables
    for segment in key:
        if not isinstance(node, dict) or segment not in node:
            return False
        node = node[segment]
    return True


def outdone(profile: Profile, defaults: Tree, tree: Tree) -> Iterator[str]:
    """A warning for each source that says a built-in default where the profile says something else.

    Who copied a whole configuration has them all, and would wonder why a profile changes nothing.
    `defaults` holds the built-in value of every key.
    """
    by_origin: dict[str, list[str]] = {}
    for path, value in _leaves(profile.tables):
        given, origin = tree.value(path), tree.origin(path)
        if origin not in (BUILT_IN, profile.origin) and given != value and given == defaults.value(path):
            by_origin.setdefault(origin, []).append(".".join(path))
    for origin, keys in by_origin.items():
        yield (
            f"{profile.origin} has no say about {', '.join(keys)}: {origin} gives the built-in value;"
            " take that out if the profile is to decide"
        )


def _leaves(tables: dict[str, Any], place: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in tables.items():
        if isinstance(value, dict):
            yield from _leaves(value, (*place, key))
        else:
            yield (*place, key), value
