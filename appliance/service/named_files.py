"""Whether the files that somebody names can be what he names them for. Nothing is opened."""

import os
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path

from appliance.errors import InputFileError


def refuse_one_for_two(files: Mapping[str, Path]) -> None:
    """Raises InputFileError where two of `files`, by what they are for, are the same: one of them would
    overwrite the other. A device such as /dev/null may be as many as it likes."""
    for (use, path), (other_use, other) in combinations(files.items(), 2):
        if _same(path, other) and not path.is_char_device():
            raise InputFileError(
                f"{path} is named as {use} and as {other_use}; name another file for one of them"
            )


def refuse_pipe(path: Path) -> None:
    """Raises InputFileError where `path` is there and is no regular file: a pipe would be waited for
    without an end, and sound is not read from front to back."""
    if path.exists() and not path.is_file():
        raise InputFileError(f"{path} is no regular file; copy the sound into one first")


def _same(path: Path, other: Path) -> bool:
    try:
        return path.resolve() == other.resolve() or os.path.samefile(path, other)
    except OSError:  # one of them is not there yet
        return False
