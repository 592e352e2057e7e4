"""Announcements sound where no answer does."""

import numpy as np
import pytest

from appliance.audio.playout import Playout, PlayoutOptions
from appliance.audio.playout_events import AnswerHeard, ClipDone
from tests.audio.playout_ear import PLAIN, RATE_HZ, Ear, numbered, playing


def saying(samples: int, options: PlayoutOptions = PLAIN) -> Playout:
    playout = Playout(options)
    playout.say(7, np.full(samples, 16_000, np.int16))
    return playout


@pytest.mark.parametrize("blocks", [(320,), (1,), (7, 333, 64)])
def test_a_clip_sounds_whole_and_is_done_when_it_left_the_loudspeaker(blocks: tuple[int, ...]) -> None:
    playout = Playout(PLAIN)
    ear = Ear(playout, 640, blocks)
    ear.listen(500)
    playout.say(7, numbered(0, 1_000))
    assert np.array_equal(ear.listen(1_000), numbered(0, 1_000))
    assert not ear.listen(639).any()
    assert ear.news == []
    ear.listen(1)
    assert ear.news == [ClipDone(7, 500 + 1_000 + 640)]


def test_a_stopped_clip_fades_and_is_never_done() -> None:
    playout = saying(5_000, PlayoutOptions(RATE_HZ))
    ear = Ear(playout)
    ear.listen(1_000)
    playout.stop_clip()
    assert np.array_equal(ear.listen(160), np.arange(159, -1, -1) * 100)
    assert not ear.listen(6_000).any()
    assert ear.news == []


def test_a_clip_that_did_not_begin_is_stopped_without_a_sound() -> None:
    playout = saying(5_000, PlayoutOptions(RATE_HZ))
    playout.stop_clip()
    assert not Ear(playout).listen(1_000).any()


def test_a_newer_clip_takes_the_place_of_an_older_one() -> None:
    playout = saying(5_000)
    ear = Ear(playout)
    ear.listen(100)
    playout.say(8, numbered(0, 200))
    assert np.array_equal(ear.listen(200), numbered(0, 200))
    ear.listen(1_000)
    assert ear.news == [ClipDone(8, 300)]


@pytest.mark.parametrize("blocks", [(320,), (1,), (7, 333, 64)])
def test_a_clip_waits_for_the_last_sample_of_an_answer(blocks: tuple[int, ...]) -> None:
    playout = playing(1_001)
    playout.end(1)
    ear = Ear(playout, blocks=blocks)
    ear.listen(100)
    playout.say(7, numbered(5_000, 300))
    ear.listen(2_000)
    assert np.array_equal(ear.sound[:1_001], numbered(0, 1_001))
    assert np.array_equal(ear.sound[1_001:1_301], numbered(5_000, 300))
    assert ear.news[1:] == [AnswerHeard(1, 1_001), ClipDone(7, 1_301)]


def test_a_clip_waits_while_an_answer_stands_still() -> None:
    playout = playing(1_000)
    ear = Ear(playout)
    ear.listen(100)
    playout.hush()
    playout.say(7, numbered(0, 100))
    assert not ear.listen(1_000).any()
    playout.flush()
    assert np.array_equal(ear.listen(100), numbered(0, 100))


def test_a_clip_sounds_while_an_answer_is_held() -> None:
    playout = saying(1_000)
    playout.begin(1)
    assert Ear(playout).listen(320).all()


def test_an_answer_that_begins_to_play_fades_the_clip() -> None:
    playout = saying(5_000, PlayoutOptions(RATE_HZ))
    ear = Ear(playout)
    ear.listen(100)
    playout.begin(1)
    playout.append(1, np.full(1_000, 10_000, np.int16))
    playout.play()
    assert np.array_equal(ear.listen(160), 10_000 + np.arange(159, -1, -1) * 100)
    assert np.array_equal(ear.listen(160), np.full(160, 10_000))


def test_a_flushed_answer_and_a_clip_do_not_cut_one_another_off() -> None:
    playout = playing(5_000, PlayoutOptions(RATE_HZ))
    ear = Ear(playout)
    ear.listen(100)
    playout.flush()
    playout.say(7, np.full(300, 10_000, np.int16))
    assert ear.listen(1)[0] > 10_000
    ear.listen(500)
    assert ear.news[1:] == [ClipDone(7, 400)]


def test_a_clip_without_a_sample_is_done_at_once() -> None:
    playout = saying(0)
    ear = Ear(playout)
    ear.listen(1)
    assert ear.news == [ClipDone(7, 0)]
