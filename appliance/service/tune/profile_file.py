"""The profile that is written: whole, and never over one that somebody has changed since."""

import hashlib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from appliance.errors import InputFileError
from appliance.settings.mistakes import toml_value
from appliance.settings.profiles import FOLDER, NAME
from appliance.settings.sources import DEFAULT_FILE

_MARK: Final = "# Written by `appliance tune`; of what follows the digest is "
_MARKED: Final = re.compile(re.escape(_MARK) + r"([0-9a-f]{16})\n")


def place_of(name: str, system: Path = DEFAULT_FILE.parent) -> Path:
    """Where the profile `name` is written: beside the installed configuration where this user may write
    there, else here. Raises InputFileError for what is no name of a profile."""
    if not NAME.fullmatch(name):
        raise InputFileError(
            f"{name!r} is no name of a profile: give up to 32 lower-case letters, digits and -"
        )
    folder = system / FOLDER
    may_write = os.access(folder if folder.exists() else system, os.W_OK)
    return (folder if may_write else Path()) / f"{name}.toml"


def profile_text(hearing: Mapping[str, float | int | str], comments: list[str]) -> str:
    """The file: `comments` in front, then the keys of [hearing]."""
    said = "".join(f"# {line}\n" for line in comments)
    keys = "".join(f"{key} = {toml_value(value)}\n" for key, value in hearing.items())
    body = f"{said}\n[hearing]\n{keys}"
    return f"{_MARK}{_digest(body)}\n{body}"


def write_profile(path: Path, text: str) -> Path:
    """Write it to `path`, or beside it as NAME.toml.new where that was changed by hand; which one it was.

    Raises InputFileError.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        target = path if _is_ours(path) else path.with_name(f"{path.name}.new")
        fresh = target.with_name(f"{target.name}~")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(target)
    except OSError as error:
        raise InputFileError(f"The profile {path} cannot be written: {error.strerror}") from error
    return target


def _is_ours(path: Path) -> bool:
    """Whether nobody would miss what stands there."""
    if not path.exists():
        return True
    text = path.read_text(encoding="utf-8", errors="replace")
    marked = _MARKED.match(text)
    return marked is not None and _digest(text[marked.end() :]) == marked[1]


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()[:16]
