"""The control socket of the daemon on a real sound device, asked from another command line."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.stage import tone
from tests.cable.daemon import daemon
from tests.rig.cable import VirtualCable
from tests.simulators.openai_realtime import SimulatorThread
from tests.simulators.openai_script import Answer

pytestmark = pytest.mark.cable


class CommandLine:
    """`appliance VERB …` beside the daemon."""

    def __init__(self, cable: VirtualCable) -> None:
        self._cable = cable

    def __call__(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "appliance", *arguments]
        return subprocess.run(
            command, env=self._cable.environment, capture_output=True, text=True, timeout=30
        )

    def status(self) -> dict[str, object]:
        result = self("status", "--json")
        assert result.returncode == 0, result.stderr
        status: dict[str, object] = json.loads(result.stdout)
        return status


@pytest.mark.timeout(90)
def test_a_person_can_ask_press_mute_stop_and_look_from_another_terminal(
    cable: VirtualCable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APPLIANCE_SOCKET", str(tmp_path / "control.sock"))
    appliance = CommandLine(cable)
    assert appliance("status").returncode == 69
    answer = Answer(tone(2.0), transcript="It is noon.", user_transcript="What time is it?")
    with (
        SimulatorThread(answer) as simulator,
        daemon(cable, simulator.url) as running,
        cable.listening() as ear,
    ):
        status = appliance.status()
        assert (status["phase"], status["muted"], status["deaf"]) == ("idle", False, "")

        asked = appliance("ask", "What time is it?")
        assert asked.returncode == 0
        assert "It is noon." in asked.stdout
        running.wait_for("answer_done")
        assert abs(ear.heard).max() > 3000
        assert "It is noon." in appliance("transcript").stdout

        assert appliance("press").returncode == 0
        running.wait_for("phase", to="listening")
        assert appliance("release").returncode == 0
        running.wait_for("turn_discarded")

        assert appliance("mute").returncode == 0
        running.wait_for("mute", muted=True)
        refused = appliance("press")
        assert (refused.returncode, "muted" in refused.stderr) == (1, True)
        assert appliance.status()["deaf"] == "it is muted"
        assert appliance("unmute").returncode == 0
        running.wait_for("mute", muted=False)

        assert appliance("volume", "40").returncode == 0
        assert appliance.status()["volume"] == 40
        assert appliance("commit").returncode == 1
        assert appliance("stop").returncode == 0
        counters = appliance.status()["counters"]
        assert isinstance(counters, dict)
        assert counters["turns_opened"] == 2
        assert running.end() < 2.0
    assert simulator.record.violations == []
    assert not (tmp_path / "control.sock").exists()
