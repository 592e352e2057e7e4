"""The daemon on a real sound device: a spoken question in, a spoken answer out, and a clean end."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from tests.bench.stage import lay, tone, write_wav
from tests.recordings import recordings
from tests.rig.cable import VirtualCable
from tests.simulators.openai_realtime import SimulatorThread
from tests.simulators.openai_script import Answer

pytestmark = pytest.mark.cable

# Starting takes about a second, a question and its answer five.
PATIENCE_S = 20.0


@contextmanager
def daemon(cable: VirtualCable, url: str, *settings: str) -> Iterator["subprocess.Popen[str]"]:
    """`appliance run` on the cable, until the block is left; entered when it says that it is ready."""
    provider = f'[{{name="openai",kind="openai",url="{url}",api_key="env:KEY"}}]'
    command = [sys.executable, "-m", "appliance", "run", "--set", f"providers={provider}"]
    for setting in ("audio.input.device=mic", "audio.output.device=spk", *settings):
        command += ["--set", setting]
    process = subprocess.Popen(
        command,
        env=cable.environment | {"KEY": "sk-test"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        assert any("ready" in line for line in iter(process.stderr.readline, "")), process.wait(5)
        yield process
    finally:
        process.kill()
        process.communicate(timeout=5)


def events_until(process: "subprocess.Popen[str]", name: str) -> Sequence[dict[str, object]]:
    """The daemon's events up to the first of that name."""
    assert process.stdout is not None
    events = []
    for line in iter(process.stdout.readline, ""):
        events.append(json.loads(line))
        if events[-1]["event"] == name:
            return events
    raise AssertionError(f"it ended without {name}: {events}")


@pytest.mark.timeout(60)
def test_a_question_asked_aloud_is_answered_aloud_and_sigterm_ends_it_cleanly(
    cable: VirtualCable, tmp_path: Path
) -> None:
    pcm, _ = lay([recordings()[3]], [500.0])
    write_wav(tmp_path / "question.wav", pcm)
    with (
        SimulatorThread(Answer(tone(1.0), user_transcript="a secret")) as simulator,
        daemon(cable, simulator.url) as process,
        cable.listening() as ear,
    ):
        cable.speak(tmp_path / "question.wav")
        events = events_until(process, "answer_done")
        heard = ear.heard
        asked = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
        assert time.monotonic() - asked < 2.0
    assert simulator.record.violations == []
    assert len(simulator.record.turns) == 1
    loud_ms = np.count_nonzero(
        np.abs(heard.astype(np.int32))[: len(heard) // 24 * 24].reshape(-1, 24).max(1) > 3000
    )
    assert 900 <= loud_ms <= 1100
    assert [e["event"] for e in events if e["event"] == "transcript"] == []
    (latency,) = [e for e in events if e["event"] == "latency"]
    assert isinstance(latency["total_ms"], float | int)
    assert 800 <= latency["total_ms"] <= 1200


@pytest.mark.timeout(60)
def test_sigint_in_mid_answer_fades_and_ends_within_two_seconds(cable: VirtualCable, tmp_path: Path) -> None:
    pcm, _ = lay([recordings()[3]], [500.0])
    write_wav(tmp_path / "question.wav", pcm)
    with SimulatorThread(Answer(tone(30.0))) as simulator, daemon(cable, simulator.url) as process:
        cable.speak(tmp_path / "question.wav")
        events_until(process, "answer_audible")
        asked = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 0
        assert time.monotonic() - asked < 2.0


@pytest.mark.timeout(60)
def test_without_its_microphone_it_says_so_and_does_not_start(cable: VirtualCable) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "appliance", "run", "--set", "audio.input.device=my own"],
        env=cable.environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 69
    assert "there is no microphone 'my own'; present: 'mic'" in done.stderr
    assert done.stderr.count("\n") == 1
