"""What happens again and again is told now and then, and the last word on it always."""

from appliance.service.journal.kinds import Priority
from appliance.service.journal.pacing import (
    MAX_KEYS,
    OF_PROVIDERS,
    OF_TALK,
    OF_TROUBLE,
    Due,
    Pacing,
    Rate,
    rate_of,
)

RATE = Rate(2, 10.0)


def test_the_first_ones_are_told_at_once_and_then_one_each_time_the_bucket_fills() -> None:
    pacing = Pacing[int]()
    told = [pacing.take("key", number, RATE, float(number)) for number in range(25)]
    assert [one for one in told if one] == [Due(0, 0), Due(1, 0), Due(10, 8), Due(20, 9)]


def test_what_was_held_back_is_told_when_its_time_comes_although_nothing_follows() -> None:
    pacing = Pacing[str]()
    for message in ("one", "two", "three", "four"):
        pacing.take("key", message, RATE, 0.0)
    assert pacing.next_due_s(0.0) == 10.0
    assert pacing.due(9.9) == []
    assert pacing.due(10.0) == [Due("four", 1)]
    assert pacing.due(30.0) == []
    assert pacing.next_due_s(0.0) is None


def test_one_kind_does_not_hold_back_another() -> None:
    pacing = Pacing[str]()
    for _ in range(9):
        pacing.take("noisy", "again", RATE, 0.0)
    assert pacing.take("quiet", "first", RATE, 0.0) == Due("first", 0)


def test_at_the_end_nothing_stays_untold() -> None:
    pacing = Pacing[str]()
    for message in ("one", "two", "three"):
        pacing.take("key", message, RATE, 0.0)
    assert pacing.rest(0.0) == [Due("three", 0)]
    assert pacing.rest(0.0) == []


def test_who_comes_with_ever_new_keys_finds_a_bound() -> None:
    pacing = Pacing[int]()
    for number in range(10 * MAX_KEYS):
        for _ in range(3):
            pacing.take(number, number, RATE, 0.0)
    assert len(pacing.due(1e6)) == MAX_KEYS


def test_a_provider_that_is_ready_and_closed_all_the_time_fills_no_journal() -> None:
    """Every seven seconds for half an hour, as it was seen: 749 lines."""
    pacing = Pacing[str]()
    told = 0
    for round_ in range(250):
        for state in ("connecting", "ready", "down"):
            rate = rate_of(Priority.INFO, f"provider.{state}")
            told += pacing.take(("openai", state), state, rate, round_ * 7.0) is not None
    assert told <= 3 * (OF_PROVIDERS.burst + 6)


def test_a_plug_that_is_loose_is_told_of_once_a_minute() -> None:
    assert rate_of(Priority.NOTICE, "device.ready") == rate_of(Priority.ERROR, "device.lost") == OF_TROUBLE


def test_a_conversation_of_ten_minutes_is_told_whole() -> None:
    pacing = Pacing[int]()
    rate = rate_of(Priority.INFO, "phase")
    assert rate == OF_TALK
    assert all(pacing.take("phase", number, rate, number * 0.9) for number in range(600))
