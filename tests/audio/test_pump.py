"""What hearing is told that the loudspeaker got."""

import numpy as np
import pytest

from appliance.audio.playout import Playout, PlayoutOptions
from appliance.audio.playout_events import AnswerAudible
from appliance.audio.pump import SpeakerPump
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from appliance.pcm.ring import SampleRing

RATE_HZ = 24_000
KEPT_BACK_SAMPLES = NEAR_RATE_HZ * 21 // 1000  # by the resampler, at most


def swelling_tone(seconds: float) -> Pcm:
    at = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    return (8_000 * np.sin(2 * np.pi * 440 * at) * np.sin(2 * np.pi * 3 * at)).astype(np.int16)


class Bench:
    """A pump that a test turns by hand."""

    def __init__(self, delay_samples: int) -> None:
        self.playout = Playout(PlayoutOptions(RATE_HZ))
        self.far = SampleRing.allocate(10 * NEAR_RATE_HZ)
        self.pump = SpeakerPump(self.playout, RATE_HZ, self.far)
        self.delay_samples = delay_samples
        self.out = np.zeros(RATE_HZ // 100, np.int16)

    def turn(self, blocks: int) -> tuple[Pcm, list[AnswerAudible]]:
        """What was rendered, and when it became audible."""
        rendered, audible = [], []
        for _ in range(blocks):
            events = self.pump.pump(self.out, self.delay_samples)
            audible += [event for event in events if isinstance(event, AnswerAudible)]
            rendered.append(self.out.copy())
        return np.concatenate(rendered), audible

    def answer(self, pcm: Pcm) -> None:
        self.playout.begin(1)
        self.playout.append(1, pcm)
        self.playout.end(1)
        self.playout.play()


def test_an_index_of_the_far_end_is_the_same_instant_as_the_position_in_the_playout() -> None:
    bench = Bench(delay_samples=960)
    silence, _ = bench.turn(37)
    bench.answer(swelling_tone(1.0))
    sound, _ = bench.turn(150)
    rendered = np.concatenate((silence, sound)).astype(np.float64)
    far = bench.far.read(0, bench.far.written)[1].astype(np.float64)
    expected = np.interp(np.arange(len(far)) / NEAR_RATE_HZ, np.arange(len(rendered)) / RATE_HZ, rendered)
    assert np.abs(far - expected).max() < 0.02 * 8_000


def test_silence_is_written_as_well() -> None:
    bench = Bench(delay_samples=0)
    bench.turn(100)
    assert NEAR_RATE_HZ - KEPT_BACK_SAMPLES <= bench.far.written <= NEAR_RATE_HZ
    assert not bench.far.read(0, bench.far.written)[1].any()


@pytest.mark.parametrize("delay_samples", [0, 960, 2880])
def test_the_playhead_is_the_far_end_index_that_leaves_the_loudspeaker_now(delay_samples: int) -> None:
    bench = Bench(delay_samples)
    bench.turn(100)
    position = 99 * RATE_HZ // 100  # of the block that was rendered last
    assert bench.pump.far_playhead == (position - delay_samples) * NEAR_RATE_HZ // RATE_HZ


def test_when_an_answer_is_audible_the_playhead_stands_at_its_first_sound() -> None:
    bench = Bench(delay_samples=960)
    bench.turn(37)
    bench.answer(swelling_tone(1.0))
    _, audible = bench.turn(1)
    while bench.playout.position < audible[0].position:
        bench.turn(1)
    far = bench.far.read(0, bench.far.written)[1]
    first_sound = int(np.flatnonzero(abs(far) > 100)[0])
    assert bench.pump.far_playhead == pytest.approx(first_sound, abs=NEAR_RATE_HZ // 100)


def test_the_size_of_the_blocks_changes_nothing() -> None:
    coarse, fine = Bench(delay_samples=0), Bench(delay_samples=0)
    fine.out = np.zeros(RATE_HZ // 200, np.int16)
    coarse.answer(swelling_tone(1.0))
    fine.answer(swelling_tone(1.0))
    coarse.turn(150)
    fine.turn(300)
    both = min(coarse.far.written, fine.far.written)
    assert np.array_equal(coarse.far.read(0, both)[1], fine.far.read(0, both)[1])
