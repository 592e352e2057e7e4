"""What an answer sounds like between the provider and the ear, and what is told of it."""

import numpy as np
import pytest

from appliance.audio.playout import Playout
from appliance.audio.playout_events import AnswerAudible, AnswerFed, AnswerHeard, AnswerStarved
from appliance.pcm.level import amplitude_of_dbfs, rms_dbfs
from tests.audio.playout_ear import PLAIN, RAMPED, Ear, numbered, playing, steadily_playing, steady

BLOCKS = [(160,), (320,), (1,), (7, 333, 64)]
DELAYS = [0, 640, 1_920]


# ---------------------------------------------------------------------- what sounds


def test_a_held_answer_is_silent_until_it_may_play() -> None:
    playout = Playout(PLAIN)
    ear = Ear(playout)
    playout.begin(1)
    playout.append(1, numbered(0, 500))
    assert not ear.listen(1_000).any()
    playout.play()
    assert np.array_equal(ear.listen(500), numbered(0, 500))


def test_a_duck_plays_on_twelve_db_down_after_its_ramp() -> None:
    playout = steadily_playing(16_000)
    ear = Ear(playout)
    before = ear.listen(320)
    playout.duck()
    ramp = ear.listen(480)
    assert np.all(np.diff(ramp) < 0)
    assert rms_dbfs(ear.listen(320)) - rms_dbfs(before) == pytest.approx(-12, abs=0.01)
    playout.resume()
    assert np.all(np.diff(ear.listen(960)) > 0)
    assert np.array_equal(ear.listen(320), before)


def test_a_hush_fades_within_its_ramp_and_then_it_is_still() -> None:
    playout = steadily_playing(16_000)
    ear = Ear(playout)
    ear.listen(1_000)
    playout.hush()
    fade = ear.listen(320)
    assert np.array_equal(fade, np.arange(319, -1, -1) * 50)
    assert not ear.listen(1_000).any()


def test_a_hush_takes_a_ducked_answer_from_where_it_is_to_silence() -> None:
    playout = steadily_playing(16_000)
    ear = Ear(playout)
    playout.duck()
    ducked = ear.listen(1_000)[-1]
    playout.hush()
    fade = ear.listen(320)
    assert fade[0] < ducked
    assert np.all(np.diff(fade) < 0)
    assert not ear.listen(1_000).any()


def test_the_fade_of_a_hush_counts_as_heard_and_standing_still_does_not() -> None:
    playout = steadily_playing(16_000)
    ear = Ear(playout)
    ear.listen(1_000)
    playout.hush()
    ear.listen(5_000)
    assert playout.heard_samples(1) == 1_000 + 320 - 1  # one at gain 0 would be lost


@pytest.mark.parametrize("blocks", BLOCKS)
def test_resuming_goes_on_from_the_very_next_sample(blocks: tuple[int, ...]) -> None:
    playout = playing(10_000)
    ear = Ear(playout, blocks=blocks)
    ear.listen(1_001)
    playout.hush()
    ear.listen(2_003)
    playout.resume()
    assert np.array_equal(ear.listen(5_000), numbered(1_001, 5_000))


def test_a_resume_in_mid_fade_swells_from_where_the_fade_stands() -> None:
    playout = steadily_playing(16_000)
    ear = Ear(playout)
    playout.hush()
    fade = ear.listen(160)
    playout.resume()
    swell = ear.listen(960)
    assert abs(int(swell[0]) - int(fade[-1])) < 50
    assert np.all(np.diff(swell) > 0)
    assert swell[-1] == 16_000


def test_a_flush_fades_ten_milliseconds_and_drops_the_rest() -> None:
    playout = steadily_playing(16_000)
    ear = Ear(playout)
    ear.listen(1_000)
    playout.flush()
    assert np.array_equal(ear.listen(160), np.arange(159, -1, -1) * 100)
    assert not ear.listen(5_000).any()
    assert playout.heard_samples(1) == 1_160


def test_a_flush_of_what_stands_still_makes_no_sound() -> None:
    playout = steadily_playing(16_000)
    ear = Ear(playout)
    ear.listen(1)
    playout.hush()
    ear.listen(1_000)
    playout.flush()
    assert not ear.listen(1_000).any()
    assert playout.heard_samples(1) == 1 + 320 - 1


@pytest.mark.parametrize("cue", ["duck", "hush"])
def test_an_answer_that_has_not_begun_is_never_loud_before_it_is_quiet(cue: str) -> None:
    playout = steadily_playing(16_000)
    getattr(playout, cue)()
    loudest = np.abs(Ear(playout).listen(1_000).astype(np.int32)).max()
    assert loudest <= 16_000 * 10 ** (-12 / 20) + 1


def test_the_next_answer_begins_beside_the_fade_of_the_last() -> None:
    playout = steadily_playing(16_000)
    ear = Ear(playout)
    ear.listen(1_000)
    playout.begin(2)
    playout.append(2, np.full(1_000, 25_000, np.int16))
    playout.play()
    expected = np.minimum(25_000 + np.arange(159, -1, -1) * 100, 32_767)
    assert np.array_equal(ear.listen(160), expected)
    assert np.array_equal(ear.listen(160), np.full(160, 25_000))


# ---------------------------------------------------------------------- what was heard


@pytest.mark.parametrize("delay_samples", DELAYS)
@pytest.mark.parametrize("blocks", BLOCKS)
def test_heard_is_what_left_the_loudspeaker(delay_samples: int, blocks: tuple[int, ...]) -> None:
    playout = playing(10_000)
    ear = Ear(playout, delay_samples, blocks)
    ear.listen(3_001)
    assert playout.heard_samples(1) == 3_001 - delay_samples


def test_what_was_heard_is_not_unheard_when_the_device_reports_more_delay() -> None:
    playout = playing(10_000)
    Ear(playout, 0).listen(1_000)
    Ear(playout, 640).listen(10)
    assert playout.heard_samples(1) == 1_000


def test_ducked_samples_count_as_heard() -> None:
    playout = steadily_playing(16_000)
    playout.duck()
    Ear(playout).listen(4_000)
    assert playout.heard_samples(1) == 4_000


def test_a_flushed_answer_is_still_accounted_for() -> None:
    playout = playing(10_000)
    ear = Ear(playout, delay_samples=640)
    ear.listen(1_000)
    playout.flush()
    ear.listen(5_000)
    assert playout.heard_samples(1) == 1_000


def test_another_answer_was_not_heard() -> None:
    playout = playing(10_000, answer=3)
    Ear(playout).listen(1_000)
    assert playout.heard_samples(2) == 0


# ---------------------------------------------------------------------- what is told


@pytest.mark.parametrize("delay_samples", DELAYS)
@pytest.mark.parametrize("blocks", BLOCKS)
def test_the_first_audible_sample_is_found_to_the_sample(delay_samples: int, blocks: tuple[int, ...]) -> None:
    threshold = amplitude_of_dbfs(-50)
    pcm = np.full(4_000, threshold - 1, np.int16)
    pcm[1_234] = -threshold
    playout = Playout(PLAIN)
    ear = Ear(playout, delay_samples, blocks)
    ear.listen(500)
    playout.begin(1)
    playout.append(1, pcm)
    playout.play()
    ear.listen(3_000)
    assert ear.news == [AnswerAudible(1, 500 + 1_234 + delay_samples)]


@pytest.mark.parametrize("delay_samples", DELAYS)
@pytest.mark.parametrize("blocks", BLOCKS)
def test_an_answer_is_heard_when_its_last_sample_left_the_loudspeaker(
    delay_samples: int, blocks: tuple[int, ...]
) -> None:
    playout = playing(1_000)
    playout.end(1)
    ear = Ear(playout, delay_samples, blocks)
    ear.listen(1_000 + delay_samples - 1)
    assert AnswerHeard(1, 1_000 + delay_samples) not in ear.news
    ear.listen(1)
    assert ear.news == [AnswerHeard(1, 1_000 + delay_samples)]
    ear.listen(5_000)
    assert ear.news == []
    assert playout.heard_samples(1) == 1_000


def test_an_answer_is_not_heard_before_it_ended() -> None:
    ear = Ear(playing(1_000))
    ear.listen(5_000)
    assert not any(isinstance(event, AnswerHeard) for event in ear.news)


def test_an_answer_without_a_sound_is_over_when_it_may_play() -> None:
    playout = Playout(PLAIN)
    ear = Ear(playout)
    playout.begin(1)
    playout.end(1)
    ear.listen(320)
    assert ear.news == []
    playout.play()
    ear.listen(320)
    assert [type(event) for event in ear.news] == [AnswerHeard]


@pytest.mark.parametrize("cue", ["duck", "hush"])
def test_an_answer_that_runs_out_under_a_duck_or_a_hush_is_heard(cue: str) -> None:
    playout = playing(300, RAMPED)
    playout.end(1)
    ear = Ear(playout)
    ear.listen(1)
    getattr(playout, cue)()
    ear.listen(299)
    assert ear.news[-1] == AnswerHeard(1, 300)


def test_an_answer_that_ended_while_it_stood_still_at_its_end_is_heard() -> None:
    playout = playing(1_000)
    ear = Ear(playout)
    ear.listen(1_000)
    playout.hush()
    playout.end(1)
    ear.listen(320)
    assert AnswerHeard(1, 1_000) in ear.news


def test_a_flushed_answer_is_never_reported_as_heard() -> None:
    playout = playing(1_000)
    ear = Ear(playout, delay_samples=640)
    playout.end(1)
    ear.listen(1_000)
    playout.flush()
    ear.listen(5_000)
    assert not any(isinstance(event, AnswerHeard) for event in ear.news)


@pytest.mark.parametrize("blocks", BLOCKS)
def test_starving_and_being_fed_are_each_told_once(blocks: tuple[int, ...]) -> None:
    playout = playing(1_000)
    ear = Ear(playout, 640, blocks)
    ear.listen(3_000)
    playout.append(1, numbered(1_000, 500))
    resumed = ear.listen(500)
    assert ear.news[1:] == [AnswerStarved(1, 1_000 + 640), AnswerFed(1, 3_000 + 640)]
    assert np.array_equal(resumed, numbered(1_000, 500))
    assert playout.underruns == 1
    assert playout.concealed_samples == 2_000


def test_the_end_of_an_answer_is_no_starvation() -> None:
    playout = playing(1_000)
    playout.end(1)
    Ear(playout).listen(3_000)
    assert (playout.underruns, playout.concealed_samples) == (0, 0)


def test_a_starved_answer_that_ends_was_heard_with_its_last_sample() -> None:
    playout = playing(1_000)
    ear = Ear(playout)
    ear.listen(3_000)
    playout.end(1)
    ear.listen(1)
    assert ear.news[-1] == AnswerHeard(1, 1_000)


def test_an_answer_that_stands_still_does_not_starve() -> None:
    playout = playing(1_000)
    ear = Ear(playout)
    ear.listen(1_000)
    playout.hush()
    ear.listen(3_000)
    assert (playout.underruns, playout.concealed_samples) == (0, 0)


def test_a_hush_that_runs_out_of_samples_stands_still_and_swells_from_silence() -> None:
    playout = steadily_playing(100)
    ear = Ear(playout)
    playout.hush()
    ear.listen(1_000)
    playout.append(1, steady(1_000))
    assert not ear.listen(320).any()
    playout.resume()
    assert ear.listen(1)[0] < 100
