"""What rings is loud enough to be heard next door, and neither clicks nor clips."""

import numpy as np
import pytest

from appliance.audio.ringtone import PEAK_DBFS, ring_stroke, ringtone

RATES_HZ = (16_000, 24_000, 44_100, 48_000)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_it_lasts_as_long_as_it_should_and_ends_quietly(rate_hz: int) -> None:
    tone = ringtone(60_000, rate_hz)
    assert tone.dtype == np.int16
    assert len(tone) == 60 * rate_hz
    assert abs(int(tone[0])) < 100
    assert abs(int(tone[-1])) < 100


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_it_swells_and_then_is_as_loud_as_a_voice(rate_hz: int) -> None:
    tone = np.abs(ringtone(60_000, rate_hz).astype(np.int32))
    peak = 32_768 * 10 ** (PEAK_DBFS / 20)
    assert 0.05 * peak < tone[: 2 * rate_hz].max() < 0.5 * peak
    assert 0.6 * peak < tone[10 * rate_hz :].max() <= peak


@pytest.mark.parametrize("length_ms", [0, 10, 500, 1501])
def test_a_short_one_is_the_beginning_of_a_long_one(length_ms: int) -> None:
    short = ringtone(length_ms, 24_000)
    assert np.array_equal(short, ringtone(60_000, 24_000)[: len(short)])


def test_strokes_one_after_the_other_are_the_ringtone() -> None:
    strokes = [ring_stroke(number, 3000, 24_000) for number in range(12)]
    assert np.array_equal(np.concatenate(strokes), ringtone(36_000, 24_000))
