"""Hearing works in its own thread: what wakes a pool of threads keeps every core of a small machine busy."""

import time

import numpy as np

from appliance.hearing.aec3 import Aec3
from appliance.hearing.echo_stage import EchoStage
from appliance.hearing.hearing import Hearing
from appliance.hearing.silero import SileroDetector
from appliance.hearing.turn_detector import TurnOptions
from appliance.hearing.twofold import TwofoldCanceller
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from appliance.pcm.ring import SampleRing
from appliance.service.modelled_echo import SharedClock
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


def test_no_other_thread_works_for_it() -> None:
    near, far = sound(), SampleRing.allocate(2 * SECONDS * NEAR_RATE_HZ)
    played = np.roll(near, NEAR_RATE_HZ // 4)
    played[: len(played) // 2] = 0  # the microphone's own sound is looked at while nothing is played
    far.write(played)
    capture, history = SampleRing.allocate(NEAR_RATE_HZ), SampleRing.allocate(10 * NEAR_RATE_HZ)
    echo = EchoStage(TwofoldCanceller(Aec3()), SharedClock(far, 0.0))
    hearing = Hearing(
        TurnOptions(), SileroDetector(), capture, NEAR_RATE_HZ, history, lambda event: None, echo
    )
    before_s = time.process_time() - time.thread_time()
    for block in blocks_of(near):
        capture.write(block)
        while hearing.pump():
            pass
    assert time.process_time() - time.thread_time() - before_s < OTHERS_S
