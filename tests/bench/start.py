"""`python -m tests.bench.start`: from the start of the process, and from a reload, to READY=1, on the cable.

READY means that a block of the microphone was heard, and that the first provider is ready.
"""

import signal
import tempfile
import time
from pathlib import Path

from tests.bench.stage import tone
from tests.bench.table import Row, percentiles, render, spread
from tests.cable.daemon import daemon
from tests.cable.service_manager import ServiceManager
from tests.rig.cable import VirtualCable
from tests.simulators.openai_realtime import SimulatorThread
from tests.simulators.openai_script import Answer

STARTS = 10
# Of the whole machine, with the container's boot; the daemon's own share is the most of it.
ARMED_S = 5.0
# It is quiet for 1.5 s before it starts anew.
RELOADED_S = 1.5 + ARMED_S
PATIENCE_S = 30.0


def measure() -> tuple[list[float], list[float]]:
    """Seconds of each start, and of a reload after each."""
    with (
        tempfile.TemporaryDirectory() as folder,
        VirtualCable(Path(folder)) as cable,
        SimulatorThread(Answer(tone(1.0))) as simulator,
    ):
        found = [_start(cable, simulator.url) for _ in range(STARTS)]
    return [armed_s for armed_s, _ in found], [reloaded_s for _, reloaded_s in found]


def _start(cable: VirtualCable, url: str) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as folder, ServiceManager(Path(folder)) as manager:
        began_s = time.monotonic()
        with daemon(cable, url, environment=manager.environment) as running:
            armed_s = manager.wait_for("READY=1", PATIENCE_S).came_s - began_s
            wished_s = time.monotonic()
            running.process.send_signal(signal.SIGHUP)
            reloaded_s = manager.wait_for("READY=1", PATIENCE_S).came_s - wished_s
            return armed_s, reloaded_s


def rows() -> list[Row]:
    """Both."""
    armed, reloaded = (percentiles(values) for values in measure())
    return [
        Row(
            "process started → READY (it hears)",
            spread(armed, "s"),
            f"≤ {ARMED_S:g} s",
            armed["max"] <= ARMED_S,
            armed,
        ),
        Row(
            "reload wished while nobody speaks → READY again",
            spread(reloaded, "s"),
            f"≤ {RELOADED_S:g} s",
            reloaded["max"] <= RELOADED_S,
            reloaded,
        ),
    ]


if __name__ == "__main__":
    print(render(rows()))
