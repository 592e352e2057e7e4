"""The daemon and its service manager: ready when it hears, alive while it does, and the end announced."""

import os
import signal
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
