"""Nobody measures with devices that a running appliance holds."""

import socket
import threading
from pathlib import Path

import pytest

from appliance.service.bench.cable import BenchError, CableOptions, run_cable_bench
from appliance.settings import Settings


def test_an_appliance_that_runs_and_does_not_say_so_is_left_alone(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as appliance:
        appliance.bind(str(tmp_path / "control.sock"))
        appliance.listen()

        def hang_up() -> None:
            appliance.accept()[0].close()

        answering = threading.Thread(target=hang_up)
        answering.start()
        options = CableOptions(tmp_path / "card", 1, 0, False, None, (), tmp_path / "control.sock")
        with pytest.raises(BenchError, match="holds the devices"):
            run_cable_bench(Settings(), options, print)
        answering.join(5)
