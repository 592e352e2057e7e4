"""One run: everybody hears the cases of a half, and what comes of it is one record that can be kept."""

import json
import os
import platform
import subprocess
import sys
import time
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from tests.listening.cases import Case, Half
from tests.listening.headline import promises
from tests.listening.measures import Judged, Measure, measures
from tests.listening.results import Results
from tests.listening.systems import System
from tests.listening.the_set import cache_folder, set_folder, set_version

TOLD_EVERY_S = 10.0


@dataclass
class Record:
    """Of one run. `measures`: half → system → its numbers; `cases`: half → how many, and in real voices."""

    commit: str
    day: str
    machine: str
    set_version: str
    share: int
    hours: float
    cases: dict[Half, tuple[int, int]] = field(default_factory=dict)
    measures: dict[Half, dict[str, list[Measure]]] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    broken_off: bool = False  # not everybody heard everything


def new_record(share: int, hours: float) -> Record:
    """Of nothing yet, here and now."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    machine = f"{os.cpu_count()} cores of {names[0] if names else platform.machine()}"
    return Record(commit(), str(date.today()), machine, set_version(), share, hours)


def commit() -> str:
    """The commit that is heard with, and whether anything of `appliance` was changed after it."""
    head = _git("rev-parse", "--short", "HEAD")
    return f"{head} with changes" if _git("status", "--porcelain", "appliance") else head


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def shared(cases: Sequence[Case], share: int) -> list[Case]:
    """One case of `share`, by chance and always the same; those of a greater share are among those of a
    smaller one that divides it."""
    return [case for case in cases if zlib.crc32(case.name.encode()) % share == 0]


def run_half(
    record: Record, half: Half, cases: Sequence[Case], systems: Sequence[System], *, only_kept: bool = False
) -> None:
    """Every system hears the cases; who cannot be run here is skipped, and says why."""
    record.cases[half] = (len(cases), sum(case.real for case in cases))
    mine = record.measures.setdefault(half, {})
    for system in systems:
        if why := system.missing():
            record.skipped[system.name] = why
            print(f"… {system.name} is skipped: {why}", file=sys.stderr, flush=True)
            continue
        judged = heard(system, cases, half, only_kept=only_kept)
        if judged:
            found = [*promises(judged), *measures(judged)]
            only = getattr(system, "only", "")
            mine[system.name] = [one for one in found if one.name.startswith(only)]


def heard(system: System, cases: Sequence[Case], half: Half, *, only_kept: bool = False) -> list[Judged]:
    """All cases that say something about the system, with what it makes of them."""
    results = Results(cache_folder() / "results", system, set_folder(half))
    judged: list[Judged] = []
    due = sum(system.hears(case) for case in cases)
    began = told = time.monotonic()
    for one in results.of(cases, only_kept=only_kept):
        judged.append(one)
        if time.monotonic() - told > TOLD_EVERY_S:
            told = time.monotonic()
            words = f"… {system.name}, {half}: {len(judged)} of {due} cases, {told - began:.0f} s"
            print(words, file=sys.stderr, flush=True)
    places = {case.name: place for place, case in enumerate(cases)}
    return sorted(judged, key=lambda one: places[one[0].name])


def save(record: Record, path: Path) -> None:
    """As JSON, a measure a line."""
    plain = asdict(record)
    rows = [
        {"half": half, "system": system, **asdict(measure)}
        for half, systems in record.measures.items()
        for system, found in systems.items()
        for measure in found
    ]
    plain["measures"] = "MEASURES"
    body = ",\n".join("  " + json.dumps(row) for row in rows)
    path.write_text(json.dumps(plain, indent=1).replace('"MEASURES"', f"[\n{body}\n ]") + "\n")


def load(path: Path) -> Record:
    """What `save` kept."""
    plain: dict[str, Any] = json.loads(path.read_text())
    found: dict[Half, dict[str, list[Measure]]] = {}
    for row in plain.pop("measures"):
        half, system = row.pop("half"), row.pop("system")
        low, high = row.pop("interval")
        found.setdefault(half, {}).setdefault(system, []).append(Measure(**row, interval=(low, high)))
    plain["cases"] = {half: tuple(counts) for half, counts in plain["cases"].items()}
    return Record(**plain, measures=found)
