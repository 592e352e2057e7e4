"""One knob for everything that sounds, and for nothing else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.audio.playout import Playout, PlayoutOptions
from appliance.audio.playout_events import AnswerAudible, PlayoutEvent
from appliance.audio.pump import SpeakerPump
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from appliance.pcm.level import peak_dbfs, rms_dbfs
from appliance.pcm.ring import SampleRing
from tests.audio.playout_ear import PLAIN, RAMPED, RATE_HZ, Ear, numbered, playing, steadily_playing, steady
from tests.pcm.chunks import noise

RAMP_SAMPLES = RATE_HZ * 50 // 1000
STEADY_DBFS = peak_dbfs(steady(1))


def test_at_first_and_at_100_every_sample_is_what_was_generated() -> None:
    playout = Playout(PLAIN)
    playout.begin(1)
    playout.append(1, noise(2_000))
    playout.play()
    ear = Ear(playout)
    first = ear.listen(500)
    playout.set_volume(30)
    ear.listen(500)
    playout.set_volume(100)
    ear.listen(RAMP_SAMPLES)
    last = ear.listen(2_000 - 1_000 - RAMP_SAMPLES)
    assert np.array_equal(first, noise(2_000)[:500])
    assert np.array_equal(last, noise(2_000)[1_000 + RAMP_SAMPLES :])


@pytest.mark.parametrize(("percent", "db"), [(50, -10.0), (25, -20.0), (70, -5.15)])
def test_an_answer_sounds_as_loud_as_was_said(percent: int, db: float) -> None:
    playout = steadily_playing(16_000)
    ear = Ear(playout)
    playout.set_volume(percent)
    ear.listen(RAMP_SAMPLES)
    assert rms_dbfs(ear.listen(320)) - STEADY_DBFS == pytest.approx(db, abs=0.01)


@pytest.mark.parametrize(("percent", "db"), [(50, -10.0), (25, -20.0)])
def test_ducking_is_a_factor_on_it(percent: int, db: float) -> None:
    """Neither undoes the other, in whatever order they come; resuming brings back what the owner wanted."""
    levels = []
    for first in ("volume", "duck"):
        playout = steadily_playing(32_000)
        ear = Ear(playout)
        if first == "duck":
            playout.duck()
        playout.set_volume(percent)
        playout.duck()
        ear.listen(RAMP_SAMPLES)
        levels.append(rms_dbfs(ear.listen(320)) - STEADY_DBFS)
        playout.resume()
        ear.listen(2 * RAMP_SAMPLES)
        assert rms_dbfs(ear.listen(320)) - STEADY_DBFS == pytest.approx(db, abs=0.01)
    assert levels == pytest.approx([db - 12.0] * 2, abs=0.02)


def test_it_moves_in_a_ramp_of_50_ms() -> None:
    playout = steadily_playing(16_000)
    ear = Ear(playout)
    ear.listen(1_000)
    playout.set_volume(0)
    steps = np.diff(ear.listen(RAMP_SAMPLES))
    assert np.array_equal(steps, np.full(RAMP_SAMPLES - 1, -16_000 // RAMP_SAMPLES))
    assert not ear.listen(1_000).any()


def test_it_comes_on_top_of_the_duck() -> None:
    playout = steadily_playing(16_000)
    ear = Ear(playout)
    playout.duck()
    playout.set_volume(50)
    ear.listen(1_600)
    assert rms_dbfs(ear.listen(320)) - STEADY_DBFS == pytest.approx(-22, abs=0.01)


def test_a_clip_has_it_too_and_so_has_what_is_cut_off() -> None:
    playout = Playout(RAMPED)
    playout.set_volume(50)
    ear = Ear(playout)
    ear.listen(RAMP_SAMPLES)
    playout.say(7, steady(1_000))
    sounding = ear.listen(320)
    playout.stop_clip()
    fade = ear.listen(160)
    assert peak_dbfs(sounding) == pytest.approx(STEADY_DBFS - 10, abs=0.01)
    assert np.all(np.diff(fade) <= 0)
    assert sounding[-1] - 100 < fade[0] < sounding[-1]


def test_it_outlives_an_answer() -> None:
    playout = steadily_playing(16_000)
    ear = Ear(playout)
    playout.set_volume(0)
    ear.listen(RAMP_SAMPLES)
    playout.begin(2)
    playout.append(2, steady(1_000))
    playout.play()
    assert not ear.listen(1_000).any()
    assert playout.volume == 0


def test_a_volume_beyond_its_range_is_refused_and_changes_nothing() -> None:
    playout = steadily_playing(16_000)
    ear = Ear(playout)
    with pytest.raises(ValueError, match="a volume of 101"):
        playout.set_volume(101)
    assert playout.volume == 100
    assert np.array_equal(ear.listen(1_000), steady(1_000))


@given(volume=st.integers(0, 100))
def test_what_is_audible_and_heard_does_not_depend_on_it(volume: int) -> None:
    def told(percent: int) -> tuple[list[PlayoutEvent], int]:
        playout = playing(3_000)
        playout.end(1)
        playout.set_volume(percent)
        ear = Ear(playout, delay_samples=640)
        ear.listen(2_000)
        heard = playout.heard_samples(1)
        ear.listen(2_000)
        return ear.news, heard

    assert told(volume) == told(100)
    assert isinstance(told(volume)[0][0], AnswerAudible)


def test_hearing_is_told_what_really_sounds() -> None:
    playout = Playout(PlayoutOptions(NEAR_RATE_HZ))
    far = SampleRing.allocate(NEAR_RATE_HZ)
    pump, out = SpeakerPump(playout, NEAR_RATE_HZ, far), np.empty(1_600, np.int16)
    playout.set_volume(50)
    pump.pump(out, 0)
    playout.begin(1)
    playout.append(1, numbered(0, 1_600))
    playout.play()
    pump.pump(out, 0)
    reference = far.read(1_600, 1_600)[1]
    assert np.array_equal(reference, out)
    assert peak_dbfs(reference) == pytest.approx(peak_dbfs(numbered(0, 1_600)) - 10, abs=0.01)


@given(
    volumes=st.lists(st.tuples(st.integers(0, 100), st.integers(1, 1_200)), max_size=10),
    one=st.lists(st.integers(1, 700), min_size=1, max_size=6),
    other=st.lists(st.integers(1, 700), min_size=1, max_size=6),
)
def test_how_large_the_blocks_are_changes_no_sample(
    volumes: list[tuple[int, int]], one: list[int], other: list[int]
) -> None:
    def sound(blocks: list[int]) -> Pcm:
        playout = playing(12_000)
        ear = Ear(playout, blocks=tuple(blocks))
        for percent, samples in volumes:
            playout.set_volume(percent)
            ear.listen(samples)
        return ear.sound

    assert np.array_equal(sound(one), sound(other))
