"""Timers end when they should, once, and a restart costs none of them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.skills.outcome import ToolError
from appliance.skills.timers import KEPT, MAX_LENGTH_S, MAX_NAME_CHARS, MAX_TIMERS, STILL_RINGS_S, Timers


def running(*lengths_s: float) -> Timers:
    """Timers that were all set at 0, named by their length."""
    timers = Timers()
    for length_s in lengths_s:
        timers.start(length_s, f"{length_s:g}", 0.0)
    return timers


def names(timers: Timers) -> list[str]:
    return [timer.name for timer in timers.pending]


@given(st.lists(st.floats(1, MAX_LENGTH_S), max_size=MAX_TIMERS), st.floats(0, MAX_LENGTH_S))
def test_each_timer_ends_once_and_not_before_its_time(lengths_s: list[float], now_s: float) -> None:
    timers = running(*lengths_s)
    early = [timer.due_s for timer in timers.take_due(now_s)]
    late = [timer.due_s for timer in timers.take_due(MAX_LENGTH_S)]
    assert early == sorted(length_s for length_s in lengths_s if length_s <= now_s)
    assert early + late == sorted(lengths_s)
    assert timers.next_due_s is None


def test_the_next_one_is_the_one_that_ends_first() -> None:
    assert running(300, 60, 600).next_due_s == 60


@pytest.mark.parametrize("length_s", [0, 0.5, -1, MAX_LENGTH_S + 1])
def test_a_length_out_of_bounds_is_refused_in_words(length_s: float) -> None:
    with pytest.raises(ToolError, match="from 1 second to 24 hours"):
        Timers().start(length_s, "", 0.0)


def test_there_are_never_more_than_a_person_can_keep_in_mind() -> None:
    timers = running(*[60] * MAX_TIMERS)
    with pytest.raises(ToolError, match="cancel one first"):
        timers.start(60, "", 0.0)


def test_a_name_is_one_short_line() -> None:
    assert Timers().start(60, "  tea \n and cake " + "x" * 100, 0.0).name.startswith("tea and cake xxx")
    assert len(Timers().start(60, "x" * 100, 0.0).name) == MAX_NAME_CHARS


@pytest.mark.parametrize("which", ["60", " 60 ", "2"])
def test_a_timer_is_cancelled_by_name_or_number(which: str) -> None:
    timers = running(300, 60)
    assert timers.cancel(which).length_s == 60
    assert names(timers) == ["300"]


def test_the_only_timer_needs_no_name() -> None:
    timers = running(60)
    assert timers.cancel("").name == "60"


@pytest.mark.parametrize(
    ("lengths_s", "which", "words"),
    [
        ((), "", "no timer is running"),
        ((60, 300), "", "several timers are running: 1: 60 timer, 2: 300 timer"),
        ((60,), "tea", "there is no such timer; running: 1: 60 timer"),
        ((60, 60), "60", "several"),
    ],
)
def test_what_cannot_be_cancelled_is_said_in_words(
    lengths_s: tuple[float, ...], which: str, words: str
) -> None:
    timers = running(*lengths_s)
    with pytest.raises(ToolError, match=words):
        timers.cancel(which)
    assert len(timers.pending) == len(lengths_s)


def restarted(timers: Timers, now_s: float, off_s: float) -> tuple[Timers, list[str]]:
    """What is left after a time without the device, whose clock begins anew; and what was missed."""
    kept = KEPT.validate_python(json.loads(json.dumps(timers.kept(now_s, 1_000_000.0))))
    restored = Timers()
    missed = restored.restore(kept, 0.0, 1_000_000.0 + off_s)
    return restored, [timer.name for timer in missed]


def test_after_a_restart_they_go_on_with_what_is_left() -> None:
    timers, missed = restarted(running(60, 300), now_s=10, off_s=20)
    assert [(timer.name, timer.due_s) for timer in timers.pending] == [("60", 30), ("300", 270)]
    assert missed == []


def test_what_ended_meanwhile_rings_at_once_unless_it_is_long_ago() -> None:
    timers, missed = restarted(running(60, 60 + STILL_RINGS_S), now_s=0, off_s=100 + STILL_RINGS_S)
    assert [(timer.name, timer.due_s) for timer in timers.pending] == [("660", 0)]
    assert missed == ["60"]


def test_a_clock_that_is_not_set_yet_makes_no_timer_longer_than_it_was() -> None:
    timers, _ = restarted(running(300), now_s=0, off_s=-1_000_000.0)
    assert timers.next_due_s == 300


@pytest.mark.parametrize(
    "spoilt",
    [
        {},
        [{}],
        [{"name": "tea", "length_s": -1, "due_unix_s": 0}],
        [{"name": "tea", "length_s": 60, "due_unix_s": float("nan")}],
        [{"name": "tea", "length_s": 60, "due_unix_s": 0}] * (MAX_TIMERS + 1),
    ],
)
def test_what_nobody_here_has_kept_is_refused(spoilt: object) -> None:
    with pytest.raises(ValueError, match="validation error"):
        KEPT.validate_python(spoilt)


def test_what_rings_rings_on_after_a_restart_and_is_known_to_have_rung() -> None:
    timers = running(60, 300)
    timers.take_due(60)
    after, _ = restarted(timers, now_s=70, off_s=10)
    assert [(timer.name, timer.rang) for timer in after.take_due(0)] == [("60", True)]
    again, _ = restarted(after, now_s=0, off_s=0)
    assert [timer.rang for timer in again.take_due(0)] == [True]


def test_who_was_off_for_longer_than_was_thought_has_less_time_left() -> None:
    timers = running(60, 600, 6000)
    assert [timer.name for timer in timers.hasten([1, 2], 700, 0.0)] == ["60"]
    assert [(timer.name, timer.due_s) for timer in timers.pending] == [("600", -100), ("6000", 6000)]
