"""The button and the light: whether their pins can be used."""

import importlib.util
import os
from pathlib import Path
from typing import Final

from appliance.service.doctor.finding import Finding, broken, ok, skipped

_NAME: Final = "pins"
_LIBRARIES: Final = ("gpiozero", "lgpio")


def check_pins(mode: str, *, raspberry_pi: bool, devices: Path = Path("/dev")) -> Finding:
    """Whether there is a chip that this user may use, and what drives it. `mode` is that of the settings
    (panel.pins): auto, on or off."""
    if mode == "off":
        return skipped(_NAME, 'neither button nor light is wanted (panel.pins = "off")')
    if mode == "auto" and not raspberry_pi:
        return skipped(_NAME, "this machine is no Raspberry Pi: the button is `appliance press`")
    chips = sorted(devices.glob("gpiochip*"))
    if not chips:
        return broken(_NAME, f"there is no chip of pins in {devices}", 'without pins set panel.pins = "off"')
    if not any(os.access(chip, os.R_OK | os.W_OK) for chip in chips):
        return broken(
            _NAME,
            f"this user may not use {chips[0]}",
            "`sudo usermod -aG gpio $USER`, then log out and in again",
        )
    missing = [module for module in _LIBRARIES if importlib.util.find_spec(module) is None]
    if missing:
        packages = " ".join(f"python3-{module}" for module in missing)
        return broken(_NAME, f"{' and '.join(missing)} cannot be found", f"`sudo apt-get install {packages}`")
    return ok(_NAME, f"{chips[0]} can be used")
