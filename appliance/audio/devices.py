"""Finding and opening microphones and loudspeakers, each in a process of its own."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from appliance.audio.cards import Direction, Identity, Places, user_of
from appliance.audio.catalog import RATES_HZ, DeviceInfo, Format, choose, formats_to_try, in_use, list_all
from appliance.audio.process_link import LOOK_EVERY_S, ProcessLink, command
from appliance.audio.remote import Loudspeaker, Microphone
from appliance.audio.seam import CaptureOptions, SpeakerOptions
from appliance.errors import DeviceError

# From starting the process to an open device: 0.1 s on a PC, 0.5 s on a small Pi with many plugins. More
# is a driver or a sound server that hangs; a replugged device has 5 s in all, a retry included.
OPEN_TIMEOUT_S: Final = 3.0

# Looking around PortAudio opens every device that is free, for some milliseconds: to another process of ours,
# which looks or opens at that moment, it would not be there. So one waits for the other, but no longer than
# this: who takes longer hangs, and 5 s after a replug the other one is to work.
TURN_WAIT_S: Final = 1.0
_TURN: Final = threading.Lock()

# Every device is asked for every rate, which takes up to 20 ms each.
PROBE_TIMEOUT_S: Final = 15.0

_END: Final = {Direction.CAPTURE: "input", Direction.PLAYBACK: "output"}
_LOOK_AROUND: Final = b"\n"
_DEVICE_UNAVAILABLE: Final = -9985  # PortAudio's code: somebody else has it

KeepOn = Callable[[], bool]
Formats = Mapping[tuple[str, Direction], Sequence[Format]]


def _always() -> bool:
    return True


def open_microphone(
    options: CaptureOptions,
    keep_on: KeepOn = _always,
    argv: Sequence[str] | None = None,
    places: Places = Places(),  # noqa: B008  immutable
) -> Microphone:
    """The microphone that `options` mean, open, in the first format that it takes.

    Raises DeviceError with one sentence: it is not there, in use, refuses, or hangs for OPEN_TIMEOUT_S;
    NotWanted within 0.1 s when `keep_on` is false.
    """
    opened = _open(Direction.CAPTURE, options, keep_on, argv, places)
    return Microphone(opened.link, opened.name, opened.rate_hz, opened.channels, opened.identity)


def open_loudspeaker(
    options: SpeakerOptions,
    keep_on: KeepOn = _always,
    argv: Sequence[str] | None = None,
    places: Places = Places(),  # noqa: B008  immutable
) -> Loudspeaker:
    """The loudspeaker that `options` mean; as `open_microphone`."""
    opened = _open(Direction.PLAYBACK, options, keep_on, argv, places)
    return Loudspeaker(
        opened.link,
        opened.name,
        opened.rate_hz,
        opened.channels,
        opened.capacity_samples,
        opened.identity,
    )


def list_devices(
    argv: Sequence[str] | None = None,
    places: Places = Places(),  # noqa: B008  immutable
) -> tuple[list[DeviceInfo], Formats]:
    """All microphones and loudspeakers, each once, and what each takes in either direction.

    Raises DeviceError where PyAudio is missing, or sound hangs.
    """
    link = ProcessLink("sound", argv or command())
    try:
        link.send(_LOOK_AROUND)
        devices = list_all(_await(link, b"L", OPEN_TIMEOUT_S, _always), places)
        asked = [
            (device, direction) for device in devices for direction in Direction if device.channels(direction)
        ]
        order = [
            [device.index, _END[direction], _worth_asking(device, direction)] for device, direction in asked
        ]
        link.send(json.dumps({"probe": order}).encode() + b"\n")
        taken = _await(link, b"P", PROBE_TIMEOUT_S, _always)
    finally:
        link.kill()
    formats = {
        (device.name, direction): [(rate, channels) for rate, channels in answer]
        for (device, direction), answer in zip(asked, taken, strict=True)
    }
    return devices, formats


@dataclass(frozen=True, slots=True)
class _Opened:
    link: ProcessLink
    name: str
    rate_hz: int
    channels: int
    capacity_samples: int
    identity: Identity | None


def _open(
    direction: Direction,
    options: CaptureOptions | SpeakerOptions,
    keep_on: KeepOn,
    argv: Sequence[str] | None,
    places: Places,
) -> _Opened:
    link = ProcessLink(direction.value, argv or command())
    try:
        with _turn(keep_on):
            return _open_with(link, direction, options, keep_on, places)
    except BaseException:
        link.kill()
        raise


@contextmanager
def _turn(keep_on: KeepOn) -> Iterator[None]:
    """Nobody else of this program opens a device meanwhile, but for one that hangs or is not wanted."""
    deadline_s = time.monotonic() + TURN_WAIT_S
    has_it = _TURN.acquire(blocking=False)
    while not has_it and keep_on() and time.monotonic() < deadline_s:
        has_it = _TURN.acquire(timeout=LOOK_EVERY_S)
    try:
        yield
    finally:
        if has_it:
            _TURN.release()


def _open_with(
    link: ProcessLink,
    direction: Direction,
    options: CaptureOptions | SpeakerOptions,
    keep_on: KeepOn,
    places: Places,
) -> _Opened:
    began_s = time.monotonic()
    link.send(_LOOK_AROUND)
    listed = _await(link, b"L", OPEN_TIMEOUT_S, keep_on)
    device = choose(list_all(listed, places), options.device, direction, options.previous)
    link.subject = f"{direction.value} {device.name!r}"
    order = {
        "open": _END[direction],
        "index": device.index,
        "block_ms": options.block_ms,
        "formats": formats_to_try(device, direction, options.rate_hz),
    }
    link.send(json.dumps(order).encode() + b"\n")
    left_s = began_s + OPEN_TIMEOUT_S - time.monotonic()
    try:
        rate_hz, channels, capacity_samples = _await(link, b"O", left_s, keep_on)
    except _Refused as refused:
        raise _refusal(device, direction, refused, places) from refused
    return _Opened(link, device.name, rate_hz, channels, capacity_samples, device.identity)


class _Refused(DeviceError):
    """A device process says that it cannot: PortAudio's code and words."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(f"PortAudio cannot start: {words}")
        self.code = code
        self.words = words


def _await(link: ProcessLink, wanted: bytes, timeout_s: float, keep_on: KeepOn) -> Any:
    kind, payload = link.await_frame(time.monotonic() + timeout_s, keep_on)
    if kind == b"X":
        raise _Refused(*json.loads(payload))
    if kind != wanted:
        raise DeviceError(f"the process of the {link.subject} sends garbage")
    return json.loads(payload)


def _refusal(device: DeviceInfo, direction: Direction, refused: _Refused, places: Places) -> DeviceError:
    """Why a device cannot be opened, in words, and where that can be known by whom."""
    if refused.code != _DEVICE_UNAVAILABLE:
        return DeviceError(f"the {direction.value} {device.name!r} cannot be opened: {refused.words}")
    user = user_of(places, *device.hardware, direction) if device.hardware else None
    return in_use(device.name, direction, user or "another program")


def _worth_asking(device: DeviceInfo, direction: Direction) -> list[Format]:
    """Each rate with one channel and with all of them: what is between follows."""
    counts = dict.fromkeys((1, min(device.channels(direction), 2)))
    return [(rate, count) for rate in sorted(RATES_HZ) for count in counts]
