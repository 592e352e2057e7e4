"""Killed at any moment, it loses nothing that it was told."""

import json
import random
import time
from typing import Any

import pytest

from tests.rig.container.appliance import CONFIGURATION, STATE, UNIT, Appliance
from tests.rig.container.machine import Container
from tests.rig.results import Results

pytestmark = [pytest.mark.rig, pytest.mark.timeout(1800)]

STORE = f"{STATE}/appliance.sqlite3"
KITCHEN = r's/^#\?room = ""/room = "kitchen"/; s/^#\?memory_hours = 0/memory_hours = 24/'


def timers(appliance: Appliance) -> list[dict[str, Any]]:
    """The timers that run, as `appliance status` tells."""
    status = json.loads(appliance.control("status", "--json"))
    running: list[dict[str, Any]] = status["timers"]
    return running


def test_killed_at_random_moments_configuration_timers_and_memory_are_intact(
    machine: Container, appliance: Appliance, often: int, results: Results
) -> None:
    machine.run("sed", "-i", KITCHEN, CONFIGURATION)
    configuration = machine.get(CONFIGURATION)
    assert "kitchen" in configuration
    assert "memory_hours = 24" in configuration
    began_s = time.monotonic()
    machine.run("systemctl", "restart", UNIT)
    appliance.armed(after_s=began_s)
    chance = random.Random(7)
    wrong: list[str] = []
    times = 20 if often >= 20 else 5
    for number in range(times):
        wish = f"Set a timer for {60 + number} minutes."
        appliance.control("ask", wish, "--text")
        time.sleep(chance.uniform(0.0, 0.5))  # the moment at which it is killed
        before = remembered(appliance)
        kill_somehow(appliance, chance, power=number % 5 == 4)
        if (left := len(timers(appliance))) != number + 1:
            wrong.append(f"after {number + 1}: {number + 1} timers were set, {left} are left")
        if missing := before - remembered(appliance):
            wrong.append(f"after {number + 1}: it has forgotten {missing}")
        if machine.get(CONFIGURATION) != configuration:
            wrong.append(f"after {number + 1}: the configuration is another one")
    appliance.control("ask", "What time is it?", "--text")
    appliance.wait_until(lambda _: "What time is it?" in remembered(appliance), "remembered")
    kept = times - len({line.partition(":")[0] for line in wrong})
    results.holds(
        "killed at random moments (kill -9 twice, or the power): configuration, timers and memory are intact",
        kept,
        times,
        wrong,
    )


def remembered(appliance: Appliance) -> set[str]:
    """What was said and is kept on the card."""
    script = (
        "import sqlite3, sys\n"
        "db = sqlite3.connect(f'file:{sys.argv[1]}?mode=ro', uri=True)\n"
        "print(*(text for (text,) in db.execute('SELECT text FROM said')), sep='\\n')"
    )
    return set(appliance.container.run("python3", "-c", script, STORE).stdout.splitlines())


def kill_somehow(appliance: Appliance, chance: random.Random, *, power: bool) -> None:
    """Returns when it is armed again."""
    if power:
        appliance.container.cut_power()
        appliance.container.boot()
        killed_s = appliance.container.powered_on_s
    else:
        appliance.kill("KILL")
        time.sleep(chance.uniform(0.0, 3.0))  # and once more while it starts, or soon after
        killed_s = time.monotonic()
        appliance.container.run("systemctl", "kill", "--signal=KILL", UNIT, check=False)
    appliance.armed(after_s=killed_s)
