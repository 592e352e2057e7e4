"""What goes into a support bundle: each part a name, what it is, and its text before it is redacted."""

import importlib.metadata
import json
import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from appliance import __version__
from appliance.audio.cards import Direction
from appliance.audio.devices import list_devices
from appliance.audio.listing import list_for_people
from appliance.errors import ApplianceError
from appliance.service.control.controls import Status
from appliance.service.doctor.daemon import ask_daemon
from appliance.service.doctor.display import as_json
from appliance.service.doctor.examination import Patient, examine
from appliance.service.report.journal import count_events, journal_entries, journal_lines
from appliance.settings import Loaded, describe

_NO_JOURNAL: Final = "nothing: the service never ran here, or only root may read its journal\n"

# Keys whose values are the owner's own words.
_PERSONAL_KEYS: Final = ("instructions", "variables", "room", "greeting", "command", "extra")


@dataclass(frozen=True, slots=True)
class Part:
    """A file of the bundle. `text` makes it; where that fails, the failure is what the file holds."""

    name: str
    what: str
    text: Callable[[], str]


def parts_of(patient: Patient) -> Iterator[Part]:
    """Everything, in the order in which somebody who helps wants to read it."""
    yield Part("versions.txt", "versions of the appliance, its libraries and this machine", _versions)
    yield Part(
        "doctor.json", "what `appliance doctor` finds, without a sound", lambda: as_json(examine(patient))
    )
    yield Part(
        "settings.txt", "the settings in force, without your own words", lambda: settings_text(patient.load())
    )
    yield Part("devices.txt", "microphones and loudspeakers", lambda: _devices(patient.load()))
    yield Part("status.json", "what the running appliance says, and its counters", lambda: _status(patient))
    yield Part("journal.txt", "the last lines of the service's journal, without what was said", _journal)
    yield Part("events.json", "how often each event stands in that journal", _events)
    yield Part(
        "state.txt",
        "names and sizes of the files that it keeps, and nothing in them",
        lambda: state_text(patient.state_folder),
    )


def settings_text(loaded: Loaded) -> str:
    """Every key with its value, masked, and where it comes from; of the owner's own words their length."""
    return "".join(
        f"{row.key} = {_impersonal(row.key, row.value)}  # {row.origin}\n" for row in describe(loaded)
    )


def _impersonal(key: str, value: str) -> str:
    personal = any(segment in _PERSONAL_KEYS for segment in key.split("."))
    empty = value in ("", '""', "{}", "[]")
    return f"({len(value)} characters, left out)" if personal and not empty else value


def _versions() -> str:
    lines = [
        f"voice-appliance {__version__}",
        f"python {sys.version.split()[0]}",
        f"system {_first_line(Path('/etc/os-release'), 'PRETTY_NAME=')}",
        f"kernel {platform.release()} {platform.machine()}",
        f"model {_first_line(Path('/proc/device-tree/model')) or 'no Raspberry Pi'}",
        f"memory {_first_line(Path('/proc/meminfo'), 'MemTotal:')}",
        "",
    ]
    required = importlib.metadata.requires("voice-appliance") or []
    names = sorted({_package(line) for line in required if "extra ==" not in line} | {"PyAudio"})
    return "\n".join([*lines, *(f"{name} {_version_of(name)}" for name in names)]) + "\n"


def _package(requirement: str) -> str:
    return "".join(c if c.isalnum() or c in "-_." else " " for c in requirement).split()[0]


def _version_of(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "is not installed"


def _first_line(file: Path, beginning: str = "") -> str:
    try:
        lines = file.read_text(errors="replace").replace("\0", "").splitlines()
    except OSError:
        return ""
    found = next((line for line in lines if line.startswith(beginning)), "")
    return found.removeprefix(beginning).strip(' "')


def _devices(loaded: Loaded) -> str:
    audio = loaded.settings.audio
    configured = {Direction.CAPTURE: audio.input.device, Direction.PLAYBACK: audio.output.device}
    cards = _read(Path("/proc/asound/cards"))
    return f"{list_for_people(*list_devices(), configured)}\n\n/proc/asound/cards:\n{cards}"


def _status(patient: Patient) -> str:
    answer = ask_daemon(patient.socket)
    if isinstance(answer, ApplianceError):
        return json.dumps({"error": str(answer)}, indent=2)
    return status_text(answer)


def status_text(status: Status) -> str:
    """As `status --json`, without names of timers, which are the owner's words, and without money."""
    timers = [replace(timer, name="") for timer in status.timers]
    alarms = [replace(alarm, name="") for alarm in status.alarms]
    told = replace(status, timers=timers, alarms=alarms, money=None)
    return json.dumps(asdict(told), ensure_ascii=False, indent=2)


def _journal() -> str:
    return "".join(f"{line}\n" for line in journal_lines(journal_entries())) or _NO_JOURNAL


def _events() -> str:
    return json.dumps(count_events(journal_entries()), indent=2)


def state_text(folder: Path) -> str:
    """Names, sizes and times of the files, and of those in the folders below."""
    files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
    lines = [f"{_size_and_time(path)} {path.relative_to(folder)}" for path in files]
    return "\n".join([f"{folder}: {len(files)} files", *lines]) + "\n"


def _size_and_time(file: Path) -> str:
    found = file.stat()
    return f"{found.st_size:>10} {datetime.fromtimestamp(found.st_mtime, UTC):%Y-%m-%d %H:%M}"


def _read(file: Path) -> str:
    try:
        return file.read_text(errors="replace")
    except OSError as error:
        return f"({error.strerror})\n"
