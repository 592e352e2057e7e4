"""The support bundle: one compressed archive, for its owner alone, of redacted texts."""

import io
import json
import os
import subprocess
import tarfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from appliance.errors import ApplianceError, InputFileError
from appliance.service.report.parts import Part
from appliance.service.report.redaction import Redactor

# Of one part: ten times what the longest of them has. The end of it is kept.
MAX_PART_BYTES: Final = 2_000_000
_README: Final = "README.txt"


@dataclass(frozen=True, slots=True)
class Written:
    """A file of the bundle, and what it is."""

    name: str
    what: str
    size_bytes: int


def write_bundle(
    path: Path, parts: Iterable[Part], redactor: Redactor, busy: Callable[[str], None] = lambda name: None
) -> list[Written]:
    """Make each part, redact it and put it into `path`, which must not exist; mode 0600.

    Raises InputFileError where that cannot be written; then nothing is left behind.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise InputFileError(f"{path} exists already; name another file with -o") from None
    except OSError as error:
        raise InputFileError(f"{path} cannot be written: {error.strerror}") from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            return _write(file, path.name.partition(".")[0], parts, redactor, busy)
    except BaseException as error:
        with suppress(OSError):
            path.unlink()
        if isinstance(error, OSError):
            raise InputFileError(f"{path} cannot be written: {error.strerror}") from error
        raise


def _write(
    file: io.BufferedWriter,
    folder: str,
    parts: Iterable[Part],
    redactor: Redactor,
    busy: Callable[[str], None],
) -> list[Written]:
    written = []
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for part in parts:
            busy(part.what)
            content = _redacted(part, redactor).encode("utf-8", "replace")[-MAX_PART_BYTES:]
            _add(archive, f"{folder}/{part.name}", content)
            written.append(Written(part.name, part.what, len(content)))
        _add(archive, f"{folder}/{_README}", "".join(f"{line}\n" for line in contents(written)).encode())
    return written


def contents(written: Iterable[Written]) -> Iterator[str]:
    """What is in it, for a person."""
    for one in written:
        yield f"{one.name:14} {one.size_bytes:>8} bytes  {one.what}"


def _redacted(part: Part, redactor: Redactor) -> str:
    """The text of a part as it may be given away; what is JSON stays so."""
    text = _text_of(part)
    if part.name.endswith(".json"):
        with suppress(ValueError):
            return json.dumps(redactor.redact_json(json.loads(text)), ensure_ascii=False, indent=2)
    return redactor.redact(text)


def _text_of(part: Part) -> str:
    """A part that cannot be made says why: the others help all the same."""
    try:
        return part.text()
    except (ApplianceError, OSError, subprocess.SubprocessError, ValueError) as error:
        return f"this could not be made: {type(error).__name__}: {error}\n"


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    entry.mode = 0o600
    entry.mtime = time.time()
    archive.addfile(entry, io.BytesIO(content))
