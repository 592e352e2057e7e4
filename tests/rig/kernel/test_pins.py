"""The button and the light on a real kernel's GPIO chip, by gpiozero and lgpio.

The chip is asked for its levels by its driver, every 40 ms, which is part of what is measured; on a
Raspberry Pi an edge is an interrupt.
"""

import json
from typing import Any

import pytest

from tests.rig.kernel.conftest import BUTTON, DRIVE, EDGES, LAMP, House
from tests.rig.results import Results

pytestmark = [pytest.mark.rig, pytest.mark.timeout(3600)]

LIGHT_S = 0.05
PRESS_S = 0.1
PRESSES = 20
PRESSES_IN_CI = 5
# From one press to the next: nobody speaks in the turn that it opens, which closes after a second.
APART_S = 2.5
_PRESS = """\
for number in $(seq $1); do
    echo "$2 0"; sleep $3; echo "$2 1"; sleep $4
done >$5
"""


def test_the_light_follows_the_button(house: House, results: Results, whole: bool) -> None:
    before, often = len(edges(house)), PRESSES if whole else PRESSES_IN_CI
    house.machine.run(
        *("sh", "-ec", _PRESS, "press", str(often), str(BUTTON), str(PRESS_S), str(APART_S), DRIVE),
        timeout_s=often * (APART_S + 2) + 30,
    )
    found = edges(house)[before:]
    pressed_s = [edge["at_s"] for edge in found if (edge["line"], edge["level"]) == (BUTTON, 0)]
    lit_s = [edge["at_s"] for edge in found if (edge["line"], edge["level"]) == (LAMP, 1)]
    assert len(pressed_s) == often, found
    took_s = [next(at_s for at_s in lit_s if at_s > pressed) - pressed for pressed in pressed_s]
    results.percentile("button pressed on a kernel's gpiochip → the light is lit", took_s, LIGHT_S)


def edges(house: House) -> list[dict[str, Any]]:
    """Everything that happened on the chip."""
    return [json.loads(line) for line in house.machine.run("cat", EDGES).stdout.splitlines()]
