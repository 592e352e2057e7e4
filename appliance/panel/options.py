"""Where the button and the light are."""

from dataclasses import dataclass
from typing import Final, Literal

Lamp = Literal["none", "led", "pwm", "rgb", "apa102"]

# Clock, data in, data out and the two chip selects of SPI0; whoever has the bus has all of them.
SPI0_PINS: Final = frozenset({11, 10, 9, 8, 7})
NO_PIN: Final = -1


@dataclass(frozen=True, slots=True)
class PanelOptions:
    """Pins by BCM number, `NO_PIN` for none. `brightness` is 0…1, of lights that have shades."""

    button: int = 17
    pull: Literal["up", "down"] = "up"  # down: pressed is high
    lamp: Lamp = "led"
    led: int = 27
    rgb: tuple[int, int, int] = (22, 23, 24)
    active_high: bool = True
    chain_count: int = 3
    chain_select: int = 1  # 0 or 1: CE0 or CE1
    chain_power: int = NO_PIN
    brightness: float = 0.3

    @property
    def pins(self) -> tuple[tuple[str, int], ...]:
        """What is connected, each with its pin."""
        lamps = {
            "none": (),
            "led": (("led", self.led),),
            "pwm": (("led", self.led),),
            "rgb": tuple(zip(("red", "green", "blue"), self.rgb, strict=True)),
            "apa102": (("chain_power", self.chain_power), *(("spi", pin) for pin in sorted(SPI0_PINS))),
        }
        return tuple(
            (name, pin) for name, pin in (("button", self.button), *lamps[self.lamp]) if pin != NO_PIN
        )
