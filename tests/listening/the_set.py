"""The set as files, in a folder outside of the repository: made once, the same on every machine."""

import hashlib
import os
import sys
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import numpy as np

from tests.listening.cases import (
    ANSWER_RATE_HZ,
    Case,
    Half,
    Made,
    read_manifest,
    write_manifest,
    write_wav,
)
from tests.listening.conditions import CONDITIONS

# What the samples of a case follow from. A change in one of them makes a new set, beside the old one.
MADE_BY = (
    "cases",
    "conditions",
    "conditions_answer",
    "conditions_wake",
    "echo_path",
    "mixing",
    "rooms",
    "sounds",
    "voices",
)
# How many cases these have is a matter of hours.
BY_THE_HOUR = ("own voice", "no wake word", *(name for name in CONDITIONS if name.startswith("hours of")))


def cache_folder() -> Path:
    """`$LISTENING_CACHE`, else `voice-appliance-listening` where the user's caches are."""
    chosen = os.environ.get("LISTENING_CACHE")
    if chosen:
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "voice-appliance-listening"


def set_version() -> str:
    """Of the code that makes it."""
    here = Path(__file__).parent
    sources = b"".join((here / f"{name}.py").read_bytes() for name in MADE_BY)
    return hashlib.sha256(sources).hexdigest()[:10]


def set_folder(half: Half) -> Path:
    """Where the cases of this half are."""
    return cache_folder() / f"set-{set_version()}" / half


def make(half: Half, conditions: Iterable[str], hours: float, first: int | None = None) -> list[Case]:
    """The cases of these conditions (of each the `first` ones, None: all), made where they are not there
    yet; a condition that was broken off is made anew."""
    folder = set_folder(half)
    folder.mkdir(parents=True, exist_ok=True)
    cases: list[Case] = []
    for condition in conditions:
        manifest = folder / f"{condition.replace(' ', '-')}{_part(condition, hours, first)}.json"
        if not manifest.exists():
            print(f"… making {condition}, {half}", file=sys.stderr, flush=True)
            made = [_keep(one, folder) for one in islice(CONDITIONS[condition](half, hours), first)]
            write_manifest(manifest, made)
        cases += read_manifest(manifest)
    return cases


def _part(condition: str, hours: float, first: int | None) -> str:
    if first is not None:
        return f"@first-{first}"
    return f"@{hours:g}h" if condition in BY_THE_HOUR else ""


def _keep(made: Made, folder: Path) -> Case:
    write_wav(folder / made.case.file, made.near)
    if made.answer is not None:
        write_wav(folder / made.case.answer, made.answer, ANSWER_RATE_HZ)
    if made.room is not None:
        np.save(folder / made.case.room, made.room.astype(np.float32))
    return made.case
