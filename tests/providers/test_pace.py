"""Sessions are replaced at a reasonable pace."""

from hypothesis import given
from hypothesis import strategies as st

from appliance.providers.pace import AT_ONCE, INTERVAL_S, Pace

ROUNDING_S = 1e-6


def replaced(times: int) -> Pace:
    pace = Pace()
    for _ in range(times):
        pace.replaced(100.0)
    return pace


def test_the_first_few_are_replaced_at_once() -> None:
    assert [replaced(times).pause_s(100.0) for times in range(AT_ONCE + 1)] == [0.0] * (AT_ONCE + 1)


def test_the_next_one_waits() -> None:
    pace = replaced(AT_ONCE + 1)
    assert pace.pause_s(100.0) == INTERVAL_S
    assert pace.pause_s(100.0 + INTERVAL_S) == 0.0


def test_after_a_quiet_while_the_first_few_are_replaced_at_once_again() -> None:
    pace = replaced(AT_ONCE + 1)
    later_s = 100.0 + (AT_ONCE + 1) * INTERVAL_S
    for _ in range(AT_ONCE):
        pace.replaced(later_s)
    assert pace.pause_s(later_s) == 0.0


@given(st.lists(st.floats(0, 3 * INTERVAL_S), min_size=1, max_size=60))
def test_nobody_waits_longer_than_one_interval_and_there_is_no_storm(quiet_s: list[float]) -> None:
    pace, now_s, opened = Pace(), 0.0, []
    for quiet in quiet_s:
        pace.replaced(now_s)
        pause_s = pace.pause_s(now_s)
        assert pause_s <= INTERVAL_S + ROUNDING_S
        opened.append(now_s + pause_s)
        now_s += pause_s + quiet
    for first, later in zip(opened, opened[AT_ONCE + 1 :], strict=False):
        assert later - first >= INTERVAL_S - ROUNDING_S
