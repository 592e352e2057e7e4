"""The doctor on real PyAudio: what it plays comes back through a cable, and is measured."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from appliance.service.doctor.learnt_file import recall
from appliance.service.memory.state import StateDirectory
from tests.cable.daemon import daemon
from tests.rig.cable import VirtualCable
from tests.rig.loopback import LoopbackCable
from tests.simulators.openai_realtime import SimulatorThread
from tests.simulators.openai_script import Answer

pytestmark = pytest.mark.cable

SETTINGS = ("--set", "audio.input.device=mic", "--set", "audio.output.device=spk")


def doctor(cable: VirtualCable | LoopbackCable, state: Path, *arguments: str) -> dict[str, dict[str, Any]]:
    command = [sys.executable, "-m", "appliance", "doctor", "--json", "--state", str(state)]
    done = subprocess.run(
        [*command, *SETTINGS, *arguments], env=cable.environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode in (0, 1), done.stderr
    told = json.loads(done.stdout)
    assert told["well"] is (done.returncode == 0)
    return {finding["name"]: finding for finding in told["findings"]}


def unexpected(sentence: str) -> None:
    raise AssertionError(sentence)


@pytest.mark.timeout(90)
def test_the_echo_of_a_cable_is_measured_and_kept(tmp_path: Path) -> None:
    with LoopbackCable(tmp_path) as cable:
        found = doctor(cable, tmp_path / "state")
    assert found["hearing"]["verdict"] == "ok"
    assert (found["echo"]["verdict"], found["clipping"]["verdict"]) == ("poor", "ok")
    assert "6 dB too loud" in found["echo"]["sentence"]
    assert found["measurement"]["verdict"] == "ok"
    learnt = recall(StateDirectory(tmp_path / "state", unexpected))
    assert learnt is not None
    assert learnt.echo is not None
    assert (learnt.microphone, learnt.loudspeaker) == ("mic", "spk")
    assert learnt.echo.level_db == pytest.approx(0, abs=1)
    assert 0 < learnt.echo.delay_ms < 250
    assert learnt.echo.distortion_db < -40


@pytest.mark.timeout(60)
def test_a_microphone_that_delivers_nothing_but_zeros_is_told_from_a_quiet_room(
    cable: VirtualCable, tmp_path: Path
) -> None:
    found = doctor(cable, tmp_path / "state", "--silent")
    assert found["hearing"]["verdict"] == "broken"
    assert "deaf" in found["hearing"]["sentence"]


@pytest.mark.timeout(60)
def test_while_the_appliance_runs_it_is_asked_and_nothing_is_played(
    cable: VirtualCable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APPLIANCE_SOCKET", str(tmp_path / "control.sock"))
    with SimulatorThread(Answer()) as simulator, daemon(cable, simulator.url):
        found = doctor(cable, tmp_path / "state")
    assert (found["appliance"]["verdict"], found["microphone"]["verdict"]) == ("ok", "ok")
    assert found["acoustics"]["verdict"] == "skipped"
    assert "systemctl stop" in found["acoustics"]["advice"]
