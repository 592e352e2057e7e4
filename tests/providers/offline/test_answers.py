"""The offline provider knows the time and the date, and says honestly that it knows nothing else."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.providers.offline.answers import (
    NOT_UNDERSTOOD,
    OFFLINE_NOW,
    ONLY_TIME_AND_DATE,
    answer,
    spoken_date,
    spoken_time,
)

NOW = datetime(2026, 11, 21, 15, 20)
TIME = "It is 3:20 in the afternoon."
DATE = "Today is Saturday, the 21st of November 2026."


@pytest.mark.parametrize(
    "text",
    [
        "What time is it?",
        "what time is it",
        "What's the time?",
        "What\u2019s the time",
        "What time it is.",
        "What is the current time, please?",
        "The time.",
        "Tell me the time.",
        "Tell me, my time, please.",
        "Could you tell me what time it is right now?",
        "Do you have the time?",
        "How late is it?",
        "What hour is it?",
        "What o'clock is it?",
        "What time of day is it?",
        "Hey computer, what time is it?",
        "My watch broke. What time is it? I have to go.",
    ],
)
def test_the_time_is_told_however_it_is_asked_for(text: str) -> None:
    assert answer(text, NOW) == TIME


@pytest.mark.parametrize(
    "text",
    [
        "What's the date?",
        "What date is it today?",
        "Tell me the date.",
        "Today's date, please.",
        "What day is it today?",
        "What's the day of the week?",
        "What is today?",
        "Which year is it?",
        "Which month are we in?",
        "Do you know what day it is?",
    ],
)
def test_the_date_is_told_however_it_is_asked_for(text: str) -> None:
    assert answer(text, NOW) == DATE


def test_who_asks_for_both_is_told_both() -> None:
    assert answer("What is the date today? And what is the time?", NOW) == f"{TIME} {DATE}"


@pytest.mark.parametrize(
    "text",
    [
        "Go forward ten meters.",
        "What can you do?",
        "Tell me a joke.",
        "What time does the train leave?",
        "What time is it in Tokyo?",
        "What time is dinner today?",
        "What day is tomorrow?",
        "What is the weather today?",
        "What happened today?",
        "What a beautiful day.",
        "Have a nice day.",
        "Set a timer.",
        "How many times?",
        "I don't have time.",
    ],
)
def test_everything_else_is_answered_with_the_truth(text: str) -> None:
    assert answer(text, NOW) == ONLY_TIME_AND_DATE


@pytest.mark.parametrize("text", ["", " ", "...", "?!"])
def test_nothing_understood_is_said_so(text: str) -> None:
    assert answer(text, NOW) == NOT_UNDERSTOOD


@pytest.mark.parametrize(
    ("hour", "minute", "spoken"),
    [
        (0, 0, "It is midnight."),
        (0, 1, "It is 12:01 at night."),
        (1, 0, "It is 1 o'clock in the morning."),
        (9, 5, "It is 9:05 in the morning."),
        (12, 0, "It is noon."),
        (12, 30, "It is 12:30 in the afternoon."),
        (17, 59, "It is 5:59 in the afternoon."),
        (18, 0, "It is 6 o'clock in the evening."),
        (23, 45, "It is 11:45 at night."),
    ],
)
def test_a_time_is_said_without_a_doubt_about_the_half_of_the_day(
    hour: int, minute: int, spoken: str
) -> None:
    assert spoken_time(NOW.replace(hour=hour, minute=minute)) == spoken


@pytest.mark.parametrize(
    ("day", "ordinal"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (13, "13th"), (22, "22nd")],
)
def test_a_day_is_an_ordinal(day: int, ordinal: str) -> None:
    assert f"the {ordinal} of November" in spoken_date(NOW.replace(day=day))


@given(st.datetimes())
def test_no_two_minutes_of_a_day_sound_the_same(now: datetime) -> None:
    later = now.replace(hour=(now.hour + 12) % 24)
    assert spoken_time(now) != spoken_time(later)


@given(st.text(max_size=5_000), st.datetimes())
def test_any_text_is_answered_in_one_or_two_short_sentences(text: str, now: datetime) -> None:
    said = answer(text, now)
    assert 1 <= said.count(".") <= 2
    assert said.endswith(".")
    assert len(said) <= 120


words = st.sampled_from(["what", "time", "date", "is", "it", "the", "tell", "me", "day", "today", "train"])


@given(st.lists(words, max_size=12).map(" ".join), st.data())
def test_case_and_punctuation_at_the_ends_mean_nothing(text: str, data: st.DataObject) -> None:
    shouted = text.upper() + data.draw(st.sampled_from(["?", ".", "...", " ", "?!"]))
    assert answer(shouted, NOW) == answer(text, NOW)


def test_who_stands_in_for_somebody_who_knows_more_says_that_it_is_offline() -> None:
    assert answer("What time is it?", NOW, stands_in=True) == f"{OFFLINE_NOW} {TIME}"
    assert answer("", NOW, stands_in=True) == f"{OFFLINE_NOW} {NOT_UNDERSTOOD}"


def test_who_says_that_it_is_offline_anyway_does_not_say_so_twice() -> None:
    assert answer("Tell me a joke.", NOW, stands_in=True) == ONLY_TIME_AND_DATE
