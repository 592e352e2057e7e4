"""Levels in dB below full scale, and volumes as people turn them."""

import math

import numpy as np
import pytest

from appliance.pcm.level import FLOOR_DBFS, amplitude_of_dbfs, db_of_volume, peak_dbfs, rms_dbfs

SINE = np.rint(32767 * np.sin(2 * np.pi * np.arange(16_000) / 16)).astype(np.int16)


@pytest.mark.parametrize("silence", [np.zeros(10, np.int16), np.empty(0, np.int16)])
def test_silence_is_the_floor(silence: np.ndarray[tuple[int], np.dtype[np.int16]]) -> None:
    assert rms_dbfs(silence) == FLOOR_DBFS
    assert peak_dbfs(silence) == FLOOR_DBFS


def test_the_most_negative_sample_is_full_scale() -> None:
    assert peak_dbfs(np.array([-32768, 5], np.int16)) == 0.0


def test_a_full_scale_sine_is_3_db_below_its_peak() -> None:
    assert peak_dbfs(SINE) == pytest.approx(0.0, abs=0.01)
    assert rms_dbfs(SINE) == pytest.approx(-3.01, abs=0.01)


def test_one_bit_is_above_the_floor() -> None:
    assert rms_dbfs(np.ones(10, np.int16)) == pytest.approx(-90.3, abs=0.01)


@pytest.mark.parametrize("dbfs", [-50.0, -6.0, -90.0])
def test_the_amplitude_of_a_level_is_the_smallest_that_reaches_it(dbfs: float) -> None:
    amplitude = amplitude_of_dbfs(dbfs)
    assert peak_dbfs(np.array([amplitude], np.int16)) >= dbfs
    assert peak_dbfs(np.array([amplitude - 1], np.int16)) < dbfs


@pytest.mark.parametrize(("percent", "db"), [(100, 0.0), (50, -10.0), (25, -20.0), (10, -33.2), (1, -66.4)])
def test_half_the_volume_is_ten_decibels_less(percent: int, db: float) -> None:
    assert db_of_volume(percent) == pytest.approx(db, abs=0.05)


def test_full_volume_is_exactly_no_gain_and_none_is_silence() -> None:
    assert db_of_volume(100) == 0.0
    assert db_of_volume(0) == -math.inf


def test_every_step_up_is_louder() -> None:
    assert np.all(np.diff([db_of_volume(percent) for percent in range(101)]) > 0)


@pytest.mark.parametrize("percent", [-1, 101])
def test_a_volume_beyond_its_range_is_refused(percent: int) -> None:
    with pytest.raises(ValueError, match=f"a volume of {percent}: it goes from 0 to 100"):
        db_of_volume(percent)
