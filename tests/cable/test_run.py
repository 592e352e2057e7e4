"""The daemon on a real sound device: a spoken question in, a spoken answer out, and a clean end."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.bench.stage import lay, tone, write_wav
from tests.cable.daemon import PATIENCE_S, daemon
from tests.recordings import recordings
from tests.rig.cable import VirtualCable
from tests.simulators.openai_realtime import SimulatorThread
from tests.simulators.openai_script import Answer

pytestmark = pytest.mark.cable

# What is promised from the signal to the end of the process.
END_S = 2.0


def question(folder: Path) -> Path:
    pcm, _ = lay([recordings()[3]], [500.0])
    write_wav(folder / "question.wav", pcm)
    return folder / "question.wav"


@pytest.mark.timeout(60)
def test_a_question_asked_aloud_is_answered_aloud_and_sigterm_ends_it_cleanly(
    cable: VirtualCable, tmp_path: Path
) -> None:
    with (
        SimulatorThread(Answer(tone(1.0), user_transcript="a secret")) as simulator,
        daemon(cable, simulator.url) as running,
        cable.listening() as ear,
    ):
        cable.speak(question(tmp_path))
        running.wait_for("answer_done")
        heard = ear.heard
        assert running.end(signal.SIGTERM) < END_S
    assert simulator.record.violations == []
    assert len(simulator.record.turns) == 1
    loud_ms = np.count_nonzero(
        np.abs(heard.astype(np.int32))[: len(heard) // 24 * 24].reshape(-1, 24).max(1) > 3000
    )
    assert 900 <= loud_ms <= 1100
    events = [line.event for line in running.lines]
    assert [event for event in events if event["event"] == "transcript"] == []
    (latency,) = [event for event in events if event["event"] == "latency"]
    assert 800 <= latency["total_ms"] <= 1200


@pytest.mark.timeout(60)
def test_sigint_in_mid_answer_fades_and_ends_within_two_seconds(cable: VirtualCable, tmp_path: Path) -> None:
    with SimulatorThread(Answer(tone(30.0))) as simulator, daemon(cable, simulator.url) as running:
        cable.speak(question(tmp_path))
        running.wait_for("answer_audible")
        assert running.end(signal.SIGINT) < END_S


@pytest.mark.timeout(60)
def test_it_ends_in_time_while_a_lost_device_hangs_in_opening(cable: VirtualCable) -> None:
    with SimulatorThread(Answer(tone(1.0))) as simulator, daemon(cable, simulator.url) as running:
        cable.microphone.signal(signal.SIGSTOP)
        try:
            running.wait_for("device", device="microphone", state="lost")
            assert running.end() < END_S
        finally:
            cable.microphone.signal(signal.SIGCONT)


def run_alone(cable: VirtualCable, *settings: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "appliance", "run"]
    for setting in settings:
        command += ["--set", setting]
    return subprocess.Popen(command, env=cable.environment, stderr=subprocess.PIPE, text=True)


@pytest.mark.timeout(60)
def test_without_its_microphone_it_says_so_and_does_not_start(cable: VirtualCable) -> None:
    process = run_alone(cable, "audio.input.device=my own")
    _, words = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 69
    assert "there is no microphone 'my own'; present: 'mic'" in words
    assert words.count("\n") == 1


@pytest.mark.timeout(60)
def test_a_device_that_hangs_at_the_start_is_named_and_it_does_not_start(cable: VirtualCable) -> None:
    cable.microphone.signal(signal.SIGSTOP)
    began_s = time.monotonic()
    process = run_alone(cable)
    try:
        _, words = process.communicate(timeout=PATIENCE_S)
    finally:
        cable.microphone.signal(signal.SIGCONT)
    assert process.returncode == 69
    assert "does not answer: its driver or sound server hangs" in words
    assert time.monotonic() - began_s < 6.0


@pytest.mark.timeout(60)
def test_it_ends_in_time_while_a_device_hangs_at_the_start(cable: VirtualCable) -> None:
    cable.microphone.signal(signal.SIGSTOP)
    process = run_alone(cable)
    try:
        time.sleep(1.5)  # by now it hangs; nothing tells so from outside
        asked_s = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
        assert time.monotonic() - asked_s < END_S
    finally:
        cable.microphone.signal(signal.SIGCONT)
        process.communicate()
