"""What the daemon under test leaves in its folder, read while it is written."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from appliance.pcm.formats import Pcm, pcm_from_bytes
from appliance.service.bench.under_test import MARKS, RECORDING

# Of the recording: half an hour at 48 kHz.
_MAX_BYTES: Final = 180_000_000

Mark = Mapping[str, Any]


def marks_in(folder: Path) -> list[Mark]:
    """Every mark so far; a line that is not whole yet is left for the next time."""
    try:
        text = (folder / MARKS).read_text()
    except FileNotFoundError:
        return []
    whole, _, _ = text.rpartition("\n")
    return [json.loads(line) for line in whole.splitlines()]


def recording_in(folder: Path) -> Pcm:
    """What the microphone delivered so far."""
    with (folder / RECORDING).open("rb") as file:
        data = file.read(_MAX_BYTES)
    return pcm_from_bytes(data[: len(data) // 2 * 2])
