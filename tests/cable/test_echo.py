"""A loopback is the air between loudspeaker and microphone: it neither answers itself nor is deaf."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from tests.bench.stage import lay, write_wav
from tests.cable.daemon import Daemon, daemon
from tests.cable.test_run import question
from tests.recordings import Recording, recordings
from tests.rig.cable import VirtualCable
from tests.service.test_replay_echo import read_aloud
from tests.simulators.openai_realtime import SimulatorThread
from tests.simulators.openai_script import Answer

pytestmark = [pytest.mark.cable, pytest.mark.timeout(120)]

ANSWER_S = 15.0
LATENCY_MS = 120
# The answer, and the time in which it is asked for and heard to its end.
PATIENCE_S = ANSWER_S + 30.0
# By then the canceller has learnt the room.
LEARNT_MS = 5000.0


@contextmanager
def answering(cable: VirtualCable, folder: Path, echo_db: float) -> Iterator[Daemon]:
    """In a room with that echo it has begun a long answer."""
    cable.hear_loudspeaker(echo_db, LATENCY_MS)
    answers = [Answer(read_aloud(ANSWER_S)), Answer(read_aloud(1.0))]
    with SimulatorThread(answers) as simulator, daemon(cable, simulator.url) as running:
        cable.speak(question(folder))
        running.wait_for("answer_audible")
        yield running


def say(cable: VirtualCable, folder: Path, pcm: Pcm, after_ms: float) -> None:
    """Somebody makes this sound, so much later."""
    silence = np.zeros(round(after_ms * NEAR_RATE_HZ / 1000), np.int16)
    write_wav(folder / "said.wav", np.concatenate((silence, pcm)))
    cable.start_speaking(folder / "said.wav")


def decisions(running: Daemon) -> list[str]:
    return [line.event["decision"] for line in running.lines if line.event["event"] == "interruption"]


def sentence() -> Recording:
    return [r for r in recordings() if "austen" not in r.name][4]


@pytest.mark.parametrize("echo_db", [0.0, -12.0])
def test_it_does_not_interrupt_itself(cable: VirtualCable, tmp_path: Path, echo_db: float) -> None:
    with answering(cable, tmp_path, echo_db) as running:
        done = running.wait_for("answer_done", PATIENCE_S)
        assert done.event["complete"]
        assert "confirmed" not in decisions(running)
        assert [line.event["turn"] for line in running.lines if line.event["event"] == "turn_opened"] == [1]


@pytest.mark.parametrize("echo_db", [0.0, -12.0])
def test_a_person_who_speaks_over_it_is_heard(cable: VirtualCable, tmp_path: Path, echo_db: float) -> None:
    with answering(cable, tmp_path, echo_db) as running:
        pcm, _ = lay([sentence()], [LEARNT_MS])
        say(cable, tmp_path, pcm, 0)
        running.wait_for("interruption", PATIENCE_S, decision="confirmed")
        done = running.wait_for("answer_done", PATIENCE_S)
        assert not done.event["complete"]
        running.wait_for("turn_committed", PATIENCE_S)


def test_a_cough_over_it_does_not_stop_it_for_good(cable: VirtualCable, tmp_path: Path) -> None:
    with answering(cable, tmp_path, 0.0) as running:
        chance = np.random.default_rng(1)
        fading = np.exp(-np.arange(NEAR_RATE_HZ // 4) / (NEAR_RATE_HZ / 16))
        say(
            cable, tmp_path, (chance.standard_normal(len(fading)) * 6000 * fading).astype(np.int16), LEARNT_MS
        )
        done = running.wait_for("answer_done", PATIENCE_S)
        assert done.event["complete"]
        assert "confirmed" not in decisions(running)
