"""Hearing is light: it wakes no pool of threads, which would keep every core of a small machine busy, and
loads nothing large that it does not need."""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from appliance.conversation.vocabulary import SpeechEvent
from appliance.hearing.echo.aec3 import Aec3
from appliance.hearing.echo.echo_stage import EchoStage
from appliance.hearing.echo.twofold import TwofoldCanceller
from appliance.hearing.hearing import Hearing
from appliance.hearing.speech.silero import SileroDetector
from appliance.hearing.turns.turn_detector import TurnOptions
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from appliance.pcm.ring import SampleRing
from appliance.service.duplex.modelled_echo import SharedClock
from tests.hearing.listening import blocks_of
from tests.recordings import recordings

SECONDS = 6
# BLAS's threads spin for tens of milliseconds each time that they were woken.
OTHERS_S = 0.02


def sound() -> Pcm:
    """A quiet room, in which somebody speaks once."""
    pcm = np.random.default_rng(1).normal(0, 30, SECONDS * NEAR_RATE_HZ).astype(np.int16)
    words = recordings()[0].pcm
    pcm[-len(words) :] += words
    return pcm


def hear(near: Pcm) -> list[SpeechEvent]:
    """Through all of hearing, first without and then with something that is played."""
    far = SampleRing.allocate(2 * SECONDS * NEAR_RATE_HZ)
    played = np.roll(near, NEAR_RATE_HZ // 4)
    played[: len(played) // 2] = 0  # the microphone's own sound is looked at while nothing is played
    far.write(played)
    capture, history = SampleRing.allocate(NEAR_RATE_HZ), SampleRing.allocate(10 * NEAR_RATE_HZ)
    echo = EchoStage(TwofoldCanceller(Aec3()), SharedClock(far, 0.0))
    events: list[SpeechEvent] = []
    hearing = Hearing(TurnOptions(), SileroDetector(), capture, NEAR_RATE_HZ, history, events.append, echo)
    for block in blocks_of(near):
        capture.write(block)
        while hearing.pump():
            pass
    return events


def test_no_other_thread_works_for_it() -> None:
    near = sound()
    before_s = time.process_time() - time.thread_time()
    hear(near)
    assert time.process_time() - time.thread_time() - before_s < OTHERS_S


def test_it_does_without_the_masked_arrays_of_numpy(tmp_path: Path) -> None:
    file = tmp_path / "near.npy"
    np.save(file, sound())
    heard = f"import sys, numpy as np, {__name__} as here; heard = here.hear(np.load({str(file)!r}))"
    code = f"{heard}; sys.exit('numpy.ma' in sys.modules or not heard)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
