"""The light of a running daemon: what the kernel says of the microphone, and nothing that anybody wished."""

import json
import os
import socket
import time
from pathlib import Path

import pytest

from tests.bench.stage import tone
from tests.cable.daemon import daemon
from tests.rig.cable import VirtualCable
from tests.simulators.openai_realtime import SimulatorThread
from tests.simulators.openai_script import Answer

pytestmark = pytest.mark.cable

# Promised is 2 s from the unplug to the light; what a hand or a wish changes comes much sooner.
LIGHT_S = 2.0
MOCK_PINS = {"GPIOZERO_PIN_FACTORY": "mock"}


class Asker:
    """The control socket, kept open: a look takes a millisecond."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(path))
        self._lines = self._socket.makefile("rb")

    def ask(self, **request: object) -> dict[str, object]:
        self._socket.sendall(json.dumps(request).encode() + b"\n")
        reply: dict[str, object] = json.loads(self._lines.readline())
        return reply

    @property
    def light(self) -> object:
        status = self.ask(do="status")["status"]
        assert isinstance(status, dict)
        return status["light"]

    def light_after_s(self, expected: str, within_s: float) -> float:
        """After how long it tells that."""
        began_s = time.monotonic()
        while (shown := self.light) != expected:
            assert time.monotonic() < began_s + within_s, f"it shows {shown} and not {expected}"
            time.sleep(0.02)
        return time.monotonic() - began_s

    def close(self) -> None:
        self._lines.close()
        self._socket.close()


def device_processes(daemon_process: int) -> int:
    """How many processes have a sound device open for the daemon, by the kernel's word."""
    tasks = Path(f"/proc/{daemon_process}/task").iterdir()
    children = [pid for task in tasks for pid in (task / "children").read_text().split()]
    return sum(b"device_process" in Path(f"/proc/{pid}/cmdline").read_bytes() for pid in children)


@pytest.mark.timeout(90)
def test_the_light_tells_muted_when_the_kernel_has_closed_the_microphone_and_deaf_when_it_is_gone(
    tmp_path: Path,
) -> None:
    path = tmp_path / "control.sock"
    with (
        VirtualCable(tmp_path) as cable,
        SimulatorThread(Answer(tone(1.0))) as simulator,
        daemon(cable, simulator.url, environment={**MOCK_PINS, "APPLIANCE_SOCKET": str(path)}) as running,
    ):
        asker = Asker(path)
        asker.light_after_s("idle", 10)
        assert device_processes(running.process.pid) == 2

        asker.ask(do="mute")
        asker.light_after_s("muted", LIGHT_S)
        assert device_processes(running.process.pid) == 1
        asker.ask(do="unmute")
        asker.light_after_s("idle", 10)

        cable.microphone.unplug()
        assert asker.light_after_s("deaf", 10) <= LIGHT_S
        cable.microphone.plug()
        asker.light_after_s("idle", 10)
        cable.loudspeaker.unplug()
        assert asker.light_after_s("mouthless", 10) <= LIGHT_S
        cable.loudspeaker.plug()
        asker.light_after_s("idle", 10)
        asker.close()
        running.end()
    assert not os.path.exists(path)
