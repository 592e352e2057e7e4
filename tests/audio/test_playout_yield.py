"""An answer that gives way ends its sentence first, and goes on from there if it may."""

from dataclasses import replace

import numpy as np
import pytest

from appliance.audio.playout import Playout, PlayoutOptions
from appliance.audio.playout_events import (
    AnswerAudible,
    AnswerFed,
    AnswerHeard,
    AnswerStarved,
    AnswerYielded,
    ClipDone,
)
from appliance.audio.playout_pause import PAUSE_MS
from appliance.pcm.formats import samples_of_ms
from appliance.providers.offline.voice import synthesize
from tests.audio.playout_ear import (
    PAUSE_SAMPLES,
    PHRASE_SAMPLES,
    PLAIN,
    RAMPED,
    RATE_HZ,
    Ear,
    numbered,
    phrases,
)

BLOCKS = [(160,), (320,), (1,), (7, 333, 64)]
DELAYS = [0, 640, 1_920]
FADE = samples_of_ms(RAMPED.hush_ramp_ms, RATE_HZ)
FIRST_PAUSE = PHRASE_SAMPLES - PAUSE_SAMPLES
PAUSE = samples_of_ms(PAUSE_MS, RATE_HZ)


def talking(samples: int = 3 * PHRASE_SAMPLES, options: PlayoutOptions = PLAIN) -> Playout:
    playout = Playout(options)
    playout.begin(1)
    playout.append(1, phrases(0, samples))
    playout.play()
    return playout


# ---------------------------------------------------------------------- where it stands still


@pytest.mark.parametrize("delay_samples", DELAYS)
@pytest.mark.parametrize("blocks", BLOCKS)
def test_it_plays_on_to_the_beginning_of_the_next_pause(delay_samples: int, blocks: tuple[int, ...]) -> None:
    playout = talking()
    ear = Ear(playout, delay_samples, blocks)
    ear.listen(1_001)
    playout.yield_at_pause()
    ear.listen(FIRST_PAUSE - 1_001)
    assert np.array_equal(ear.sound, phrases(0, FIRST_PAUSE))
    assert not ear.listen(5_000).any()
    assert ear.news[1:] == [AnswerYielded(1, FIRST_PAUSE + delay_samples)]
    assert playout.heard_samples(1) == FIRST_PAUSE


@pytest.mark.parametrize("delay_samples", DELAYS)
def test_it_has_yielded_when_its_last_sample_left_the_loudspeaker(delay_samples: int) -> None:
    playout = talking()
    ear = Ear(playout, delay_samples)
    playout.yield_at_pause()
    ear.listen(FIRST_PAUSE + delay_samples - 1)
    assert [type(event) for event in ear.news] == [AnswerAudible]
    ear.listen(2)
    assert ear.news == [AnswerYielded(1, FIRST_PAUSE + delay_samples)]


def test_it_fades_out_as_the_pause_begins() -> None:
    playout = talking(options=RAMPED)
    ear = Ear(playout)
    playout.yield_at_pause()
    ear.listen(PHRASE_SAMPLES)
    assert np.array_equal(ear.sound[:FIRST_PAUSE], phrases(0, FIRST_PAUSE))
    assert ear.news[1:] == [AnswerYielded(1, FIRST_PAUSE + FADE - 1)]


def test_asked_in_a_pause_it_stands_still_at_once() -> None:
    playout = talking()
    ear = Ear(playout)
    ear.listen(FIRST_PAUSE + 100)
    playout.yield_at_pause()
    assert not ear.listen(1_000).any()
    assert playout.heard_samples(1) == FIRST_PAUSE + 100


def test_a_ducked_answer_swells_back_to_end_its_sentence() -> None:
    playout = talking(options=RAMPED)
    ear = Ear(playout)
    playout.duck()
    ear.listen(1_000)
    playout.yield_at_pause()
    ear.listen(960)
    assert np.array_equal(ear.listen(1_000), phrases(1_960, 1_000))


@pytest.mark.parametrize("blocks", BLOCKS)
def test_a_pause_that_is_not_all_generated_is_known_as_soon_as_it_is(blocks: tuple[int, ...]) -> None:
    playout = talking(FIRST_PAUSE + PAUSE - 1)
    ear = Ear(playout, blocks=blocks)
    playout.yield_at_pause()
    ear.listen(FIRST_PAUSE + 700)
    assert np.array_equal(ear.sound, phrases(0, FIRST_PAUSE + 700))
    playout.append(1, phrases(FIRST_PAUSE + PAUSE - 1, 5_000))
    assert not ear.listen(1_000).any()
    assert playout.heard_samples(1) == FIRST_PAUSE + 700


@pytest.mark.parametrize("blocks", BLOCKS)
def test_an_answer_without_a_pause_fades_out_when_its_time_is_up(blocks: tuple[int, ...]) -> None:
    playout = Playout(replace(RAMPED, max_yield_s=0.5))
    playout.begin(1)
    playout.append(1, np.full(16_000, 16_000, np.int16))
    playout.play()
    ear = Ear(playout, blocks=blocks)
    ear.listen(1_000)
    playout.yield_at_pause()
    assert np.array_equal(ear.listen(8_000), np.full(8_000, 16_000))
    assert np.array_equal(ear.listen(FADE), np.arange(FADE - 1, -1, -1) * 50)
    assert not ear.listen(1_000).any()
    assert ear.news[1:] == [AnswerYielded(1, 9_000 + FADE - 1)]


@pytest.mark.parametrize("blocks", BLOCKS)
def test_silence_because_nothing_more_came_is_a_pause_too(blocks: tuple[int, ...]) -> None:
    playout = talking(1_000)
    ear = Ear(playout, 640, blocks)
    playout.yield_at_pause()
    ear.listen(1_000 + PAUSE)
    playout.append(1, phrases(1_000, 1_000))
    assert not ear.listen(2_000).any()
    assert set(ear.news[1:]) == {
        AnswerStarved(1, 1_000 + 640),
        AnswerYielded(1, 1_000 + 640),
        AnswerFed(1, 1_000 + PAUSE + 640),
    }


def test_a_shorter_gap_in_the_supply_is_none() -> None:
    playout = talking(1_000)
    ear = Ear(playout)
    playout.yield_at_pause()
    ear.listen(1_000 + PAUSE - 1)
    playout.append(1, phrases(1_000, 5_000))
    assert np.array_equal(ear.listen(FIRST_PAUSE - 1_000), phrases(1_000, FIRST_PAUSE - 1_000))


# ---------------------------------------------------------------------- what becomes of it


@pytest.mark.parametrize("blocks", BLOCKS)
@pytest.mark.parametrize("stood_still_samples", [0, 1, 777, 10_000])
def test_resuming_goes_on_from_the_very_next_sample(
    blocks: tuple[int, ...], stood_still_samples: int
) -> None:
    playout = talking()
    ear = Ear(playout, 640, blocks)
    playout.yield_at_pause()
    ear.listen(FIRST_PAUSE + stood_still_samples)
    playout.resume()
    assert np.array_equal(ear.listen(6_000), phrases(FIRST_PAUSE, 6_000))


def test_an_answer_that_may_go_on_before_its_pause_does_not_stop_there() -> None:
    playout = talking(options=RAMPED)
    ear = Ear(playout)
    playout.yield_at_pause()
    ear.listen(1_000)
    playout.resume()
    ear.listen(10_000)
    assert np.array_equal(ear.sound, phrases(0, 11_000))
    assert [type(event) for event in ear.news] == [AnswerAudible]


def test_it_yields_again_at_the_pause_after_that() -> None:
    playout = talking()
    ear = Ear(playout)
    for pause in (FIRST_PAUSE, FIRST_PAUSE + PHRASE_SAMPLES):
        playout.yield_at_pause()
        ear.listen(PHRASE_SAMPLES)
        assert playout.heard_samples(1) == pause
        playout.resume()
        ear.listen(PAUSE_SAMPLES)
    assert [type(event) for event in ear.news] == [AnswerAudible, AnswerYielded, AnswerYielded]


def test_an_answer_that_ends_before_it_pauses_is_heard_and_does_not_yield() -> None:
    playout = talking(3_000)
    playout.end(1)
    ear = Ear(playout)
    playout.yield_at_pause()
    ear.listen(5_000)
    assert ear.news[1:] == [AnswerHeard(1, 3_000)]


def test_an_answer_that_yielded_and_ends_where_it_stands_is_heard() -> None:
    playout = talking(FIRST_PAUSE + PAUSE)
    ear = Ear(playout)
    playout.yield_at_pause()
    ear.listen(5_000)
    playout.end(1)
    playout.resume()
    ear.listen(5_000)
    assert [type(event) for event in ear.news[1:]] == [AnswerYielded, AnswerHeard]


@pytest.mark.parametrize("cue", ["hush", "flush"])
def test_an_answer_that_is_silenced_before_its_pause_does_not_yield(cue: str) -> None:
    playout = talking(options=RAMPED)
    ear = Ear(playout)
    playout.yield_at_pause()
    ear.listen(1_000)
    getattr(playout, cue)()
    ear.listen(10_000)
    assert [type(event) for event in ear.news] == [AnswerAudible]


def test_a_flush_of_what_yielded_makes_no_sound_and_leaves_its_account() -> None:
    playout = talking()
    ear = Ear(playout)
    playout.yield_at_pause()
    ear.listen(5_000)
    playout.flush()
    assert not ear.listen(1_000).any()
    assert playout.heard_samples(1) == FIRST_PAUSE
    assert [type(event) for event in ear.news] == [AnswerAudible, AnswerYielded]


def test_a_duck_does_not_lower_what_ends_its_sentence() -> None:
    playout = talking(options=RAMPED)
    ear = Ear(playout)
    playout.yield_at_pause()
    playout.duck()
    assert np.array_equal(ear.listen(FIRST_PAUSE), phrases(0, FIRST_PAUSE))


def test_a_clip_waits_while_it_stands_at_its_pause() -> None:
    playout = talking()
    ear = Ear(playout)
    playout.yield_at_pause()
    ear.listen(FIRST_PAUSE)
    playout.say(7, numbered(0, 100))
    assert not ear.listen(1_000).any()
    playout.flush()
    assert np.array_equal(ear.listen(100), numbered(0, 100))
    assert ear.news[-1] == ClipDone(7, FIRST_PAUSE + 1_100)


def test_an_answer_that_is_held_is_not_asked_to_yield() -> None:
    playout = Playout(PLAIN)
    playout.begin(1)
    playout.append(1, phrases(0, 10_000))
    playout.yield_at_pause()
    playout.play()
    assert np.array_equal(Ear(playout).listen(10_000), phrases(0, 10_000))


def test_an_answer_that_stands_still_stays_so() -> None:
    playout = talking()
    ear = Ear(playout)
    playout.hush()
    playout.yield_at_pause()
    assert not ear.listen(10_000).any()
    assert ear.news == []


# ---------------------------------------------------------------------- a voice


@pytest.mark.parametrize("asked_ms", [0, 300, 900, 1_500, 2_500, 3_500])
def test_a_spoken_answer_ends_its_sentence_and_later_says_the_rest(asked_ms: int) -> None:
    sentences = ("The kettle is on the stove.", "It takes about eight cups to fill it.", "Good night, Bob.")
    spoken = [synthesize(sentence, rate_hz=RATE_HZ) for sentence in sentences]
    silence = np.zeros(samples_of_ms(250, RATE_HZ), np.int16)
    answer = np.concatenate([part for pcm in spoken for part in (pcm, silence)])
    ends = np.cumsum([len(pcm) + len(silence) for pcm in spoken])
    asked = samples_of_ms(asked_ms, RATE_HZ)
    pause_end = next(int(end) for end in ends if asked < end)

    playout = Playout(PLAIN)
    playout.begin(1)
    playout.play()
    ear = Ear(playout)
    for at in range(0, len(answer), 480):  # a provider half as fast again as a talker
        playout.append(1, answer[at : at + 480])
        if at // 480 == asked // 320:
            playout.yield_at_pause()
        ear.listen(320)
    ear.listen(len(answer))
    stood_still = playout.heard_samples(1)
    dying_away = samples_of_ms(100, RATE_HZ)
    assert pause_end - len(silence) - dying_away <= stood_still <= max(pause_end - PAUSE, asked)
    assert np.array_equal(ear.sound[:stood_still], answer[:stood_still])
    assert not ear.sound[stood_still:].any()

    playout.resume()
    assert np.array_equal(ear.listen(len(answer) - stood_still), answer[stood_still:])
