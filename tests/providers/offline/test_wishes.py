"""What can be done offline is understood as people say it, and nothing else is done."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.providers.offline.wishes import ToolWish, told, wish_of


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Set a timer for five minutes.", 300),
        ("Set a 5 minute timer", 300),
        ("Please start a timer for twenty-five minutes.", 1500),
        ("Timer, ninety seconds!", 90),
        ("Could you set a timer for an hour and twenty minutes?", 4800),
        ("Set a timer for half an hour.", 1800),
        ("Set a timer for a half hour.", 1800),
        ("Set a timer for two and a half minutes", 150),
        ("Set a timer for a minute and a half", 90),
        ("Set a timer for a quarter of an hour", 900),
        ("Set the timer to 1.5 hours", 5400),
        ("Set an alarm in ten minutes.", 600),
        ("Wake me up in half an hour.", 1800),
        ("Set a timer for a couple of minutes", 120),
        ("set a timer for one hundred twenty seconds", 120),
    ],
)
def test_a_timer_is_set_for_as_long_as_was_said(text: str, seconds: float) -> None:
    wish = wish_of(text)
    assert wish is not None
    assert (wish.name, json.loads(wish.arguments)) == ("set_timer", {"seconds": seconds})


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("How much time is left?", "list_timers"),
        ("How long is left on the timer?", "list_timers"),
        ("What timers are there?", "list_timers"),
        ("Cancel the timer.", "cancel_timer"),
        ("Stop the alarm!", "cancel_timer"),
        ("Turn the alarm off", "cancel_timer"),
    ],
)
def test_timers_are_listed_and_cancelled(text: str, name: str) -> None:
    assert wish_of(text) == ToolWish(name)


@pytest.mark.parametrize(
    "text", ["Stop.", "Stop it, please!", "That's enough.", "Be quiet.", "OK, stop the ringing"]
)
def test_a_word_by_itself_is_meant_for_what_rings_and_costs_no_timer(text: str) -> None:
    assert wish_of(text) == ToolWish("cancel_timer", '{"timer": "alarm"}')


@pytest.mark.parametrize("text", ["Don't stop.", "Stop the music.", "Where does the bus stop?", "Thank you."])
def test_a_word_among_others_is_meant_for_nothing_here(text: str) -> None:
    assert wish_of(text) is None


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("Volume up.", {"change": 20}),
        ("Turn it up a bit, please.", {"change": 20}),
        ("Louder!", {"change": 20}),
        ("Turn the volume down.", {"change": -20}),
        ("Can you speak a little quieter?", {"change": -20}),
        ("Set the volume to fifty percent.", {"percent": 50}),
        ("Volume 35", {"percent": 35}),
        ("Set the volume to one hundred percent", {"percent": 100}),
    ],
)
def test_the_volume_is_turned(text: str, arguments: dict[str, int]) -> None:
    wish = wish_of(text)
    assert wish is not None
    assert (wish.name, json.loads(wish.arguments)) == ("set_volume", arguments)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "What time is it?",
        "Don't set a timer for five minutes.",
        "Tell me about timers.",
        "How much time is left in the game?",
        "Turn it into a frog.",
        "Set the volume to eleven hundred",
        "The volume of a sphere",
        "Set a timer for ² minutes",
        "She turned up the music",
        "I said that somebody had set a timer for five minutes and then there was a story that went on and on"
        " and on and on for very long indeed",
    ],
)
def test_nothing_is_done_where_it_is_not_certain(text: str) -> None:
    assert wish_of(text) is None


@given(st.text())
def test_whatever_was_understood_is_a_wish_or_none(text: str) -> None:
    wish = wish_of(text)
    assert wish is None or isinstance(json.loads(wish.arguments), dict)


@pytest.mark.parametrize(
    ("name", "output", "sentence"),
    [
        ("set_timer", '{"length": "5 minutes"}', "Your timer of 5 minutes is set."),
        ("list_timers", '{"timers": []}', "No timer is running."),
        (
            "list_timers",
            '{"timers": [{"name": "tea", "left": "1 minute"},'
            ' {"name": "", "length": "1 hour", "left": "9 minutes"}]}',
            "Your tea timer has 1 minute left. Your timer of 1 hour has 9 minutes left.",
        ),
        ("cancel_timer", '{"cancelled": {"name": "tea"}}', "Your tea timer is cancelled."),
        ("cancel_timer", '{"stopped": "alarm"}', "The alarm is off."),
        ("set_volume", '{"percent": 60}', "The volume is at 60 percent."),
        ("set_timer", '{"error": "no"}', "Sorry, that did not work: no."),
        ("set_timer", "nonsense", "That is done."),
    ],
)
def test_what_came_of_it_is_said_in_a_sentence(name: str, output: str, sentence: str) -> None:
    assert told(name, output) == sentence
