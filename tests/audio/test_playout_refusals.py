"""What the playout does not take, and wishes that come too late or too early."""

import numpy as np
import pytest

from appliance.audio.playout import Playout, PlayoutOptions
from tests.audio.playout_ear import PLAIN, RAMPED, RATE_HZ, Ear, numbered, playing, steadily_playing, steady

# ---------------------------------------------------------------------- what is refused


def test_more_than_the_bound_is_refused_until_some_of_it_was_heard() -> None:
    playout = Playout(PlayoutOptions(RATE_HZ, max_answer_s=0.1))
    playout.begin(1)
    assert playout.append(1, numbered(0, 1_700)) == 100
    assert playout.append(1, numbered(1_600, 10)) == 10
    playout.play()
    Ear(playout).listen(320)
    assert playout.append(1, numbered(1_600, 321)) == 1
    assert playout.refused == 111


def test_samples_of_another_answer_are_refused() -> None:
    playout = playing(10, answer=2)
    assert playout.append(1, numbered(0, 5)) == 5


@pytest.mark.parametrize("over", ["end", "flush"])
def test_samples_after_the_end_are_refused(over: str) -> None:
    playout = playing(1_000)
    playout.end(1) if over == "end" else playout.flush()
    assert playout.append(1, numbered(0, 5)) == 5


def test_nothing_is_taken_before_an_answer_begins() -> None:
    assert Playout(PLAIN).append(0, numbered(0, 5)) == 5


# ---------------------------------------------------------------------- cues that come too late or too early


@pytest.mark.parametrize("cue", ["duck", "hush", "resume", "flush", "stop_clip"])
def test_without_an_answer_a_cue_changes_nothing(cue: str) -> None:
    playout = Playout(RAMPED)
    getattr(playout, cue)()
    ear = Ear(playout)
    assert not ear.listen(1_000).any()
    assert ear.news == []


@pytest.mark.parametrize("cue", ["duck", "hush", "resume"])
def test_a_cue_for_an_answer_that_is_held_does_not_start_it(cue: str) -> None:
    playout = Playout(RAMPED)
    playout.begin(1)
    playout.append(1, steady(1_000))
    getattr(playout, cue)()
    assert not Ear(playout).listen(320).any()
    playout.play()
    assert np.array_equal(Ear(playout).listen(320), steady(320))


@pytest.mark.parametrize("cue", ["play", "duck", "hush"])
def test_only_resuming_moves_what_stands_still(cue: str) -> None:
    playout = steadily_playing(16_000)
    ear = Ear(playout)
    playout.hush()
    ear.listen(1_000)
    getattr(playout, cue)()
    assert not ear.listen(1_000).any()


def test_where_nothing_happens_the_same_list_is_returned() -> None:
    playout, block = Playout(PLAIN), np.empty(320, np.int16)
    assert playout.render(block, 0) is playout.render(block, 0)
