"""Samples keep their value on every way between int16, float32 and bytes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.pcm.formats import (
    FULL_SCALE,
    from_float32,
    ms_of_samples,
    pcm_from_bytes,
    pcm_to_bytes,
    samples_of_ms,
    to_float32,
)

ALL_SAMPLES = np.arange(-FULL_SCALE, FULL_SCALE, dtype=np.int16)


def test_every_sample_survives_float32() -> None:
    assert np.array_equal(from_float32(to_float32(ALL_SAMPLES)), ALL_SAMPLES)


def test_every_sample_survives_bytes() -> None:
    assert np.array_equal(pcm_from_bytes(pcm_to_bytes(ALL_SAMPLES)), ALL_SAMPLES)


def test_bytes_are_little_endian() -> None:
    assert pcm_to_bytes(np.array([1, -2], np.int16)) == b"\x01\x00\xfe\xff"


def test_half_a_sample_is_refused() -> None:
    with pytest.raises(ValueError, match="3 bytes"):
        pcm_from_bytes(b"abc")


def test_float32_is_rounded_and_saturated() -> None:
    x = np.array([1.0, -1.0, 7.0, -7.0, 0.6 / FULL_SCALE, -0.6 / FULL_SCALE], np.float32)
    assert from_float32(x).tolist() == [32767, -32768, 32767, -32768, 1, -1]


def test_results_go_where_the_caller_wants_them() -> None:
    floats, samples = np.empty(3, np.float32), np.empty(3, np.int16)
    pcm = np.array([-5, 0, 5], np.int16)
    assert to_float32(pcm, floats) is floats
    assert from_float32(floats, samples) is samples
    assert np.array_equal(samples, pcm)


@given(ms=st.integers(0, 10**9), rate_hz=st.sampled_from([8_000, 16_000, 24_000, 48_000]))
def test_whole_milliseconds_survive_samples(ms: int, rate_hz: int) -> None:
    assert ms_of_samples(samples_of_ms(ms, rate_hz), rate_hz) == ms


def test_a_duration_becomes_the_nearest_sample() -> None:
    assert samples_of_ms(20, 44_100) == 882
    assert samples_of_ms(1, 44_100) == 44
