"""Which microphones and loudspeakers there are, and which one is meant."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Final

from appliance.errors import DeviceError

# What libasound's own configuration defines beside the hardware: converters, mixers and the views of a
# card as a front or a surround set. They are ways to a device that is listed anyway.
_PLUGIN: Final = re.compile(
    r"dmix|dsnoop|front|rear|center_lfe|side|surround\d+|hdmi|iec958|spdif|modem|phoneline|usbstream"
    r"|sysdefault|null|jack|oss|lavrate|samplerate|speex|speexrate|upmix|vdownmix"
)
_DEFAULT: Final = "default"
_HARDWARE: Final = re.compile(r" \(hw:(?P<card>\d+),\d+\)$")
_CARDS: Final = Path("/proc/asound")


class Direction(Enum):
    """What a device is for; the value is what a person calls it."""

    CAPTURE = "microphone"
    PLAYBACK = "loudspeaker"


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """A microphone, a loudspeaker, or both.

    `name` is stable: it does not hold the number of the card, which depends on the order of plugging.
    `index` is PortAudio's and is good until the next enumeration.
    """

    name: str
    index: int
    input_channels: int
    output_channels: int
    default_rate_hz: int
    usb: bool

    def channels(self, direction: Direction) -> int:
        """Most channels that the device has in that direction; 0: it cannot do it."""
        return self.input_channels if direction is Direction.CAPTURE else self.output_channels


def describe(
    name: str, index: int, input_channels: int, output_channels: int, rate_hz: float, cards: Path = _CARDS
) -> DeviceInfo | None:
    """What PortAudio says about one device, as a DeviceInfo; None for libasound's own plugins."""
    hardware = _HARDWARE.search(name)
    if hardware is None:
        if _PLUGIN.fullmatch(name):
            return None
        return DeviceInfo(name, index, input_channels, output_channels, round(rate_hz), usb=False)
    usb = (cards / f"card{hardware['card']}" / "usbid").exists()
    return DeviceInfo(name[: hardware.start()], index, input_channels, output_channels, round(rate_hz), usb)


def number_twins(devices: Iterable[DeviceInfo]) -> list[DeviceInfo]:
    """Devices of the same name become "name", "name #2" and so on, in the order of their cards."""
    seen: dict[str, int] = {}
    numbered = []
    for device in devices:
        seen[device.name] = seen.get(device.name, 0) + 1
        twin = seen[device.name]
        numbered.append(device if twin == 1 else replace(device, name=f"{device.name} #{twin}"))
    return numbered


def choose(devices: Sequence[DeviceInfo], wanted: str, direction: Direction) -> DeviceInfo:
    """The device called `wanted`; for "" a USB device, else the system's default, else the first one.

    Raises DeviceError with one sentence when there is none.
    """
    able = [device for device in devices if device.channels(direction)]
    kind = direction.value
    if wanted:
        for device in able:
            if device.name == wanted:
                return device
        present = ", ".join(repr(device.name) for device in able) or "none"
        raise DeviceError(f"there is no {kind} {wanted!r}; present: {present}")
    if not able:
        raise DeviceError(f"there is no {kind}: connect one (`appliance devices` lists them)")
    return min(able, key=lambda device: (not device.usb, device.name != _DEFAULT))
