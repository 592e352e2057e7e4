"""When a provider that failed may be tried again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import Cause, FailureCategory
from appliance.providers.health import (
    BACKGROUND_CAP_S,
    BACKOFF_CAP_S,
    BACKOFF_FIRST_S,
    DOUBT_CAP_S,
    DOUBT_FIRST_S,
    EAGER_PAUSE_S,
    EAGER_S,
    OWNER_RETRY_S,
    UNREACHED_CAP_S,
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


@pytest.mark.parametrize("cause", [Cause.NETWORK_DOWN, Cause.NAME_SERVER_DOWN, Cause.HOST_UNREACHABLE])
def test_who_was_never_reached_is_not_bothered_by_being_tried_again(cause: Cause) -> None:
    health = Health()
    for _ in range(20):
        health = health.failed(LOST, 0.0, 1.0, None, BACKGROUND_CAP_S, cause)
    assert health.pause_s(0.0) == UNREACHED_CAP_S


def test_without_a_network_there_is_no_retry_at_once() -> None:
    health = Health().failed(LOST, 0.0, 0.0, None, cause=Cause.NETWORK_DOWN)
    assert health.pause_s(0.0) == UNREACHED_CAP_S


def test_when_the_way_is_back_it_may_be_tried_at_once_and_every_second_for_a_while() -> None:
    health = Health()
    for _ in range(5):
        health = health.failed(LOST, 0.0, 1.0, None, BACKGROUND_CAP_S)
    health = health.way_is_back(1.0)
    assert health.pause_s(1.0) == health.needed_pause_s(1.0) == 0.0
    for failures in range(20):
        now_s = 1.0 + failures
        health = health.failed(LOST, now_s, 1.0, None, BACKGROUND_CAP_S)
        assert health.pause_s(now_s) <= EAGER_PAUSE_S
    late_s = 1.0 + EAGER_S
    assert health.failed(LOST, late_s, 1.0, None, BACKGROUND_CAP_S).pause_s(late_s) == BACKGROUND_CAP_S


@pytest.mark.parametrize("category", [FailureCategory.AUTH_FAILED, FailureCategory.RATE_LIMITED])
def test_a_network_that_is_back_changes_nothing_for_who_refused(category: FailureCategory) -> None:
    health = Health().failed(category, 0.0, 1.0, 42.0)
    assert health.way_is_back(1.0) == health


def test_a_network_that_is_back_does_not_make_good_what_was_owed() -> None:
    health = Health().let_down(0.0).failed(LOST, 0.0, 1.0, None).way_is_back(1.0)
    assert health.doubt_s(1.0) == DOUBT_FIRST_S - 1.0
