"""The daemon and its service manager: ready when it hears, alive while it does, and the end announced."""

from pathlib import Path

import pytest

from tests.bench.stage import tone
from tests.cable.daemon import daemon
from tests.cable.service_manager import WATCHDOG_S, ServiceManager
from tests.rig.cable import VirtualCable
from tests.simulators.openai_realtime import SimulatorThread
from tests.simulators.openai_script import Answer

pytestmark = pytest.mark.cable

PATIENCE_S = 5.0


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
