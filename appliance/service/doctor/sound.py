"""Microphone and loudspeaker, looked at and listened to by the doctor itself."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from appliance.audio.cards import Direction
from appliance.audio.catalog import DeviceInfo, choose
from appliance.errors import DeviceError
from appliance.service.doctor.finding import Finding, broken, ok, skipped

DEVICE_NODES: Final = Path("/dev/snd")


def check_rights(nodes: Path = DEVICE_NODES) -> Finding:
    """Whether this user may use the sound devices of the kernel."""
    name = "right to sound"
    pcms = sorted(nodes.glob("pcm*")) if nodes.is_dir() else []
    if not pcms:
        return skipped(name, "the kernel has no sound device")
    if all(os.access(pcm, os.R_OK | os.W_OK) for pcm in pcms):
        return ok(name, "this user may use the sound devices")
    return broken(
        name,
        "this user may not use the sound devices",
        "`sudo usermod -aG audio $USER`, then log out and in again",
    )


def check_chosen(devices: Sequence[DeviceInfo], configured: Mapping[Direction, str]) -> Iterator[Finding]:
    """Which device is meant in each direction, and whether it is there and free."""
    for direction in Direction:
        name = direction.value
        try:
            device = choose(devices, configured.get(direction, ""), direction)
        except DeviceError as error:
            yield broken(name, str(error), _advice(str(error)))
        else:
            yield ok(name, f"{device.name!r} is there")


def unusable(error: DeviceError) -> Finding:
    """What was lost, or could not be opened."""
    text = str(error)
    name = "loudspeaker" if "loudspeaker" in text and "microphone" not in text else "microphone"
    return broken(name, text, _advice(text))


def _advice(reason: str) -> str:
    if "in use by" in reason:
        return "end that program, or choose another device (`appliance devices`)"
    if "there is no" in reason:
        return (
            "plug it in, and see `appliance devices` for the name to put into the configuration;"
            " your user must be in the group audio"
        )
    return "unplug it, plug it in again, and run this again"
