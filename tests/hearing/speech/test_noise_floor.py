"""The noise floor: down at once, up within a known time, and not with speech."""

import numpy as np

from appliance.hearing.speech.noise_floor import ADAPTS_WINDOWS, NoiseFloor

BANDS = 3


def steady(power: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.full(BANDS, power)


def after(floor: NoiseFloor, power: float, windows: int) -> float:
    """The floor of the first band after so many windows of steady power."""
    return float([floor.update(steady(power))[0] for _ in range(windows)][-1])


def test_what_comes_first_is_the_floor() -> None:
    first = after(NoiseFloor(BANDS), 1.0, 1)
    assert first == after(NoiseFloor(BANDS), 1.0, 500)


def test_it_falls_within_a_few_windows() -> None:
    floor = NoiseFloor(BANDS)
    loud = after(floor, 1.0, 200)
    assert after(floor, 0.01, 20) < 0.015 * loud


def test_a_lasting_rise_is_followed_in_the_stated_time_and_not_much_before() -> None:
    floor = NoiseFloor(BANDS)
    quiet = after(floor, 1.0, 200)
    assert after(floor, 100.0, ADAPTS_WINDOWS // 2) == quiet
    assert after(floor, 100.0, ADAPTS_WINDOWS - ADAPTS_WINDOWS // 2) > 90 * quiet


def test_it_stays_far_below_speech_however_long_somebody_speaks() -> None:
    floor = NoiseFloor(BANDS)
    after(floor, 1.0, 200)
    for _ in range(20):  # 34 s at 30 dB above the noise, with a fifth of a second between two phrases
        assert after(floor, 1000.0, 47) < 1000 / 31  # 15 dB
        after(floor, 1.0, 6)


def test_every_band_has_its_own() -> None:
    floor = NoiseFloor(BANDS)
    for _ in range(300):
        last = floor.update(np.array([1.0, 10.0, 100.0]))
    assert np.allclose(last / last[0], [1, 10, 100])


def test_after_a_reset_the_past_is_forgotten() -> None:
    floor = NoiseFloor(BANDS)
    after(floor, 1.0, 50)
    floor.reset()
    assert after(floor, 100.0, 1) == after(NoiseFloor(BANDS), 100.0, 1)
