"""What stands in hardware/ is what the code does."""

import tomllib
from pathlib import Path

import gpiozero
import pytest

from appliance.settings.panel import Panel
from scripts import describe_lights, draw_wiring

HARDWARE = Path(__file__).parent.parent / "hardware"
PINOUT = tomllib.loads((HARDWARE / "pinout.toml").read_text(encoding="utf-8"))


def test_the_pinout_is_that_of_the_built_in_settings() -> None:
    built_in = Panel().model_dump()
    assert set(built_in) - set(PINOUT["panel"]) == {"pins", "brightness"}  # which are no wires
    assert {key: built_in[key] for key in PINOUT["panel"]} == PINOUT["panel"]


def test_the_picture_of_the_wiring_is_drawn_from_the_pinout() -> None:
    assert draw_wiring.PICTURE.read_text(encoding="utf-8") == draw_wiring.draw(PINOUT)


def test_a_wire_that_begins_nowhere_is_told() -> None:
    nowhere = {**PINOUT, "panel": {**PINOUT["panel"], "led": 28}}
    with pytest.raises(draw_wiring.WiringError, match="led is GPIO28, which is not on the header"):
        draw_wiring.draw(nowhere)


def test_each_end_of_a_part_has_a_wire_of_its_own() -> None:
    pins = [wire.pin for part in draw_wiring.parts(PINOUT) for wire in part.wires]
    assert len(set(pins)) == len(pins)


@pytest.mark.parametrize("pin", range(1, 41))
def test_the_header_is_that_of_a_raspberry_pi(pin: int) -> None:
    """By gpiozero's word, of a Pi 4B."""
    (found,) = (each for each in gpiozero.pi_info("d03114").headers["J8"].pins.values() if each.number == pin)
    assert found.name == draw_wiring.HEADER[pin - 1]


def test_the_page_of_the_lights_has_the_patterns_of_the_code() -> None:
    text = describe_lights.PAGE.read_text(encoding="utf-8")
    assert text == describe_lights.page(text)
