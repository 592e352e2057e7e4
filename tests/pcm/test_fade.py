"""A gain moves in straight lines, sample by sample, whatever the blocks."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.pcm.fade import Gain
from appliance.pcm.formats import Pcm
from tests.pcm.chunks import chunkings, cut, joined, noise

RATE_HZ = 16_000


def steady(samples: int, level: int = 16_000) -> Pcm:
    return np.full(samples, level, np.int16)


def applied(gain: Gain, pcm: Pcm, lengths: list[int]) -> Pcm:
    blocks = [chunk.copy() for chunk in cut(pcm, lengths)]
    for block in blocks:
        gain.apply(block)
    return joined(blocks)


@given(lengths=chunkings, db=st.floats(-60, 20), ramp_ms=st.floats(0, 300))
def test_block_sizes_change_nothing(lengths: list[int], db: float, ramp_ms: float) -> None:
    pcm = noise(9_000)
    whole, chunked = Gain(RATE_HZ), Gain(RATE_HZ)
    whole.set_db(db, ramp_ms)
    chunked.set_db(db, ramp_ms)
    assert np.array_equal(applied(whole, pcm, []), applied(chunked, pcm, lengths))


def test_a_ramp_is_a_straight_line_to_the_sample() -> None:
    gain, block = Gain(RATE_HZ), steady(20)
    gain.mute(ramp_ms=1)
    gain.apply(block)
    assert block.tolist() == [*range(15_000, -1, -1_000), 0, 0, 0, 0]


def test_a_ramp_longer_than_any_scratch_is_straight_too() -> None:
    gain, block = Gain(RATE_HZ), steady(16_000)
    gain.mute(ramp_ms=1_000)
    gain.apply(block)
    assert np.array_equal(block, np.arange(15_999, -1, -1))


def test_it_is_settled_exactly_when_the_ramp_is_through() -> None:
    gain = Gain(RATE_HZ)
    assert gain.settled
    gain.set_db(-12, ramp_ms=10)
    gain.apply(steady(159))
    assert (gain.settled, gain.ramp_left_samples) == (False, 1)
    gain.apply(steady(1))
    assert (gain.settled, gain.ramp_left_samples) == (True, 0)


def test_a_replaced_ramp_goes_on_from_where_it_stands() -> None:
    gain, block = Gain(RATE_HZ), steady(16)
    gain.mute(ramp_ms=1)
    gain.apply(block[:8])
    gain.set_db(0, ramp_ms=0.5)
    gain.apply(block[8:])
    assert block.tolist() == [*range(15_000, 7_000, -1_000), *range(9_000, 17_000, 1_000)]


def test_without_a_ramp_the_next_sample_is_at_the_target() -> None:
    gain, block = Gain(RATE_HZ), steady(2, 10_000)
    gain.set_db(-20, ramp_ms=0)
    gain.apply(block)
    assert block.tolist() == [1_000, 1_000]


def test_unity_is_exact_again_after_a_swell() -> None:
    gain, pcm = Gain(RATE_HZ), noise(2_000)
    gain.mute(ramp_ms=0)
    gain.set_db(0, ramp_ms=60)
    after = applied(gain, pcm, [])
    assert np.array_equal(after[960:], pcm[960:])


def test_too_much_gain_saturates() -> None:
    gain, block = Gain(RATE_HZ, db=20), np.array([30_000, -30_000], np.int16)
    gain.apply(block)
    assert block.tolist() == [32_767, -32_768]


def test_a_move_to_where_it_is_needs_no_time() -> None:
    gain = Gain(RATE_HZ, db=-12)
    gain.set_db(-12, ramp_ms=50)
    assert gain.settled


def test_minus_infinity_is_silence() -> None:
    gain, block = Gain(RATE_HZ), steady(3)
    gain.set_db(-math.inf, ramp_ms=0)
    gain.apply(block)
    assert not block.any()


def test_a_level_is_what_its_decibels_say() -> None:
    gain, block = Gain(RATE_HZ, db=-12), steady(1, 32_767)
    gain.apply(block)
    assert 20 * np.log10(block[0] / 32_767) == pytest.approx(-12, abs=0.001)
