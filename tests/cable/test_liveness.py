"""The daemon and its service manager: ready when it hears, alive while it does, and the end announced."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.stage import tone
from tests.cable.daemon import daemon
from tests.cable.service_manager import WATCHDOG_S, ServiceManager
from tests.cable.stuck_detector import FIFO
from tests.rig.cable import VirtualCable
from tests.simulators.openai_realtime import SimulatorThread
from tests.simulators.openai_script import Answer

pytestmark = pytest.mark.cable

PATIENCE_S = 5.0
START_S = 15.0  # of a process, on a machine that does other things as well

# After which the daemon ends by itself: sooner than the watchdog, which counts from the last sign of life.
END_S = 10.0


@pytest.mark.timeout(60)
def test_it_is_ready_when_it_hears_and_then_gives_signs_of_life_until_the_end(
    cable: VirtualCable, tmp_path: Path
) -> None:
    with (
        ServiceManager(tmp_path) as manager,
        SimulatorThread(Answer(tone(1.0))) as simulator,
        daemon(cable, simulator.url, environment=manager.environment) as running,
    ):
        manager.wait_for("READY=1", PATIENCE_S)
        alive = [manager.wait_for("WATCHDOG=1", PATIENCE_S).came_s for _ in range(2)]
        running.end()
        manager.wait_for("STOPPING=1", PATIENCE_S)
    assert alive[1] - alive[0] <= WATCHDOG_S / 2


@pytest.mark.timeout(60)
def test_a_hearing_that_hangs_is_told_and_gets_no_more_signs_of_life_and_is_the_end(
    cable: VirtualCable, tmp_path: Path
) -> None:
    fifo = tmp_path / "fifo"
    with (
        ServiceManager(tmp_path) as manager,
        SimulatorThread(Answer(tone(1.0))) as simulator,
        daemon(
            cable,
            simulator.url,
            "hearing.detector=tests.cable.stuck_detector:StuckDetector",
            environment=manager.environment | {FIFO: str(fifo)},
        ) as running,
    ):
        manager.wait_for("WATCHDOG=1", PATIENCE_S)
        os.mkfifo(fifo)
        running.wait_for("liveness", PATIENCE_S, part="hearing", state="stuck")
        manager.wait_for("STATUS=Stuck: hearing", PATIENCE_S)
        assert running.process.wait(END_S) == 70
        told = [notice.text for notice in manager.take_all(0.1)]
    assert told != []
    assert "WATCHDOG=1" not in told


@pytest.mark.timeout(60)
def test_a_microphone_that_hangs_is_opened_again_and_no_reason_to_bite(
    cable: VirtualCable, tmp_path: Path
) -> None:
    with (
        ServiceManager(tmp_path) as manager,
        SimulatorThread(Answer(tone(1.0))) as simulator,
        daemon(cable, simulator.url, environment=manager.environment) as running,
    ):
        cable.microphone.signal(signal.SIGSTOP)
        try:
            running.wait_for("device", device="microphone", state="lost")
            manager.wait_for("STATUS=Deaf", PATIENCE_S)
            told = [notice.text for notice in manager.take_all(2 * PATIENCE_S)]
        finally:
            cable.microphone.signal(signal.SIGCONT)
        running.wait_for("device", device="microphone", state="ready")
        manager.wait_for("STATUS=Listening", PATIENCE_S)
    assert told.count("WATCHDOG=1") >= 2 * PATIENCE_S - 2
    assert [line.event for line in running.lines if line.event["event"] == "liveness"] == []


def starting(cable: VirtualCable, manager: ServiceManager, url: str) -> "subprocess.Popen[bytes]":
    """`appliance run --wait-for-devices`, whatever becomes of it."""
    provider = f'[{{name="openai",kind="openai",url="{url}",api_key="env:KEY"}}]'
    command = [
        sys.executable,
        "-m",
        "appliance",
        "run",
        "--wait-for-devices",
        "--set",
        f"providers={provider}",
    ]
    command += ["--set", "audio.input.device=mic", "--set", "audio.output.device=spk"]
    environment = {**cable.environment, "KEY": "sk-test", **manager.environment}
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.mark.timeout(60)
def test_without_a_microphone_it_is_not_ready_and_asks_for_time_until_it_hears(
    cable: VirtualCable, tmp_path: Path
) -> None:
    cable.microphone.unplug()
    with ServiceManager(tmp_path) as manager, SimulatorThread(Answer(tone(1.0))) as simulator:
        process = starting(cable, manager, simulator.url)
        try:
            manager.wait_for("STATUS=Deaf", START_S)
            told = [notice.text for notice in manager.take_all(PATIENCE_S)]
            cable.microphone.plug()
            manager.wait_for("READY=1", PATIENCE_S)
        finally:
            process.kill()
            process.wait(PATIENCE_S)
    assert "READY=1" not in told
    assert told.count("EXTEND_TIMEOUT_USEC=15000000") >= PATIENCE_S - 1
