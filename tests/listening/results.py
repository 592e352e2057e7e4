"""What was heard, kept: a run that was broken off goes on where it stopped."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.listening.cases import Case
from tests.listening.measures import Judged
from tests.listening.scoring import Heard, Turn
from tests.listening.systems import System


def to_json(heard: Heard) -> dict[str, Any]:
    """For a file."""
    return asdict(heard)


def from_json(read: dict[str, Any]) -> Heard:
    """Out of a file, or of what a peer's process tells."""
    turns = tuple(
        Turn(turn["opened_ms"], turn["start_ms"], tuple(turn["ends_ms"])) for turn in read.get("turns", ())
    )
    return Heard(
        turns=turns,
        stops_ms=tuple(read.get("stops_ms", ())),
        silent_ms=tuple((start, end) for start, end in read.get("silent_ms", ())),
        played_ms=read.get("played_ms", 0.0),
        spoke_ms=tuple(read.get("spoke_ms", ())),
        wakes_ms=tuple(read.get("wakes_ms", ())),
        words=read.get("words"),
        clean_words=read.get("clean_words"),
    )


class Results:
    """Of one system and one set, in a folder: a file for each case."""

    def __init__(self, root: Path, system: System, set_folder: Path) -> None:
        self._system = system
        self._set_folder = set_folder
        name = system.name.replace(" ", "-").replace("/", "-")
        self._folder = root / f"{name}-{system.version}" / set_folder.parent.name / set_folder.name
        self._folder.mkdir(parents=True, exist_ok=True)

    def of(self, cases: Sequence[Case], *, only_kept: bool = False) -> Iterator[Judged]:
        """Every case that says something about the system: read where it is kept, else heard now, or with
        `only_kept` left out."""
        mine = [case for case in cases if self._system.hears(case)]
        new = [case for case in mine if not self._file(case).exists()]
        yield from ((case, self._read(case)) for case in mine if case not in new)
        if only_kept:
            return
        for case, heard in self._system.hear(new, self._set_folder):
            part = self._file(case).with_suffix(".part")
            part.write_text(json.dumps(to_json(heard)))
            part.rename(self._file(case))
            yield case, self._read(case)

    def _file(self, case: Case) -> Path:
        return self._folder / f"{case.name}.json"

    def _read(self, case: Case) -> Heard:
        return from_json(json.loads(self._file(case).read_text()))
