"""Two jumper wires: one presses the button of the appliance, the other one looks at its light."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from appliance.panel.options import PanelOptions
from appliance.service.bench.results import Row, spread

# What is promised from the edge of the button to the light, for 19 of 20.
LIMIT_MS: Final = 50.0
PRESSES: Final = 20

# Dark for so long means idle: every other pattern of the light is on more often.
_DARK_S: Final = 0.4
# A light that has not come on by then does not come on.
_LIT_TIMEOUT_S: Final = 2.0
# As a finger presses; and so long after it that the next press is none of the same burst.
_HELD_S: Final = 0.15
_APART_S: Final = 1.5
# From listening back to idle, asked to stop, it takes some ten milliseconds.
_IDLE_TIMEOUT_S: Final = 10.0
_LOOK_EVERY_S: Final = 0.02
_NEVER_DARK: Final = "the light is never dark: is the wire at the right pin?"


class Wires:
    """`press_pin` is wired to the button's pin, `light_pin` to the light's (BCM). Closed by `close`."""

    def __init__(self, factory: Any, options: PanelOptions, press_pin: int, light_pin: int) -> None:
        """Takes both pins of `factory` (see `pin_factory`); what it raises where one is taken is its own."""
        from gpiozero import DigitalInputDevice, DigitalOutputDevice

        own = {"pin_factory": factory}
        self._button = DigitalOutputDevice(press_pin, active_high=options.pull == "down", **own)
        self._light = DigitalInputDevice(light_pin, pull_up=not options.active_high, **own)
        self._lit = threading.Event()
        self._lit_s = 0.0
        self._light.when_activated = self._on_lit

    def close(self) -> None:
        """Let go of the button and of both pins."""
        self._button.close()
        self._light.close()

    def press(self) -> float | None:
        """Press as a finger does; how long in ms the light took to come on, None where it did not."""
        self._lit.clear()
        pressed_s = time.monotonic()
        self._button.on()
        came_on = self._lit.wait(_LIT_TIMEOUT_S)
        time.sleep(_HELD_S)
        self._button.off()
        return (self._lit_s - pressed_s) * 1000 if came_on else None

    def is_dark(self) -> bool:
        """Whether the light stays off for as long as it does in idle only. Blocks until that is known."""
        dark_s = 0.0
        while dark_s < _DARK_S:
            if self._light.is_active:
                return False
            time.sleep(_LOOK_EVERY_S)
            dark_s += _LOOK_EVERY_S
        return True

    def _on_lit(self) -> None:
        """In gpiozero's thread."""
        self._lit_s = time.monotonic()
        self._lit.set()


def button_row(
    wires: Wires,
    back_to_idle: Callable[[], None],
    presses: int = PRESSES,
    sleep: Callable[[float], None] = time.sleep,
) -> Row:
    """Press again and again, each time from idle. The row says so where the light never was dark, or on."""
    took_ms: list[float | None] = []
    for _ in range(presses):
        back_to_idle()
        deadline_s = time.monotonic() + _IDLE_TIMEOUT_S
        while not wires.is_dark():
            if time.monotonic() > deadline_s:
                return Row("button → light", _NEVER_DARK, "", kept=False)
            back_to_idle()
        took_ms.append(wires.press())
        sleep(_APART_S)
    return _row(took_ms)


def _row(took_ms: Sequence[float | None]) -> Row:
    known = [took for took in took_ms if took is not None]
    kept = len(known) == len(took_ms) > 0 and float(np.percentile(known, 95)) <= LIMIT_MS
    promised = f"p95 ≤ {LIMIT_MS:.0f} ms, {len(took_ms)} of {len(took_ms)}"
    return Row("button → light", spread(known), promised, kept)
