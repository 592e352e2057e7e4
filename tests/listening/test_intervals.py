"""Intervals as the tables have them."""

import pytest

from tests.listening.intervals import of_percentile, of_ratio, per_hour, wilson


def test_wilson_of_textbook() -> None:
    assert wilson(8, 10) == pytest.approx((0.490, 0.943), abs=0.001)
    assert wilson(0, 60) == pytest.approx((0.0, 0.060), abs=0.001)
    assert wilson(0, 0) == (0.0, 1.0)


def test_poisson_of_textbook() -> None:
    assert per_hour(0, 1) == pytest.approx((0.0, 3.689), abs=0.001)
    assert per_hour(10, 1) == pytest.approx((4.795, 18.390), abs=0.001)
    assert per_hour(10, 2) == pytest.approx((2.398, 9.195), abs=0.001)


def test_a_percentile_lies_in_its_interval_which_narrows_with_more_values() -> None:
    few, many = list(range(0, 100, 5)), [n / 10 for n in range(1000)]
    for values in (few, many):
        low, high = of_percentile(values, 50)
        assert low <= 50 <= high
    assert of_percentile(many, 50)[1] - of_percentile(many, 50)[0] < 10
    assert of_percentile(few, 50)[1] - of_percentile(few, 50)[0] > 10


def test_a_ratio_that_is_always_the_same_has_no_width() -> None:
    assert of_ratio([(1, 10)] * 30) == pytest.approx((0.1, 0.1))
    low, high = of_ratio([(0, 10)] * 15 + [(2, 10)] * 15)
    assert low < 0.1 < high
