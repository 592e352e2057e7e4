"""Who is asked next."""

from appliance.errors import FailureCategory
from appliance.providers.health import (
    BACKGROUND_CAP_S,
    BACKOFF_CAP_S,
    DOUBT_CAP_S,
    DOUBT_FIRST_S,
    OWNER_RETRY_S,
)
from appliance.providers.roster import FAILBACK_AFTER_S, FAILBACK_CAP_S, Roster


def fail(roster: Roster, index: int, times: int = 1, retry_after_s: float | None = None) -> None:
    for _ in range(times):
        roster.failed(index, FailureCategory.CONNECTION_FAILED, 0.0, 1.0, retry_after_s)


def test_the_first_that_may_be_tried_now_is_tried() -> None:
    roster = Roster(3)
    fail(roster, 0, retry_after_s=5.0)
    assert roster.next((), 0.0) == (1, 0.0)
    assert roster.next((), 5.0) == (0, 0.0)


def test_who_failed_this_turn_is_tried_after_those_who_have_not() -> None:
    assert Roster(2).next({0}, 0.0) == (1, 0.0)
    assert Roster(2).next({0, 1}, 0.0) == (0, 0.0)


def test_where_all_must_wait_the_one_that_may_soonest_is_waited_for() -> None:
    roster = Roster(2)
    fail(roster, 0, retry_after_s=20.0)
    fail(roster, 1, retry_after_s=5.0)
    assert roster.next((), 0.0) == (1, 5.0)


def test_nobody_else_is_there_when_all_others_were_tried_or_must_wait() -> None:
    roster = Roster(3)
    fail(roster, 1, retry_after_s=20.0)
    assert not roster.anybody_but({0, 2}, 0.0)
    assert roster.anybody_but({0}, 0.0)


def test_the_preferred_one_is_never_left_for_a_better() -> None:
    assert Roster(2).failback_after_s(0, 0.0) is None


def test_a_better_one_is_asked_again_later_with_every_failure_and_never_before_it_may() -> None:
    roster = Roster(2)
    assert roster.failback_after_s(1, 0.0) == FAILBACK_AFTER_S
    fail(roster, 0)
    assert roster.failback_after_s(1, 0.0) == 2 * FAILBACK_AFTER_S
    fail(roster, 0, times=20)
    assert roster.failback_after_s(1, 0.0) == FAILBACK_CAP_S
    refused = Roster(2)
    refused.failed(0, FailureCategory.AUTH_FAILED, 0.0, 1.0, None)
    assert refused.failback_after_s(1, 0.0) == OWNER_RETRY_S


def test_an_answer_makes_a_provider_well_again() -> None:
    roster = Roster(1)
    fail(roster, 0, times=3, retry_after_s=50.0)
    roster.answered(0)
    assert roster.next((), 0.0) == (0, 0.0)


def test_a_provider_that_is_needed_is_asked_again_sooner_than_one_in_place_of_which_another_answers() -> None:
    alone, beside = Roster(1), Roster(2)
    for roster in (alone, beside):
        fail(roster, 0, times=20)
    assert alone.next((), 0.0) == (0, BACKOFF_CAP_S)
    assert beside.next({1}, BACKGROUND_CAP_S - 0.1) == (1, 0.0)
    assert beside.next({1}, BACKGROUND_CAP_S) == (0, 0.0)


def test_a_pause_for_the_background_is_over_sooner_where_nobody_else_is_left() -> None:
    roster = Roster(2)
    fail(roster, 0, times=20)
    roster.failed(1, FailureCategory.QUOTA_EXHAUSTED, 0.0, 1.0, None)
    assert roster.next((), 0.0) == (0, BACKOFF_CAP_S)
    assert roster.next((), BACKOFF_CAP_S) == (0, 0.0)


def test_who_asked_for_peace_has_it_also_where_nobody_else_is_left() -> None:
    roster = Roster(2)
    fail(roster, 0, times=20, retry_after_s=50.0)
    roster.failed(1, FailureCategory.QUOTA_EXHAUSTED, 0.0, 1.0, None)
    assert roster.next((), BACKOFF_CAP_S) == (0, 50.0 - BACKOFF_CAP_S)


# ---------------------------------------------------------------- who let somebody down


def doubted(count: int, *indices: int, times: int = 1, last_resorts: tuple[int, ...] = ()) -> Roster:
    roster = Roster(count, last_resorts=last_resorts)
    for index in indices:
        for _ in range(times):
            roster.let_down(index, 0.0)
    return roster


def test_who_let_somebody_down_comes_after_all_others_for_a_while() -> None:
    roster = doubted(3, 0)
    assert roster.next((), 0.0) == (1, 0.0)
    assert roster.next({1}, 0.0) == (2, 0.0)
    assert roster.next((), DOUBT_FIRST_S) == (0, 0.0)


def test_a_last_resort_is_no_better_than_who_let_somebody_down() -> None:
    assert doubted(2, 0, last_resorts=(1,)).next((), 0.0) == (0, 0.0)
    assert doubted(3, 0, last_resorts=(2,)).next({1}, 0.0) == (0, 0.0)
    assert doubted(3, 0, last_resorts=(2,)).next({0, 1}, 0.0) == (2, 0.0)


def test_a_last_resort_that_the_owner_prefers_is_preferred() -> None:
    assert doubted(2, 1, last_resorts=(0,)).next((), 0.0) == (0, 0.0)


def test_who_lets_people_down_again_and_again_is_tried_ever_later() -> None:
    waits = [doubted(2, 0, times=times).failback_after_s(1, 0.0) for times in (1, 2, 3, 20)]
    assert waits == [DOUBT_FIRST_S, 2 * DOUBT_FIRST_S, 4 * DOUBT_FIRST_S, DOUBT_CAP_S]


def test_the_time_until_that_passes_whoever_is_in_use_meanwhile() -> None:
    roster = doubted(2, 0, times=20)
    assert roster.failback_after_s(1, DOUBT_CAP_S - 100.0) == 100.0


def test_with_a_last_resort_nobody_waits_for_long() -> None:
    roster = doubted(3, 0, times=20, last_resorts=(2,))
    roster.failed(1, FailureCategory.AUTH_FAILED, 0.0, 1.0, None)
    assert roster.failback_after_s(2, 0.0) == FAILBACK_CAP_S


def test_only_a_whole_answer_ends_the_doubt() -> None:
    roster = doubted(2, 0, times=3)
    fail(roster, 0)
    assert roster.failback_after_s(1, 0.0) == 4 * DOUBT_FIRST_S
    roster.answered(0)
    assert roster.next((), 0.0) == (0, 0.0)
    assert roster.failback_after_s(1, 0.0) == FAILBACK_AFTER_S
