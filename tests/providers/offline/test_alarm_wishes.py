"""An alarm is set, listed, cancelled and snoozed as people say it, and never where that is not certain."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.providers.offline.clock_times import time_of_day
from appliance.providers.offline.wishes import ToolWish, told, wish_of
from appliance.skills.wall_clock import DAYS


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("Wake me at seven.", "07:00"),
        ("Please wake me up at 7:30 tomorrow.", "07:30"),
        ("Set an alarm for 6.45", "06:45"),
        ("Set an alarm for six forty-five a.m.", "06:45"),
        ("Set the alarm for seven o'clock in the evening.", "19:00"),
        ("Could you wake me up at half past six?", "06:30"),
        ("Wake me at a quarter to seven", "06:45"),
        ("Wake me at ten past eight in the morning", "08:10"),
        ("Set an alarm for 9 p.m.", "21:00"),
        ("Set an alarm for 21:15.", "21:15"),
        ("Set an alarm for noon", "12:00"),
        ("Set an alarm for twelve at night", "00:00"),
        ("Wake me at seven oh five", "07:05"),
    ],
)
def test_an_alarm_is_set_for_the_time_that_was_said(text: str, at: str) -> None:
    assert wish_of(text) == ToolWish("set_alarm", json.dumps({"at": at}))


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Wake me at seven every day.", list(DAYS)),
        ("Wake me up every morning at seven.", list(DAYS)),
        ("Set an alarm for seven on weekdays", list(DAYS[:5])),
        ("Wake me every Monday and Friday at seven", ["mon", "fri"]),
        ("Wake me at seven on Saturdays", ["sat"]),
    ],
)
def test_it_repeats_on_the_days_that_were_said(text: str, days: list[str]) -> None:
    assert wish_of(text) == ToolWish("set_alarm", json.dumps({"at": "07:00", "weekdays": days}))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Cancel my alarm.", "cancel_alarm"),
        ("What alarms are set?", "list_alarms"),
        ("Snooze!", "snooze_alarm"),
        ("Snooze the alarm, please.", "snooze_alarm"),
    ],
)
def test_alarms_are_listed_cancelled_and_snoozed(text: str, name: str) -> None:
    assert wish_of(text) == ToolWish(name)


@pytest.mark.parametrize(
    "text",
    [
        "Wake me.",
        "Did you forget to wake me?",
        "Don't wake me at seven.",
        "Wake me at seven on Monday.",  # which one is for somebody who knows the date
        "Wake me at thirteen p.m.",
        "Wake me at seventy",
        "What time does the alarm clock museum open",
        "Set an alarm for the day after tomorrow at seven",
        "She told me to wake me up at the seven hills of Rome",
    ],
)
def test_no_alarm_is_set_where_it_is_not_certain(text: str) -> None:
    wish = wish_of(text)
    assert wish is None or wish.name == "list_alarms"


WORDS = "half past to quarter seven twenty five 7 30 oclock pm oh a night in noon"


@given(st.lists(st.sampled_from(WORDS.split())))
def test_whatever_is_said_is_a_time_of_the_day_or_none(words: list[str]) -> None:
    at = time_of_day(words)
    assert at is None or (at[2] == ":" and 0 <= int(at[:2]) < 24 and 0 <= int(at[3:]) < 60)


SCHOOL = '{"alarm": 1, "name": "school", "time": "07:30", "repeats": "once", "rings_in": "9 hours"}'


@pytest.mark.parametrize(
    ("name", "output", "sentence"),
    [
        (
            "set_alarm",
            '{"time": "07:30", "rings_on": "Saturday 2026-11-21 07:30", "rings_in": "9 hours"}',
            "Your alarm is set for 7:30 in the morning. It rings on Saturday, in 9 hours.",
        ),
        ("set_alarm", '{"note": "the clock is not set"}', "Your alarm is set, but the clock is not set."),
        ("set_alarm", '{"error": "no"}', "Sorry, that did not work: no."),
        (
            "list_alarms",
            f'{{"alarms": [{SCHOOL}]}}',
            "Your school alarm for 7:30 in the morning rings in 9 hours.",
        ),
        ("list_alarms", '{"alarms": []}', "No alarm is set."),
        (
            "cancel_alarm",
            f'{{"cancelled": {SCHOOL}}}',
            "Your school alarm for 7:30 in the morning is cancelled.",
        ),
        ("cancel_alarm", '{"stopped": "alarm"}', "The alarm is off."),
        ("snooze_alarm", '{"snoozed": [], "rings_again_in": "9 minutes"}', "It rings again in 9 minutes."),
    ],
)
def test_what_came_of_it_is_said_in_a_sentence(name: str, output: str, sentence: str) -> None:
    assert told(name, output) == sentence
