"""What is connected to which pin is told where it cannot be."""

from pathlib import Path

import pytest

from appliance.errors import ConfigurationError
from appliance.settings import load_settings

NOWHERE = Path("/nonexistent/config.toml")


@pytest.mark.parametrize(
    ("overrides", "line"),
    [
        (
            ["panel.led=17"],
            "panel.led = 17 (--set): must be another pin than panel.button = 17 (built-in)",
        ),
        (
            ["panel.light=rgb", "panel.blue=22"],
            "panel.blue = 22 (--set): must be another pin than panel.red = 22 (built-in)",
        ),
        (
            ["panel.light=apa102", "panel.button=10"],
            "panel.button = 10 (--set): must be no pin of SPI0 (7…11), which the lights are on",
        ),
        (
            ["panel.button=28"],
            "panel.button = 28 (--set): allowed is -1…27, the BCM number; -1: there is none",
        ),
    ],
    ids=["button and light", "two colours", "the bus", "no such pin"],
)
def test_a_pin_that_cannot_be_is_named(overrides: list[str], line: str) -> None:
    with pytest.raises(ConfigurationError) as wrong:
        load_settings((), overrides, {}, NOWHERE)
    assert wrong.value.mistakes == [line]


def test_pins_of_a_light_that_is_not_there_are_in_nobodys_way() -> None:
    settings = load_settings((), ["panel.light=none", "panel.led=17"], {}, NOWHERE).settings
    assert settings.panel.led == settings.panel.button
