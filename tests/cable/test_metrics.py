"""Prometheus reads from a running daemon what a person waited, and who answered."""

import socket
import urllib.request
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.bench.stage import tone
from tests.cable.daemon import daemon
from tests.cable.test_run import question
from tests.rig.cable import VirtualCable
from tests.simulators.openai_realtime import SimulatorThread
from tests.simulators.openai_script import Answer

pytestmark = pytest.mark.cable


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def read(port: int) -> dict[tuple[str, str], float]:
    """Each sample by its name and its first label."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as reply:
        text = reply.read().decode()
    return {
        (sample.name.removeprefix("voice_appliance_"), next(iter(sample.labels.values()), "")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.mark.timeout(60)
def test_an_answer_is_counted_with_who_gave_it_and_how_long_that_took(
    cable: VirtualCable, tmp_path: Path
) -> None:
    port = free_port()
    with (
        SimulatorThread(Answer(tone(1.0))) as simulator,
        daemon(cable, simulator.url, f"metrics.port={port}") as running,
    ):
        assert read(port)["answers_complete_total", ""] == 0
        cable.speak(question(tmp_path))
        running.wait_for("answer_done")
        found = read(port)
    assert found["answers_complete_total", ""] == 1
    assert found["answers_heard_seconds_total", "openai"] == pytest.approx(1.0, abs=0.1)
    assert found["speech_sent_seconds_total", "openai"] > 1
    assert found["latency_seconds_count", "total"] == 1
    assert 0.8 <= found["latency_seconds_sum", "total"] <= 1.2
