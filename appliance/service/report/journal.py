"""The last lines of the service in the journal, without what was said."""

import json
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

# Of the journal: a day of a talkative household. journalctl reads that much within a second on a Pi.
_JOURNAL_LINES: Final = 2000
_JOURNAL_TIMEOUT_S: Final = 15.0
_UNIT: Final = "voice-appliance.service"

# What was said stands in these, where the owner wants it in the journal at all.
_SPOKEN_EVENTS: Final = frozenset({"transcript", "say"})


def journal_lines(entries: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Time, priority and sentence of each entry; of what was said only that something was."""
    for entry in entries:
        micros = str(entry.get("__REALTIME_TIMESTAMP", ""))
        when = (
            datetime.fromtimestamp(int(micros) / 1e6, UTC).isoformat(timespec="milliseconds")
            if micros.isdigit()
            else "?"
        )
        spoken = entry.get("APPLIANCE_EVENT") in _SPOKEN_EVENTS
        said = "(what was said is left out)" if spoken else _message(entry.get("MESSAGE"))
        yield f"{when} <{entry.get('PRIORITY', '?')}> {said}"


def count_events(entries: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """How often each event stands there, errors by their category as well."""
    counts = Counter(
        ".".join(str(entry[name]) for name in ("APPLIANCE_EVENT", "APPLIANCE_CATEGORY") if name in entry)
        for entry in entries
        if "APPLIANCE_EVENT" in entry
    )
    return dict(counts.most_common())


def journal_entries() -> Iterator[Mapping[str, Any]]:
    """The last entries of the service. Raises OSError and SubprocessError where there is no journal."""
    command = [
        "journalctl",
        "--unit",
        _UNIT,
        "--lines",
        str(_JOURNAL_LINES),
        "--output",
        "json",
        "--no-pager",
    ]
    told = subprocess.run(command, capture_output=True, text=True, timeout=_JOURNAL_TIMEOUT_S, check=True)
    for line in told.stdout.splitlines():
        entry = json.loads(line)
        if isinstance(entry, dict):
            yield entry


def _message(message: object) -> str:
    """journalctl writes what is no text as a list of numbers."""
    if isinstance(message, list):
        return bytes(byte for byte in message if isinstance(byte, int) and 0 <= byte < 256).decode(
            errors="replace"
        )
    return str(message)
