"""The button and the light: whether their pins can be used."""

import importlib.util
import os
from pathlib import Path
from typing import Final

from appliance.service.doctor.finding import Finding, broken, ok, skipped
from appliance.settings import Settings

_NAME: Final = "pins"


def wants_pins(settings: Settings) -> bool:
    """Whether the settings name a pin at all."""
    panel = getattr(settings, "panel", None)
    return panel is not None and getattr(panel, "pins", "off") != "off"


def check_pins(*, wanted: bool, devices: Path = Path("/dev")) -> Finding:
    """Whether there is a chip that this user may use, and what drives it."""
    chips = sorted(devices.glob("gpiochip*"))
    if not wanted:
        return skipped(_NAME, "no button and no light is configured")
    if not chips:
        return skipped(_NAME, "this machine has no pins: the button is `appliance press`")
    if not any(os.access(chip, os.R_OK | os.W_OK) for chip in chips):
        return broken(
            _NAME,
            f"this user may not use {chips[0]}",
            "`sudo usermod -aG gpio $USER`, then log out and in again",
        )
    missing = [module for module in ("gpiozero", "lgpio") if importlib.util.find_spec(module) is None]
    if missing:
        packages = " ".join(f"python3-{module}" for module in missing)
        return broken(_NAME, f"{' and '.join(missing)} is missing", f"`sudo apt-get install {packages}`")
    return ok(_NAME, f"{chips[0]} can be used")
