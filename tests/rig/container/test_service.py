"""Plugged in, it hears: from the power to the answer, as systemd and its journal show it."""

import time
from pathlib import Path

import pytest

from tests.rig.cable import SPEAKER_RATE_HZ
from tests.rig.container.appliance import CONFIGURATION, UNIT, Appliance
from tests.rig.container.conftest import Installed, Materials
from tests.rig.container.machine import Container
from tests.rig.loudness import SPOKEN_S, seconds_loud
from tests.rig.results import Results

pytestmark = [pytest.mark.rig, pytest.mark.timeout(1800)]

# What is promised from the power to the first word that it would hear.
ARMED_S = 5.0
EXPOSURE = 1.5


def test_a_question_asked_aloud_is_answered_aloud_and_the_journal_shows_the_turn(
    appliance: Appliance, question: Path, results: Results
) -> None:
    with appliance.cable.listening() as ear:
        appliance.cable.speak(question)
        done = appliance.wait_for_event("answer_done", known=0)
        heard = ear.heard
    assert seconds_loud(heard, SPEAKER_RATE_HZ) > SPOKEN_S, appliance.words()
    turn = {
        name: [event["APPLIANCE_TURN"] for event in appliance.events(name)]
        for name in ("turn_opened", "turn_committed", "answer_started", "answer_audible", "answer_done")
    }
    assert all(numbers == [done["APPLIANCE_TURN"]] for numbers in turn.values()), turn
    told = ["journalctl", "--catalog", "--no-pager", f"--unit={UNIT}", f"MESSAGE_ID={done['MESSAGE_ID']}"]
    assert " Subject: " in appliance.container.run(*told).stdout
    results.holds("installed without a network, a spoken question is answered aloud", 1, 1)


def test_it_is_armed_soon_after_the_power_comes(
    materials: Materials, installed: Installed, often: int, results: Results
) -> None:
    took_s = []
    for _ in range(max(often, 3)):
        with materials.container(installed.disk) as machine:
            machine.boot()
            state = Appliance(machine, materials.cable).armed()
            took_s.append(state.armed_s - machine.powered_on_s)
    results.seconds("the container is powered on → armed", took_s, ARMED_S)


def test_the_unit_is_what_systemd_takes_and_its_sandbox_is_tight_while_it_works(
    appliance: Appliance, results: Results
) -> None:
    verified = appliance.container.run("systemd-analyze", "verify", f"/etc/systemd/system/{UNIT}")
    assert verified.stdout + verified.stderr == ""
    judged = appliance.container.run("systemd-analyze", "security", "--no-pager", UNIT).stdout
    overall = next(line for line in judged.splitlines() if "Overall exposure level" in line)
    results.number("`systemd-analyze security`: exposure", float(overall.split(":")[1].split()[0]), EXPOSURE)


def test_however_often_it_fails_it_is_started_again(appliance: Appliance, results: Results) -> None:
    # more often than the five times in ten seconds after which systemd by itself gives up
    times = 8
    for _ in range(times):
        killed_s = appliance.kill("KILL")
        appliance.started(killed_s)
    restarts = appliance.armed(after_s=killed_s).restarts
    results.holds("killed as soon as it had started again, and again armed", restarts, times)


def test_a_changed_configuration_is_taken_by_a_reload(appliance: Appliance, results: Results) -> None:
    machine = appliance.container
    machine.run("sed", "-i", r"s/^#\?memory_hours = 0/memory_hours = 24/", CONFIGURATION)
    began_s = time.monotonic()
    machine.run("systemctl", "reload", UNIT)
    appliance.armed()
    results.seconds(
        "`systemctl reload` → armed with the changed configuration", [time.monotonic() - began_s], ARMED_S
    )
    assert appliance.state.restarts == 0


def test_a_wrong_configuration_fails_the_reload_and_the_old_one_goes_on(
    appliance: Appliance, results: Results
) -> None:
    refused = reload_with_a_mistake(appliance)
    results.holds("a wrong configuration: `systemctl reload` fails, the old one goes on", int(refused), 1)


def reload_with_a_mistake(appliance: Appliance) -> bool:
    """Reload a configuration that is wrong, and make it right again; whether the reload failed, told why, and
    the same program is armed."""
    machine, before = appliance.container, appliance.state
    known = len(appliance.events("configuration"))
    right = machine.run("cat", CONFIGURATION).stdout
    machine.run("tee", CONFIGURATION, given=right.replace("#memory_hours = 0", "memory_hours = -1"))
    code = machine.run("systemctl", "reload", UNIT, check=False).returncode
    told = appliance.wait_for_event("configuration", known, state="refused")["APPLIANCE_REASON"]
    machine.run("tee", CONFIGURATION, given=right)
    same = appliance.armed().main_process == before.main_process
    return code != 0 and same and CONFIGURATION in told and "memory_hours = -1" in told


def test_muted_no_sample_is_read_from_the_microphone(appliance: Appliance, results: Results) -> None:
    assert appliance.cable.microphone.recorded() != ""
    appliance.control("mute")
    records = appliance.cable.microphone.recorded()
    appliance.control("unmute")
    appliance.wait_until(lambda _: appliance.cable.microphone.recorded() != "", "listening again")
    results.holds("muted: the sound server knows nobody who records", int(records == ""), 1, [records])


def test_the_machine_without_a_microphone_says_so_and_hears_once_it_is_there(
    machine: Container, materials: Materials
) -> None:
    materials.cable.microphone.unplug()
    try:
        machine.boot()
        appliance = Appliance(machine, materials.cable)
        waiting = appliance.wait_until(lambda state: "microphone" in state.status, "told")
        assert not waiting.active
    finally:
        materials.cable.microphone.plug()
    appliance.armed()
