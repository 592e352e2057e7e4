"""The list of microphones and loudspeakers, for a person."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from appliance.audio.cards import Direction
from appliance.audio.catalog import DeviceInfo, choose
from appliance.audio.devices import Formats
from appliance.errors import DeviceError

_SECTION = {Direction.CAPTURE: "audio.input", Direction.PLAYBACK: "audio.output"}


def list_for_people(
    devices: Sequence[DeviceInfo],
    formats: Formats,
    configured: Mapping[Direction, str] = MappingProxyType({}),
) -> str:
    """Every device by the name that goes into the configuration, and what there is to know about it.

    `configured` are the names in force; "" chooses by itself.
    """
    return "\n".join(_lines(devices, formats, configured))


def _lines(
    devices: Sequence[DeviceInfo], formats: Formats, configured: Mapping[Direction, str]
) -> Iterator[str]:
    for direction in Direction:
        of_this_kind = [device for device in devices if _serves(device, direction, formats)]
        chosen = _chosen(devices, direction)
        name = configured.get(direction, "")
        yield f"{direction.value}s:"
        for device in of_this_kind:
            yield f"  {device.name}"
            yield from (f"      {line}" for line in _details(device, direction, formats, chosen))
            if name and name in (device.name, *device.other_names):
                yield f"      the one in the configuration ({_SECTION[direction]}.device)"
        if not of_this_kind:
            yield "  none"
        yield from _missed(devices, direction, name)
        yield ""
    if not any(_serves(device, direction, formats) for device in devices for direction in Direction):
        yield "Nothing was found: is it plugged in? Is your user in the group audio?"
        yield "(`sudo usermod -aG audio $USER`, then log out and in again)"
        return
    yield "To use one, put its name into the configuration:"
    for direction, section in _SECTION.items():
        chosen = _chosen(devices, direction)
        yield f"  [{section}]"
        yield f'  device = "{chosen.name if chosen else "NAME"}"'
    yield 'With device = "" it chooses by itself: a USB device where there is one.'
    if any("(USB port " in device.name for device in devices):
        yield ""
        yield "Devices of the same make are told apart by their USB port: leave each one in its own."


def _missed(devices: Sequence[DeviceInfo], direction: Direction, name: str) -> Iterator[str]:
    """Why the device of the configuration cannot be opened, where that is known."""
    if name:
        try:
            choose(devices, name, direction)
        except DeviceError as error:
            yield f"  {_SECTION[direction]}.device: {error}"


def _serves(device: DeviceInfo, direction: Direction, formats: Formats) -> bool:
    """Hardware, and whatever else takes sound: names of libasound seem to go both ways and do not."""
    asked = (device.name, direction)
    return device.is_for(direction) and bool(device.hardware or asked not in formats or formats[asked])


def _details(
    device: DeviceInfo, direction: Direction, formats: Formats, chosen: DeviceInfo | None
) -> Iterator[str]:
    where = list(_identity(device))
    where += [name for name in device.other_names if name.startswith("hw:")]
    if where:
        yield ", ".join(where)
    if direction in device.users:
        yield f"in use by {device.users[direction]}"
    elif taken := formats.get((device.name, direction), ()):
        yield _formats(taken)
    else:
        yield "takes none of the usual formats"
    if device is chosen:
        yield 'chosen by itself (device = "")'


def _identity(device: DeviceInfo) -> Iterator[str]:
    if device.identity is None:
        return
    yield f"USB port {device.identity.port}"
    if device.identity.model:
        yield f"USB {device.identity.model}"
    if device.identity.serial:
        yield f"serial {device.identity.serial}"


def _formats(taken: Sequence[tuple[int, int]]) -> str:
    rates = sorted({rate for rate, _ in taken})
    channels = sorted({count for _, count in taken})
    names = {(1,): "mono", (2,): "stereo only", (1, 2): "mono and stereo"}
    return (
        f"{', '.join(f'{rate / 1000:g}' for rate in rates)} kHz, {names.get(tuple(channels), str(channels))}"
    )


def _chosen(devices: Sequence[DeviceInfo], direction: Direction) -> DeviceInfo | None:
    try:
        return choose(devices, "", direction)
    except DeviceError:
        return None
