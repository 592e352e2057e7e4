"""The worker keeps the turn: all of it, up to a minute, and once more when it goes on."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from appliance.pcm.formats import Pcm
from appliance.providers.offline.turn_audio import MAX_SAMPLES, TurnAudio


def ramp(start: int, count: int) -> Pcm:
    return np.arange(start, start + count).astype(np.int16)


@given(st.lists(st.integers(0, 400), max_size=20))
def test_a_turn_is_what_was_appended_however_it_was_cut(lengths: list[int]) -> None:
    turn = TurnAudio()
    start = 0
    for length in lengths:
        turn.append(ramp(start, length))
        start += length
    pcm, dropped_samples = turn.commit()
    assert dropped_samples == 0
    assert np.array_equal(pcm, ramp(0, start))


@given(st.lists(st.integers(1, MAX_SAMPLES), min_size=1, max_size=6))
def test_beyond_a_minute_the_oldest_are_dropped_and_counted(lengths: list[int]) -> None:
    turn = TurnAudio()
    start = 0
    for length in lengths:
        turn.append(ramp(start, length))
        start += length
    pcm, dropped_samples = turn.commit()
    assert len(pcm) + dropped_samples == start
    assert len(pcm) == min(start, MAX_SAMPLES)
    assert np.array_equal(pcm, ramp(dropped_samples, len(pcm)))


def test_a_commit_begins_a_new_turn() -> None:
    turn = TurnAudio()
    turn.append(ramp(0, 100))
    turn.commit()
    turn.append(ramp(500, 50))
    assert np.array_equal(turn.commit()[0], ramp(500, 50))


def test_a_turn_that_goes_on_has_both_halves_in_order() -> None:
    turn = TurnAudio()
    turn.append(ramp(0, 100))
    turn.commit()
    turn.append(ramp(100, 10))
    turn.reopen()
    turn.append(ramp(110, 50))
    assert np.array_equal(turn.commit()[0], ramp(0, 160))


def test_a_turn_that_goes_on_twice_has_all_of_it_once() -> None:
    turn = TurnAudio()
    for start in (0, 100, 200):
        turn.append(ramp(start, 100))
        turn.commit()
        turn.reopen()
        turn.reopen()
    assert np.array_equal(turn.commit()[0], ramp(0, 300))


def test_what_is_discarded_is_gone_reopened_or_not() -> None:
    turn = TurnAudio()
    turn.append(ramp(0, 100))
    turn.commit()
    turn.reopen()
    turn.append(ramp(100, 10))
    turn.discard()
    turn.reopen()
    assert len(turn.commit()[0]) == 0
