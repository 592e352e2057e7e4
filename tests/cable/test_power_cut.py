"""Killed without a word, the daemon has lost nothing that it had promised; and `forget` leaves nothing."""

import json
import subprocess
import sys
import time
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from appliance.service.memory.store import FILE
from tests.bench.stage import tone
from tests.cable.daemon import PATIENCE_S, Daemon, daemon
from tests.rig.cable import VirtualCable
from tests.simulators.openai_realtime import SimulatorThread
from tests.simulators.openai_script import Answer, Call

pytestmark = pytest.mark.cable

SETTINGS = ("conversation.memory_hours=1", "conversation.time_zone=Europe/Vienna", "audio.echo.cancel=off")
PROMISES = Answer(
    tone(0.2),
    calls=(
        Call("set_timer", '{"minutes": 30, "name": "tea"}'),
        Call("set_alarm", '{"at": "06:45", "weekdays": ["mon"], "name": "school"}'),
        Call("set_volume", '{"percent": 35}'),
    ),
    then=Answer(tone(0.2), transcript="It is all set."),
)


class Box:
    """One appliance, switched on and off."""

    def __init__(self, folder: Path, cable: VirtualCable) -> None:
        self.state = folder / "kept"
        self.state.mkdir()
        self._cable = cable
        self._socket = folder / "control.sock"

    def on(self, url: str) -> AbstractContextManager[Daemon]:
        environment = {"APPLIANCE_SOCKET": str(self._socket), "STATE_DIRECTORY": str(self.state)}
        return daemon(self._cable, url, *SETTINGS, environment=environment)

    def do(self, *verb: str) -> str:
        command = [sys.executable, "-m", "appliance", *verb, "--socket", str(self._socket)]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=30).stdout

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.do("status", "--json"))
        return found


def wait_until(kept: bool, words: bytes, box: Box) -> None:
    """The words of the conversation are on the card, or are gone from it."""
    deadline_s = time.monotonic() + PATIENCE_S
    while (words in (box.state / FILE).read_bytes()) is not kept:
        assert time.monotonic() < deadline_s, f"the card {'lacks' if kept else 'has'} {words!r}"
        time.sleep(0.02)


@pytest.mark.timeout(120)
def test_what_was_promised_and_said_is_there_after_a_kill_and_gone_once_forgotten(
    cable: VirtualCable, tmp_path: Path
) -> None:
    box, asked = Box(tmp_path, cable), "Wake us on Mondays"
    with SimulatorThread(PROMISES) as simulator:
        with box.on(simulator.url) as running:
            box.do("ask", asked, "--text")
            wait_until(True, asked.encode(), box)
            running.process.kill()
        simulator.record.history.clear()
        with box.on(simulator.url) as running:
            status = box.status()
            known = list(simulator.record.history)
            box.do("forget")
            wait_until(False, asked.encode(), box)
            running.process.kill()
        simulator.record.history.clear()
        with box.on(simulator.url):
            still_known = list(simulator.record.history)
            still_there = box.status()
    assert [(timer["name"], 1700 < timer["left_s"] < 1800) for timer in status["timers"]] == [("tea", True)]
    (alarm,) = status["alarms"]
    assert (alarm["at"], alarm["weekdays"], alarm["name"]) == ("06:45", ["mon"], "school")
    assert "T06:45+0" in alarm["rings"]
    assert status["volume"] == 35
    assert ("user", asked) in known
    assert still_known == []
    assert still_there["alarms"] == status["alarms"]
    assert [timer["name"] for timer in still_there["timers"]] == ["tea"]
