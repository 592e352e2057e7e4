"""Unplugging and replugging either device in every phase, on the virtual cable."""

import tempfile
from pathlib import Path

from tests.bench.table import Row, percentiles, spread
from tests.cable.replug import ARMED_S, EVENT_S, Phase, Replugged, unplug_and_replug


def rows() -> list[Row]:
    """Both devices, each in every phase."""
    return [row for device in ("microphone", "loudspeaker") for row in _of(device)]


def _of(device: str) -> list[Row]:
    found = [_once(device, phase) for phase in Phase]
    event, armed = percentiles([f.event_s for f in found]), percentiles([f.armed_s for f in found])
    well = sum(f.same_process and f.answered for f in found)
    return [
        Row(
            f"{device} unplugged, in every phase → event",
            spread(event, "s"),
            f"≤ {EVENT_S:g} s",
            event["max"] <= EVENT_S,
            event,
        ),
        Row(
            f"{device} plugged in again → armed; the same process answers the next question",
            f"{spread(armed, 's')}; {well} of {len(found)}",
            f"≤ {ARMED_S:g} s, all",
            armed["max"] <= ARMED_S and well == len(found),
            armed,
        ),
    ]


def _once(device: str, phase: Phase) -> Replugged:
    with tempfile.TemporaryDirectory() as folder:
        return unplug_and_replug(Path(folder), device, phase)
