"""An error is seen at once, and one that stays is seen again and again, but does not fill the log."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.service.error_pacing import LONGEST_PAUSE_MS, MAX_KINDS, MAX_WAYS, QUIET_MS, ErrorPacing

SECOND = 1000.0


def lines(*at_s: float) -> list[tuple[float, int]]:
    """When a line is written, and for how many errors, of errors at these seconds."""
    pacing = ErrorPacing()
    written = [(s, pacing.times("offline", s * SECOND)) for s in at_s]
    return [(s, times) for s, times in written if times]


def test_the_first_is_written_at_once() -> None:
    assert lines(3) == [(3, 1)]


def test_what_follows_soon_is_counted() -> None:
    assert lines(0, 1, 2, 3, 4, 5, 6) == [(0, 1), (5, 5)]


def test_after_an_hour_there_is_a_line_a_minute() -> None:
    every_second = [float(second) for second in range(7200)]
    found = lines(*every_second)
    assert [later - earlier for (earlier, _), (later, _) in pairwise(found)][-10:] == [60] * 10
    assert found[-1][1] == 60


def test_what_comes_back_after_a_while_is_new() -> None:
    assert lines(0, 1, 2, 600, 601) == [(0, 1), (600, 3)]
    assert lines(0, 600, 601) == [(0, 1), (600, 1)]


def test_two_kinds_do_not_hide_one_another() -> None:
    pacing = ErrorPacing()
    assert [pacing.times(kind, 0.0) for kind in ("a", "b", "a", "b")] == [1, 1, 0, 0]


def test_what_goes_wrong_in_another_way_is_written_at_once_and_what_is_known_of_it_is_not() -> None:
    pacing = ErrorPacing()
    found = [pacing.times("offline", 0.0, way) for way in ("not found", "not found", "expired", "not found")]
    assert found == [1, 0, 2, 0]


def test_after_a_while_what_was_known_is_new() -> None:
    pacing = ErrorPacing()
    assert [pacing.times("offline", at_ms, "not found") for at_ms in (0.0, QUIET_MS, QUIET_MS)] == [1, 1, 0]
    assert pacing.times("offline", QUIET_MS, "expired") == 1 + 1


def test_ways_without_end_are_paced_like_one() -> None:
    """A server may give each of its refusals a number of its own."""
    pacing = ErrorPacing()
    found = [times for s in range(7200) if (times := pacing.times("offline", s * SECOND, f"refusal {s}"))]
    assert len(found) <= MAX_WAYS + 7200 / 60 + 4
    assert found[-1] == 60


def test_any_number_of_kinds_takes_the_same_memory() -> None:
    pacing = ErrorPacing()
    for kind in range(10 * MAX_KINDS):
        assert pacing.times(kind, 0.0) == 1
    assert pacing.times(10 * MAX_KINDS - 1, 0.0) == 0
    assert pacing.times(0, 0.0) == 1


@given(st.lists(st.floats(0, 200), max_size=200))
def test_every_error_is_written_or_counted(pauses_s: list[float]) -> None:
    pacing, now_ms, told = ErrorPacing(), 0.0, 0
    for pause_s in pauses_s:
        now_ms += pause_s * SECOND
        told += pacing.times("x", now_ms)
    now_ms += LONGEST_PAUSE_MS + 1
    assert told + pacing.times("x", now_ms) == len(pauses_s) + 1


@pytest.mark.parametrize("every_s", [0.6, 7.0, 30.0, 59.0])
def test_nothing_is_written_more_than_once_a_minute_in_the_end(every_s: float) -> None:
    found = lines(*(number * every_s for number in range(2000)))
    apart = [later - earlier for (earlier, _), (later, _) in pairwise(found)]
    assert min(apart[5:]) >= 60
