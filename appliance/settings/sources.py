"""Where settings come from: files, the environment, `--set`. Each later one wins."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from appliance.settings.credentials import masked
from appliance.settings.keys import KEYS, SECTIONS, Key, wants_text

DEFAULT_FILE = Path("/etc/voice-appliance/config.toml")
ENVIRONMENT_PREFIX = "APPLIANCE_"
MAX_FILE_BYTES = 1 << 20  # thousands of times what a configuration needs
_WITHOUT_SECTION = frozenset(path for path in KEYS if len(path) == 1)


class UnreadableSourceError(Exception):
    """A source that cannot be understood; the text says which and why."""


def read_file(file: Path) -> dict[str, Any]:
    """The tables of a TOML file. Raises UnreadableSourceError."""
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_FILE_BYTES + 1)
    except OSError as failure:
        raise UnreadableSourceError(f"{file}: {failure.strerror}") from None
    if len(content) > MAX_FILE_BYTES:
        raise UnreadableSourceError(f"{file}: is longer than {MAX_FILE_BYTES} bytes")
    try:
        return tomllib.loads(content.decode("utf-8-sig") + "\n")
    except UnicodeDecodeError as failure:
        line = content[: failure.start].count(b"\n") + 1
        raise UnreadableSourceError(f"{file}: is not UTF-8 text (at line {line})") from None
    except ValueError as failure:
        raise UnreadableSourceError(f"{file}: is not valid TOML: {failure}") from None
    except RecursionError:
        raise UnreadableSourceError(f"{file}: is nested too deeply") from None


def environment(environ: Mapping[str, str]) -> Iterator[tuple[Key, str, str]]:
    """Key, text and variable of each `APPLIANCE_SECTION__KEY`, and of a key without a section, by name."""
    for variable in sorted(environ):
        path = tuple(variable.removeprefix(ENVIRONMENT_PREFIX).lower().split("__"))
        if variable.startswith(ENVIRONMENT_PREFIX) and (len(path) > 1 or path in _WITHOUT_SECTION):
            yield path, environ[variable], variable


def overlooked(environ: Mapping[str, str]) -> list[str]:
    """A warning for each variable that looks like a setting but has not the two underscores of one."""
    sections = tuple(
        f"{ENVIRONMENT_PREFIX}{section[0].upper()}_" for section in SECTIONS if len(section) == 1
    )
    return [
        f"{variable} is ignored: between section and key stand two underscores"
        for variable in sorted(environ)
        if variable.startswith(sections) and "__" not in variable
    ]


def assignment(text: str) -> tuple[Key, str]:
    """Key and value text of a `--set key=value`. Raises UnreadableSourceError."""
    key, equals, value = text.partition("=")
    path = tuple(segment.strip() for segment in key.split("."))
    if not equals or not all(path):
        raise UnreadableSourceError(f"--set {masked('', key.strip())}: write section.key=value")
    return path, value.strip()


def value_of(path: Key, text: str) -> Any:
    """What `text` means for the key: TOML, but text where text is wanted needs no quotes."""
    try:
        document = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    value = document["value"]
    if len(document) > 1 or (wants_text(path) and not isinstance(value, str)):
        return text
    return value
