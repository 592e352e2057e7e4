"""A quantile is within its error of the value at its rank, and memory does not grow."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.conversation.distribution import LONGEST_MS, RELATIVE_ERROR, Distribution

WAITS_MS = st.lists(st.floats(1.0, LONGEST_MS), min_size=1, max_size=200)


def of(values_ms: list[float]) -> Distribution:
    distribution = Distribution()
    for value_ms in values_ms:
        distribution.add(value_ms)
    return distribution


@given(WAITS_MS, st.floats(0, 1))
def test_a_quantile_is_within_its_error_of_the_value_at_its_rank(values: list[float], share: float) -> None:
    exact_ms = sorted(values)[max(math.ceil(share * len(values)), 1) - 1]
    assert of(values).quantile_ms(share) == pytest.approx(exact_ms, rel=RELATIVE_ERROR * 1.001)


@given(st.lists(st.floats(0, 1e12), min_size=1, max_size=50), st.floats(0, 1))
def test_no_quantile_leaves_the_range_of_the_values(values: list[float], share: float) -> None:
    assert min(values) <= of(values).quantile_ms(share) <= max(values)


def test_count_last_mean_and_max_are_exact() -> None:
    spread = of([300.0, 900.0, 600.0])
    assert (spread.count, spread.last_ms, spread.mean_ms, spread.max_ms) == (3, 600.0, 600.0, 900.0)


def test_without_values_everything_is_zero() -> None:
    spread = Distribution()
    assert (spread.mean_ms, spread.max_ms, spread.quantile_ms(0.95)) == (0, 0, 0)
