"""Draw how the button and the light are wired: `python scripts/draw_wiring.py`.

Reads `hardware/pinout.toml` and writes `hardware/wiring.svg`. Exit 1, with a sentence, where a wire begins
nowhere.
"""

import sys
import tomllib
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Final

_HARDWARE: Final = Path(__file__).resolve().parent.parent / "hardware"
PINOUT: Final = _HARDWARE / "pinout.toml"
PICTURE: Final = _HARDWARE / "wiring.svg"

# The 40 pins of the board, pin 1 first (https://pinout.xyz); odd ones are on the left.
HEADER: Final = (
    *("3V3", "5V", "GPIO2", "5V", "GPIO3", "GND", "GPIO4", "GPIO14", "GND", "GPIO15"),
    *("GPIO17", "GPIO18", "GPIO27", "GND", "GPIO22", "GPIO23", "3V3", "GPIO24", "GPIO10", "GND"),
    *("GPIO9", "GPIO25", "GPIO11", "GPIO8", "GND", "GPIO7", "GPIO0", "GPIO1", "GPIO5", "GND"),
    *("GPIO6", "GPIO12", "GPIO13", "GND", "GPIO19", "GPIO16", "GPIO26", "GPIO20", "GND", "GPIO21"),
)

WIDTH, HEIGHT = 900, 660
_TOP, _PITCH = 100, 26  # of the header's rows
_ODD_X, _EVEN_X = 150, 182
_LANES_X, _LANE = 330, 22
_PART_X, _PART_W = 600, 270
_PART_TOP, _PART_GAP, _PART_HEAD, _TERMINAL = 70, 26, 54, 34
_COLOURS: Final = ("#1f5fa8", "#c2410c", "#7a3d00", "#0b6e4f", "#3b3b98", "#8a1c5c")
_GROUND: Final = "#222222"


class WiringError(Exception):
    """A wire begins nowhere; the text says which."""


@dataclass(frozen=True, slots=True)
class Wire:
    """From a pin of the header (1…40) to the terminal `label` of a part, at `y` in the picture."""

    pin: int
    label: str
    through_ohm: int | None
    y: float

    @property
    def from_y(self) -> float:
        """Odd pins go out between the rows, past the even ones."""
        row = _TOP + (self.pin - 1) // 2 * _PITCH
        return row + (_PITCH / 2 if self.pin % 2 else 0)


@dataclass(frozen=True, slots=True)
class Part:
    """What is connected, from `y` on."""

    name: str
    note: str
    y: float
    wires: tuple[Wire, ...]

    @property
    def height(self) -> float:
        return _PART_HEAD + _TERMINAL * len(self.wires)


def parts(pinout: dict[str, Any]) -> list[Part]:
    """The parts, one below the other. Raises WiringError."""
    found, y = [], float(_PART_TOP)
    for part in pinout["part"]:
        wires = tuple(
            Wire(
                _pin(wire, pinout["panel"]),
                wire["label"],
                wire.get("through_ohm"),
                y + _PART_HEAD + _TERMINAL * place,
            )
            for place, wire in enumerate(part["wires"])
        )
        found.append(Part(part["name"], part["note"], y, wires))
        y += found[-1].height + _PART_GAP
    return found


def _pin(wire: dict[str, Any], panel: dict[str, Any]) -> int:
    pin = wire.get("pin")
    if pin is None:
        name = f"GPIO{panel.get(wire['key'])}"
        if name not in HEADER:
            raise WiringError(f"{wire['key']} is {name}, which is not on the header")
        pin = HEADER.index(name) + 1
    if not 1 <= pin <= len(HEADER):
        raise WiringError(f"there is no pin {pin} on the header")
    return int(pin)


def draw(pinout: dict[str, Any]) -> str:
    """The picture. Raises WiringError."""
    connected = parts(pinout)
    wires = sorted((wire for part in connected for wire in part.wires), key=lambda wire: wire.from_y)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        f' width="{WIDTH}" height="{HEIGHT}" font-family="DejaVu Sans, Verdana, sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        _text(30, 36, "How the button and the light are wired", size=20),
        _text(30, 58, "The header of a Raspberry Pi, seen from above: pin 1 is next to the corner.", size=12),
        *_board(),
        *(line for part in connected for line in _part(part)),
        *(line for number, wire in enumerate(wires) for line in _wire(wire, _lane(wires, number), number)),
        *_pins({wire.pin for wire in wires}),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _lane(wires: list[Wire], number: int) -> float:
    """Where this wire goes up or down, so that none crosses another: of those that go down the upper ones
    turn last, of those that go up the lower ones."""
    down = wires[number].y > wires[number].from_y
    place = len(wires) - number if down else number
    return _LANES_X + _LANE * place


def _board() -> list[str]:
    return [
        f'<rect x="{_ODD_X - 16}" y="{_TOP - 14}" width="{_EVEN_X - _ODD_X + 32}" height="{_PITCH * 19 + 28}"'
        ' rx="4" fill="#e8e8e8" stroke="#888888"/>'
    ]


def _pins(used: set[int]) -> list[str]:
    """Above the wires, which go out from below them; pin 1 is square, as on the board."""
    lines = []
    for pin, name in enumerate(HEADER, 1):
        odd, y = pin % 2 == 1, _TOP + (pin - 1) // 2 * _PITCH
        x = _ODD_X if odd else _EVEN_X
        look = f'fill="{"#d4a017" if pin in used else "#bbbbbb"}" stroke="#555555"'
        square = f'<rect x="{x - 7}" y="{y - 7}" width="14" height="14" {look}/>'
        lines.append(square if pin == 1 else f'<circle cx="{x}" cy="{y}" r="7" {look}/>')
        label, anchor = (f"{name}  {pin}", "end") if odd else (f"{pin}  {name}", "start")
        weight = "bold" if pin in used else "normal"
        lines.append(_text(x - 24 if odd else x + 24, y + 4, label, size=12, anchor=anchor, weight=weight))
    return lines


def _part(part: Part) -> list[str]:
    lines = [
        f'<rect x="{_PART_X}" y="{part.y:g}" width="{_PART_W}" height="{part.height:g}" rx="6"'
        ' fill="#f6f8fa" stroke="#555555"/>',
        _text(_PART_X + 14, part.y + 21, part.name, size=14, weight="bold"),
        _text(_PART_X + 14, part.y + 37, part.note, size=9),
    ]
    for wire in part.wires:
        lines.append(_text(_PART_X + 16, wire.y + 4, wire.label))
        where = f"pin {wire.pin}, {HEADER[wire.pin - 1]}"
        lines.append(_text(_PART_X + _PART_W - 14, wire.y + 4, where, anchor="end"))
    return lines


def _wire(wire: Wire, lane_x: float, number: int) -> list[str]:
    colour = _GROUND if HEADER[wire.pin - 1] == "GND" else _COLOURS[number % len(_COLOURS)]
    begin = (
        f"M{_ODD_X} {wire.from_y - _PITCH / 2:g} V{wire.from_y:g}"
        if wire.pin % 2
        else f"M{_EVEN_X} {wire.from_y:g}"
    )
    lines = [
        f'<path d="{begin} H{lane_x:g} V{wire.y:g} H{_PART_X}" fill="none" stroke="{colour}"'
        ' stroke-width="2.5" stroke-linejoin="round"/>',
        f'<circle cx="{_PART_X}" cy="{wire.y:g}" r="4" fill="{colour}"/>',
    ]
    if wire.through_ohm is not None:
        lines += [
            f'<rect x="{_PART_X - 62}" y="{wire.y - 9:g}" width="50" height="18" fill="#ffffff"'
            f' stroke="{colour}" stroke-width="2"/>',
            _text(_PART_X - 37, wire.y + 4, f"{wire.through_ohm} Ω", size=11, anchor="middle"),
        ]
    return lines


def _text(
    x: float, y: float, words: str, *, size: int = 13, anchor: str = "start", weight: str = "normal"
) -> str:
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}"'
        ' fill="#111111" stroke="#ffffff" stroke-width="4" paint-order="stroke" stroke-linejoin="round"'
        f' xml:space="preserve">{escape(words)}</text>'
    )


def main() -> int:
    """Write the picture."""
    try:
        PICTURE.write_text(draw(tomllib.loads(PINOUT.read_text(encoding="utf-8"))), encoding="utf-8")
    except WiringError as error:
        print(f"The wiring cannot be drawn: {error}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
