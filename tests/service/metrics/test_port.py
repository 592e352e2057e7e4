"""Without a port there is nothing; with one that is taken everything else goes on."""

import socket
import subprocess
import sys

from appliance.service.metrics.port import offering
from appliance.settings.metrics import Metrics
from tests.service.control.fake_controls import STATUS


async def test_a_port_that_is_taken_ends_nothing() -> None:
    told: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        async with offering(Metrics(port=number), lambda: STATUS, told.append):
            pass
    assert len(told) == 1
    assert told[0].startswith(f"the metrics cannot be served on 127.0.0.1:{number}")


async def test_nobody_is_served_without_a_port() -> None:
    told: list[str] = []
    async with offering(Metrics(), lambda: STATUS, told.append):
        assert told == []


def test_the_library_is_not_loaded_for_who_does_not_want_it() -> None:
    program = "import sys, appliance.service.live.live; print('prometheus_client' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert ran.stdout.split() == ["False"], ran.stderr
