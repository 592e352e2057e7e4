"""When a provider that failed may be tried again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import FailureCategory
from appliance.providers.health import (
    BACKGROUND_CAP_S,
    BACKOFF_CAP_S,
    BACKOFF_FIRST_S,
    DOUBT_CAP_S,
    DOUBT_FIRST_S,
    OWNER_RETRY_S,
    Health,
)

LOST = FailureCategory.CONNECTION_FAILED


def after(failures: int, chance: float = 1.0, cap_s: float = BACKOFF_CAP_S) -> float:
    """The pause after so many failures in a row."""
    health = Health()
    for _ in range(failures):
        health = health.failed(LOST, 0.0, chance, None, cap_s)
    return health.pause_s(0.0)


def test_a_single_dropped_connection_is_tried_again_at_once() -> None:
    assert after(1) == 0.0


def test_the_longest_pause_doubles_up_to_its_cap() -> None:
    longest = [after(failures) for failures in range(2, 9)]
    assert longest == [2 * BACKOFF_FIRST_S, 2.0, 4.0, 8.0, 10.0, 10.0, 10.0]
    assert after(40, cap_s=BACKGROUND_CAP_S) == BACKGROUND_CAP_S


@given(st.integers(2, 50), st.floats(0, 1))
def test_the_pause_is_anything_between_nothing_and_the_longest(failures: int, chance: float) -> None:
    assert after(failures, chance) == pytest.approx(chance * after(failures))


@pytest.mark.parametrize("category", [FailureCategory.AUTH_FAILED, FailureCategory.QUOTA_EXHAUSTED])
def test_what_only_the_owner_can_mend_is_left_to_him(category: FailureCategory) -> None:
    assert Health().failed(category, 100.0, 0.0, None).pause_s(100.0) == OWNER_RETRY_S


def test_a_peer_that_asks_for_peace_has_it() -> None:
    limited = Health().failed(FailureCategory.RATE_LIMITED, 0.0, 0.0, 42.0)
    assert limited.pause_s(0.0) == 42.0
    assert limited.pause_s(40.0) == 2.0
    assert limited.pause_s(50.0) == 0.0


def test_a_peer_that_is_asked_too_often_is_not_asked_again_at_once_though_it_names_no_time() -> None:
    limited = Health().failed(FailureCategory.RATE_LIMITED, 0.0, 1.0, None)
    assert limited.pause_s(0.0) == BACKOFF_FIRST_S


# ---------------------------------------------------------------- answers that did not come


def doubt_after(answers: int) -> float:
    """How long others are preferred after so many answers in a row that did not come."""
    health = Health()
    for _ in range(answers):
        health = health.let_down(100.0)
    return health.doubt_s(100.0)


def test_others_are_preferred_twice_as_long_after_every_answer_that_did_not_come() -> None:
    assert doubt_after(0) == 0.0
    doubts = [doubt_after(answers) for answers in range(1, 9)]
    assert doubts == [DOUBT_FIRST_S * 2**n for n in range(6)] + [DOUBT_CAP_S] * 2


def test_doubt_passes() -> None:
    health = Health().let_down(100.0)
    assert health.doubt_s(100.0 + DOUBT_FIRST_S - 1) == 1.0
    assert health.doubt_s(100.0 + DOUBT_FIRST_S) == 0.0


def test_doubt_outlasts_every_other_failure() -> None:
    health = Health().let_down(100.0).failed(LOST, 100.0, 1.0, None)
    assert health.doubt_s(100.0) == DOUBT_FIRST_S
    assert health.let_down(200.0).doubt_s(200.0) == 2 * DOUBT_FIRST_S
