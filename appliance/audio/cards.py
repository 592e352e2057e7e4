"""What the kernel tells about sound cards: their names, where they are plugged in, and who uses them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

# " 1 [Device         ]: USB-Audio - USB PnP Sound Device"
_CARD: Final = re.compile(r"^ *(?P<number>\d+) \[(?P<id>\S+) *\]: .*? - (?P<name>.*)$", re.MULTILINE)
_OWNER: Final = re.compile(r"^owner_pid\s*:\s*(\d+)", re.MULTILINE)
_PROCESS: Final = re.compile(r"^Tgid:\s*(\d+)", re.MULTILINE)
_PARENT: Final = re.compile(r"^PPid:\s*(\d+)", re.MULTILINE)
_STATE: Final = re.compile(r"^State:\s*(\w)", re.MULTILINE)  # Z and X: it has ended, and holds nothing
# The name of a USB interface: bus, ports from hub to hub, configuration and interface ("1-1.3:1.0").
_USB_INTERFACE: Final = re.compile(r"(\d+-[\d.]+):\d+\.\d+")
# Of what a device says of itself; the longest serial numbers seen have 32.
_SERIAL_CHARACTERS: Final = 64


class Direction(Enum):
    """What a device is for; the value is what a person calls it."""

    CAPTURE = "microphone"
    PLAYBACK = "loudspeaker"


_LETTER: Final = {Direction.CAPTURE: "c", Direction.PLAYBACK: "p"}


@dataclass(frozen=True, slots=True)
class Places:
    """Where the kernel tells it; tests have trees of their own."""

    asound: Path = Path("/proc/asound")
    sound: Path = Path("/sys/class/sound")
    processes: Path = Path("/proc")
    groups: Path = Path("/sys/fs/cgroup")


@dataclass(frozen=True, slots=True)
class Identity:
    """What a USB device is known by: make and model ("0d8c:0014"), its serial number, which is "" for many
    and the same in all of a make for some, and the port that it is plugged into, as the kernel writes it
    (bus-port.port…)."""

    model: str
    serial: str
    port: str


@dataclass(frozen=True, slots=True)
class Card:
    """A sound card: its number is good until it is unplugged, its `id` until another one came first.

    `identity` is None where it is not on the USB, or where the kernel does not tell its place.
    """

    number: int
    id: str
    name: str
    identity: Identity | None
    on_usb: bool


def list_cards(places: Places) -> dict[int, Card]:
    """The cards by number; none where the kernel has no sound."""
    cards = {}
    for found in _CARD.finditer(_text(places.asound / "cards")):
        number = int(found["number"])
        identity = _identity(places.sound / f"card{number}" / "device")
        on_usb = identity is not None or (places.asound / f"card{number}" / "usbid").exists()
        cards[number] = Card(number, found["id"], found["name"].strip(), identity, on_usb)
    return cards


def list_pcms(places: Places, card: int, direction: Direction) -> Iterator[tuple[int, str]]:
    """Number and name of everything on the card that records, or plays."""
    folder, letter = places.asound / f"card{card}", _LETTER[direction]
    for pcm in sorted(folder.glob(f"pcm*{letter}")):
        info = dict(line.split(": ", 1) for line in _text(pcm / "info").splitlines() if ": " in line)
        yield int(pcm.name[3:-1]), info.get("name", info.get("id", ""))


def user_of(places: Places, card: int, pcm: int, direction: Direction) -> str | None:
    """Which program has it open, such as "arecord (process 1234)"; None: it is free."""
    folder = places.asound / f"card{card}" / f"pcm{pcm}{_LETTER[direction]}"
    statuses = [_text(status) for status in sorted(folder.glob("sub*/status"))]
    if not statuses or any(status.strip() == "closed" for status in statuses):
        return None
    owner = _OWNER.search("\n".join(statuses))
    return _program(places, owner[1]) if owner else "another program"


def recorders(places: Places) -> frozenset[int]:
    """The processes that have a microphone of a sound card open."""
    statuses = (_text(status) for status in places.asound.glob("card*/pcm*c/sub*/status"))
    threads = [owner[1] for status in statuses if (owner := _OWNER.search(status))]
    return frozenset(_process_of(places.processes, thread) for thread in threads)


def parent_of(places: Places, process: int) -> int | None:
    """The process that started this one; None where it has ended."""
    status = _text(places.processes / str(process) / "status")
    parent, state = _PARENT.search(status), _STATE.search(status)
    ended = parent is None or (state is not None and state[1] in "ZX")
    return None if ended or parent is None else int(parent[1])


def _process_of(processes: Path, thread: str) -> int:
    found = _PROCESS.search(_text(processes / thread / "status"))
    return int(found[1] if found else thread)


def _program(places: Places, thread: str) -> str:
    """The program of a thread: the kernel knows who opened a device by its thread."""
    number = str(_process_of(places.processes, thread))
    name = _text(places.processes / number / "comm").strip() or _unit_of(places.groups, thread)
    return f"{name} (process {number})" if name else f"process {number}"


def _unit_of(groups: Path, thread: str) -> str:
    """What systemd calls the program of a thread, such as "pipewire.service": all that is told of other
    users' programs where a service may not see them (`ProtectProc=`). "": it does not know it."""
    for listed in groups.rglob("cgroup.threads"):
        if thread in _text(listed).split():
            return listed.parent.name
    return ""


def _identity(device: Path) -> Identity | None:
    """Of the USB device of which `device` is an interface; None where it is none."""
    try:
        interface = device.resolve(strict=True)
    except OSError:
        return None
    found = _USB_INTERFACE.fullmatch(interface.name)
    if found is None:
        return None
    told = [_printable(_text(interface.parent / name)) for name in ("idVendor", "idProduct", "serial")]
    make, model, serial = told
    return Identity(f"{make}:{model}" if make and model else "", serial, found[1])


def _printable(text: str) -> str:
    """What a device says of itself, fit for a name; makers put anything there."""
    return "".join(c for c in text if c.isprintable()).strip()[:_SERIAL_CHARACTERS]


def _text(path: Path) -> str:
    """What is in a file of the kernel's; nothing where it went away, as cards do."""
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
