"""Which microphones and loudspeakers there are, what they are called, and which one is meant."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from appliance.audio.cards import Card, Direction, Identity, Places, list_cards, list_pcms, user_of
from appliance.audio.search import Previous
from appliance.errors import DeviceBusyError, DeviceError

# What libasound's own configuration defines beside the hardware: converters, mixers and the views of a
# card as a front or a surround set. They are ways to a device that is listed anyway.
_PLUGIN: Final = re.compile(
    r"dmix|dsnoop|front|rear|center_lfe|side|surround\d+|hdmi|iec958|spdif|modem|phoneline|usbstream"
    r"|sysdefault|null|jack|oss|lavrate|samplerate|speex|speexrate|upmix|vdownmix"
)
_DEFAULT: Final = "default"
_HARDWARE: Final = re.compile(r" \(hw:(?P<card>\d+),(?P<pcm>\d+)\)$")
_ABSENT: Final = -1

Format = tuple[int, int]  # rate in Hz, channels

# Rates worth trying beside the wanted one: what nearly all hardware has, then what little hardware has only.
# 48 kHz is three times 16 and twice 24 kHz. 8 kHz comes last: a telephone's sound.
RATES_HZ: Final = (48_000, 44_100, 32_000, 96_000, 24_000, 16_000, 22_050, 88_200, 192_000, 11_025, 8_000)


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """A microphone, a loudspeaker, or both.

    `name` survives replugging and restarting: it holds no number of a card, which depends on the order
    of plugging. `index` is PortAudio's and is good until the next enumeration. `users` says who has it
    open where it cannot be opened for that. `other_names` mean the same device, those that tell it from its
    like best come first. `hardware` is the number of the card and of the device on it, good until it is
    unplugged.
    """

    name: str
    index: int
    input_channels: int
    output_channels: int
    default_rate_hz: int
    usb: bool
    identity: Identity | None = None
    hardware: tuple[int, int] | None = None
    other_names: tuple[str, ...] = ()
    users: dict[Direction, str] = field(default_factory=dict)

    def channels(self, direction: Direction) -> int:
        """Most channels that can be had in that direction; 0: none, or another program has them."""
        return self.input_channels if direction is Direction.CAPTURE else self.output_channels

    def is_for(self, direction: Direction) -> bool:
        """Whether it is a device of that kind, be it in use or not."""
        return bool(self.channels(direction)) or direction in self.users


def describe(
    places: Places, name: str, index: int, input_channels: int, output_channels: int, rate_hz: float
) -> DeviceInfo | None:
    """What PortAudio says about one device, as a DeviceInfo; None for libasound's own plugins."""
    hardware = _HARDWARE.search(name)
    if hardware is None:
        if _PLUGIN.fullmatch(name):
            return None
        return DeviceInfo(name, index, input_channels, output_channels, round(rate_hz), usb=False)
    card, pcm = int(hardware["card"]), int(hardware["pcm"])
    known = list_cards(places).get(card)
    plain = name[: hardware.start()]
    device = _hardware(plain, known or Card(card, str(card), plain, None, on_usb=False), pcm)
    return replace(
        device,
        index=index,
        input_channels=input_channels,
        output_channels=output_channels,
        default_rate_hz=round(rate_hz),
        users=_users(places, card, pcm, input_channels, output_channels),
    )


Listed = tuple[str, int, int, int, float]  # name, index, inputs, outputs, rate


def list_all(listed: Iterable[Listed], places: Places) -> list[DeviceInfo]:
    """Every device once: those that PortAudio lists, and those in use.

    PortAudio leaves out what another program has open; the kernel knows it.
    """
    described = [describe(places, *device) for device in listed]
    found = [device for device in described if device is not None]
    known = {name for device in found for name in device.other_names}
    found += [device for device in _in_use(places) if not known.intersection(device.other_names)]
    return tell_apart(found)


def tell_apart(devices: Sequence[DeviceInfo]) -> list[DeviceInfo]:
    """Devices of the same name get what distinguishes them: their serial number, where all have another one,
    else their USB port, else their ALSA name.

    A port is where a device is plugged in: it stays when the machine restarts, but not when the two are
    swapped. Identical devices without a serial number have nothing else.
    """
    twins = Counter(device.name for device in devices)
    unique = Counter(name for device in devices for name in device.other_names)
    ordered = sorted(devices, key=lambda device: device.identity.port if device.identity else "")
    kinds = {
        name: _kind_that_tells([d for d in devices if d.name == name], unique)
        for name, count in twins.items()
        if count > 1
    }
    return [_renamed(device, kinds.get(device.name, "")) for device in ordered]


# What a name may be told apart by, best first: it stands in brackets behind it.
_KINDS: Final = ("(serial ", "(USB port ", "(hw:")


def _kind_that_tells(twins: Sequence[DeviceInfo], unique: Counter[str]) -> str:
    """The first of `_KINDS` that each of the twins has, and no two the same; "": there is none."""
    for kind in _KINDS:
        names = [_of_kind(device, kind) for device in twins]
        if all(name and unique[name] == 1 for name in names):
            return kind
    return ""


def _of_kind(device: DeviceInfo, kind: str) -> str:
    return next((name for name in device.other_names if kind in name), "")


def _renamed(device: DeviceInfo, kind: str) -> DeviceInfo:
    name = _of_kind(device, kind) if kind else ""
    if not name:
        return device
    others = (other for other in device.other_names if other != name)
    return replace(device, name=name, other_names=(device.name, *others))


def choose(
    devices: Sequence[DeviceInfo],
    wanted: str,
    direction: Direction,
    previous: Previous = Previous(),  # noqa: B008  immutable
) -> DeviceInfo:
    """The device called `wanted`; for "" a USB device, else the system's default, else the first one.

    Of USB devices one that is free comes before one in use. With `previous`, which was chosen and lost:
    that one, by its name or its serial number, or where none was `wanted` one of the same make in another
    port, or a USB device in its place that is no bystander; and nothing that happens to be there as well,
    where nobody speaks or listens.
    Raises DeviceError with one sentence where there is none, DeviceBusyError where another program uses it.
    """
    kind = direction.value
    able = [device for device in devices if device.is_for(direction)]
    if wanted or previous.name:
        named = wanted or previous.name
        found = [d for d in able if d.name == named] or [d for d in able if named in d.other_names]
        found = found or _of_that_serial(able, previous.identity)
        if not found and not wanted:
            found = _in_its_place(able, direction, previous)
        if not found:
            present = ", ".join(repr(device.name) for device in able) or "none"
            raise DeviceError(f"there is no {kind} {named!r}; present: {present}")
        device = found[0]
    elif able:
        device = min(able, key=lambda d: (not d.usb, not d.channels(direction), d.name != _DEFAULT))
    else:
        raise DeviceError(f"there is no {kind}: connect one (`appliance devices` lists them)")
    if not device.channels(direction):
        raise in_use(device.name, direction, device.users[direction])
    return device


def _of_that_serial(devices: Sequence[DeviceInfo], lost: Identity | None) -> list[DeviceInfo]:
    """The lost device in whatever port, where it has a serial number and no other one has the same."""
    if lost is None or not lost.serial:
        return []
    found = [
        d for d in devices if d.identity and _is_same(d.identity, lost) and d.identity.serial == lost.serial
    ]
    return found if len({d.identity for d in found}) == 1 else []


def _in_its_place(devices: Sequence[DeviceInfo], direction: Direction, lost: Previous) -> list[DeviceInfo]:
    """USB devices that may replace the lost one: those of its make first, then those that are free."""
    free = [d for d in devices if d.usb and d.identity not in lost.bystanders]
    return sorted(
        free,
        key=lambda d: (not (d.identity and _is_same(d.identity, lost.identity)), not d.channels(direction)),
    )


def _is_same(one: Identity, other: Identity | None) -> bool:
    """Whether both are of the same make and model."""
    return other is not None and bool(one.model) and one.model == other.model


def in_use(name: str, direction: Direction, user: str) -> DeviceBusyError:
    """The error that says who uses a device."""
    return DeviceBusyError(f"the {direction.value} {name!r} is in use by {user}")


def formats_to_try(device: DeviceInfo, direction: Direction, rate_hz: int) -> list[Format]:
    """What is worth trying, best first: of each rate mono, then stereo; all channels at once in the end."""
    most = device.channels(direction)
    rates = tuple(dict.fromkeys((rate_hz, *RATES_HZ[:2], device.default_rate_hz, *RATES_HZ[2:])))
    usual = [(rate, count) for rate in rates for count in (1, 2) if count <= most]
    return usual + ([(rate, most) for rate in rates] if most > 2 else [])


def _in_use(places: Places) -> Iterator[DeviceInfo]:
    for card in list_cards(places).values():
        pcms = dict(pcm for direction in Direction for pcm in list_pcms(places, card.number, direction))
        for number, name in pcms.items():
            if users := _users(places, card.number, number, 0, 0):
                yield replace(_hardware(f"{card.name}: {name}", card, number), users=users)


def _users(places: Places, card: int, pcm: int, inputs: int, outputs: int) -> dict[Direction, str]:
    """Who has what PortAudio could not have."""
    free = {Direction.CAPTURE: inputs, Direction.PLAYBACK: outputs}
    found = {d: user_of(places, card, pcm, d) for d in Direction if not free[d]}
    return {direction: user for direction, user in found.items() if user is not None}


def _hardware(name: str, card: Card, pcm: int) -> DeviceInfo:
    alsa = f"hw:CARD={card.id},DEV={pcm}"
    names = [f"{name} ({alsa})", alsa]
    if card.identity is not None:
        names.insert(0, f"{name} (USB port {card.identity.port})")
        if card.identity.serial:
            names.insert(0, f"{name} (serial {card.identity.serial})")
    return DeviceInfo(name, _ABSENT, 0, 0, 0, card.on_usb, card.identity, (card.number, pcm), tuple(names))
