"""A day and a month begin at nothing, each limit is told once, and who costs nothing may always answer."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.conversation.prices import FREE, Prices, prices_of
from appliance.conversation.spending import Ledger, Level, Limits, Period, allowed

DAY = date(2026, 11, 21)
DEAR = prices_of({"input_text_per_million": 4.0}, 1, "2026-11-01")
PROVIDERS: dict[str, Prices | None] = {"dear": DEAR, "unknown": None, "offline": FREE}
NEAR_DAY, REACHED_DAY = (Period.DAY, Level.NEAR), (Period.DAY, Level.REACHED)
NEAR_MONTH, REACHED_MONTH = (Period.MONTH, Level.NEAR), (Period.MONTH, Level.REACHED)


def spent(millionths: int, day: date = DAY) -> Ledger:
    return Ledger(day).add(millionths)


def test_a_new_day_begins_at_nothing_and_the_month_goes_on() -> None:
    ledger = spent(5).at(DAY + timedelta(days=1)).add(2)
    assert (ledger.today, ledger.this_month) == (2, 7)


@pytest.mark.parametrize("later", [date(2026, 12, 1), date(2027, 11, 21)])
def test_a_new_month_begins_at_nothing(later: date) -> None:
    assert spent(5).at(later) == Ledger(later)


def test_a_clock_that_is_not_set_yet_takes_nothing_back() -> None:
    ledger = spent(5).at(date(1970, 1, 1)).add(1)
    assert (ledger.today, ledger.this_month) == (6, 6)
    assert ledger.at(DAY) == spent(6)


def test_a_clock_that_was_ahead_once_stops_no_day_from_beginning() -> None:
    """The ledger's day lies in the future: the first midnight that the clock passes ends it."""
    ledger = spent(100, date(2099, 1, 1)).at(DAY).add(1)
    assert ledger.today == 101
    ledger = ledger.at(DAY + timedelta(days=1))
    assert ledger == Ledger(DAY + timedelta(days=1))
    assert ledger.at(DAY + timedelta(days=2)).day == DAY + timedelta(days=2)


def test_a_clock_that_is_set_in_steps_is_not_taken_for_midnight() -> None:
    ledger = spent(100)
    for told in (date(1970, 1, 1), DAY - timedelta(days=2), DAY):
        ledger = ledger.at(told)
    assert ledger == spent(100)


def test_a_limit_that_was_raised_is_told_of_anew() -> None:
    _, ledger = spent(100).tell(Limits(day=100))
    news, ledger = ledger.add(10).tell(Limits(day=200))
    assert news == ()
    assert ledger.add(60).tell(Limits(day=200))[0] == (NEAR_DAY,)


def test_without_limits_everybody_may_be_asked() -> None:
    assert allowed(PROVIDERS, spent(10**12), Limits()) == PROVIDERS.keys()


@pytest.mark.parametrize("limits", [Limits(day=100), Limits(month=100)])
def test_at_a_limit_those_who_cost_something_are_left_out(limits: Limits) -> None:
    assert allowed(PROVIDERS, spent(99), limits) == PROVIDERS.keys()
    assert allowed(PROVIDERS, spent(100), limits) == {"unknown", "offline"}


def test_the_next_day_everybody_may_be_asked_again() -> None:
    limits = Limits(day=100, month=1000)
    assert allowed(PROVIDERS, spent(100).at(DAY + timedelta(days=1)), limits) == PROVIDERS.keys()


def test_at_the_limit_of_the_month_the_next_day_changes_nothing() -> None:
    assert "dear" not in allowed(PROVIDERS, spent(100).at(DAY + timedelta(days=1)), Limits(month=100))


def test_four_fifths_are_told_once() -> None:
    limits = Limits(day=100)
    assert spent(79).tell(limits)[0] == ()
    news, ledger = spent(80).tell(limits)
    assert news == (NEAR_DAY,)
    assert ledger.add(5).tell(limits)[0] == ()


def test_the_limit_itself_is_told_once_more() -> None:
    _, ledger = spent(80).tell(Limits(day=100))
    news, ledger = ledger.add(20).tell(Limits(day=100))
    assert news == (REACHED_DAY,)
    assert ledger.add(1).tell(Limits(day=100))[0] == ()


def test_who_passes_both_at_once_is_told_the_limit_alone() -> None:
    assert spent(500).tell(Limits(day=100))[0] == (REACHED_DAY,)


def test_the_next_day_is_told_of_anew_and_the_month_is_not() -> None:
    limits = Limits(day=100, month=100)
    news, ledger = spent(90).tell(limits)
    assert set(news) == {NEAR_DAY, NEAR_MONTH}
    ledger = ledger.at(DAY + timedelta(days=1)).add(9)
    assert ledger.tell(limits)[0] == ()
    assert ledger.add(80).tell(limits)[0] == (NEAR_DAY, REACHED_MONTH)


def test_of_two_limits_the_one_that_lasts_longer_is_named() -> None:
    assert spent(100).reached(Limits(day=100, month=100)) is Period.MONTH
    assert spent(100).reached(Limits(day=100)) is Period.DAY
    assert spent(99).reached(Limits(day=100)) is None


@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(0, 40)), max_size=40),
    st.integers(0, 300),
    st.integers(0, 900),
)
def test_nothing_is_told_twice_in_its_period(steps: list[tuple[int, int]], daily: int, monthly: int) -> None:
    limits, ledger = Limits(daily, monthly), Ledger(DAY)
    told = set()
    for cost, days in steps:
        ledger = ledger.at(ledger.day + timedelta(days=days)).add(cost)
        news, ledger = ledger.tell(limits)
        for period, level in news:
            when = ledger.day if period is Period.DAY else (ledger.day.year, ledger.day.month)
            assert (period, level, when) not in told
            told.add((period, level, when))
        assert 0 <= ledger.today <= ledger.this_month
