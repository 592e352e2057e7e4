"""A time of day comes once on a day, also on the days on which the clocks are changed."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.service.network.clock import HERE
from appliance.skills.wall_clock import Rule, instant_of, next_day, spoken_time

VIENNA = ZoneInfo("Europe/Vienna")
ZONES = ["Europe/Vienna", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia", "UTC"]
EVERY_DAY = frozenset(range(7))


def local(unix_s: float | None, zone: str = "Europe/Vienna") -> str:
    assert unix_s is not None
    return f"{datetime.fromtimestamp(unix_s, ZoneInfo(zone)):%a %Y-%m-%d %H:%M %z}"


def unix(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def test_a_time_that_the_clocks_jump_over_comes_with_the_first_instant_after_it() -> None:
    assert local(instant_of(date(2027, 3, 28), time(2, 30), VIENNA)) == "Sun 2027-03-28 03:00 +0200"


def test_a_time_that_comes_twice_comes_the_first_time() -> None:
    assert local(instant_of(date(2026, 10, 25), time(2, 30), VIENNA)) == "Sun 2026-10-25 02:30 +0200"


def test_it_comes_once_in_the_night_in_which_it_could_come_twice() -> None:
    rule = Rule(time(2, 30), EVERY_DAY)
    first = rule.after(unix("2026-10-24T12:00:00+02:00"), VIENNA)
    assert first is not None
    assert local(rule.after(first, VIENNA)) == "Mon 2026-10-26 02:30 +0100"


def test_a_date_that_never_was_is_over_when_the_next_one_begins() -> None:
    """Samoa went from the 29th to the 31st of December."""
    there = instant_of(date(2011, 12, 30), time(7), ZoneInfo("Pacific/Apia"))
    assert local(there, "Pacific/Apia") == "Sat 2011-12-31 00:00 +1400"


def test_seven_in_the_morning_stays_seven_in_the_morning() -> None:
    rule = Rule(time(7), EVERY_DAY)
    assert local(rule.after(unix("2027-03-27T12:00:00+01:00"), VIENNA)) == "Sun 2027-03-28 07:00 +0200"


def test_on_working_days_it_leaves_out_the_weekend() -> None:
    rule = Rule(time(6, 45), frozenset(range(5)))
    assert local(rule.after(unix("2026-11-20T06:45:00+01:00"), VIENNA)) == "Mon 2026-11-23 06:45 +0100"
    assert local(rule.until(unix("2026-11-22T12:00:00+01:00"), VIENNA)) == "Fri 2026-11-20 06:45 +0100"


def test_once_means_once() -> None:
    rule = Rule(time(7), day=date(2026, 11, 22))
    came = rule.after(unix("2026-11-20T12:00:00+01:00"), VIENNA)
    assert local(came) == "Sun 2026-11-22 07:00 +0100"
    assert came is not None
    assert rule.after(came, VIENNA) is None
    assert rule.until(came, VIENNA) == came
    assert rule.until(came - 1, VIENNA) is None


@pytest.mark.parametrize(("now", "day"), [("06:59", 21), ("07:00", 22), ("12:00", 22)])
def test_the_next_time_is_today_or_tomorrow(now: str, day: int) -> None:
    assert next_day(time(7), unix(f"2026-11-21T{now}:00+01:00"), VIENNA) == date(2026, 11, day)


def test_an_alarm_is_named_as_one_says_it() -> None:
    times = (time(7), time(7, 30), time(0, 5), time(19), time(12, 15), time(12), time(0))
    spoken = ["7 o'clock", "7:30", "12:05", "7 p.m.", "12:15 p.m.", "noon", "midnight"]
    assert [spoken_time(at) for at in times] == spoken


def test_the_zone_of_the_machine_will_do() -> None:
    noon = instant_of(date(2026, 7, 1), time(12), HERE)
    assert datetime.fromtimestamp(noon, HERE).replace(tzinfo=None) == datetime(2026, 7, 1, 12)


@given(
    st.sampled_from(ZONES),
    st.datetimes(datetime(2005, 1, 1), datetime(2037, 1, 1)),
    st.times(),
    st.frozensets(st.integers(0, 6), min_size=1),
)
def test_after_and_until_are_neighbours(
    zone_name: str, now: datetime, at: time, weekdays: frozenset[int]
) -> None:
    """Between them there is no other instant, each is on its day, and neither is further away than a week
    and a change of the clocks."""
    zone, unix_s = ZoneInfo(zone_name), now.replace(tzinfo=UTC).timestamp()
    rule = Rule(at.replace(second=0, microsecond=0), weekdays)
    last, following = rule.until(unix_s, zone), rule.after(unix_s, zone)
    assert last is not None
    assert following is not None
    assert last <= unix_s < following
    assert rule.after(last, zone) == following
    assert following - last <= timedelta(days=8, hours=1).total_seconds()
    if zone_name != "Pacific/Apia":
        assert datetime.fromtimestamp(following, zone).weekday() in weekdays
