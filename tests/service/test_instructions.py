"""What the model is told is filled in, and told anew when it is no longer true; the time not every minute."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from appliance.conversation.vocabulary import Command, CommitTurn, Configure
from appliance.service.assembly import Assembly
from appliance.service.instructions import TIME_LATE_S, Instructions, UnknownVariable, fill_in
from appliance.settings.pack import Prompt
from tests.service.stage import ScriptedProvider, play, silence, speech, tone

SATURDAY = datetime(2026, 11, 21, 23, 50, tzinfo=UTC)


class Stage:
    """Instructions and a clock to turn by hand."""

    def __init__(self, template: str, **variables: str) -> None:
        self.now = SATURDAY
        defaults = {"topic": "rock", "date": "some day"}
        prompt = Prompt(template, defaults)
        self.told = Instructions(prompt, variables, "kitchen", "de-AT", lambda: self.now)

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def test_every_placeholder_is_filled_in() -> None:
    assert fill_in("Hi {{ who }}, {{who}}!", {"who": "Al"}) == "Hi Al, Al!"


def test_a_value_is_not_filled_in_itself() -> None:
    assert fill_in("{{a}}", {"a": "{{b}}", "b": "x"}) == "{{b}}"


def test_what_nobody_gives_is_computed() -> None:
    stage = Stage("{{time}} {{date}} {{weekday}} {{room}} {{language}}")
    assert stage.told.as_of_now() == "23:50 2026-11-21 Saturday kitchen de-AT"


def test_the_owner_wins_over_what_is_computed_and_that_over_a_pack() -> None:
    stage = Stage("{{topic}} {{date}} {{room}} {{weekday}}", room="hall", weekday="Sunday")
    assert stage.told.as_of_now() == "rock 2026-11-21 hall Sunday"


def test_a_variable_that_is_set_is_told_and_stays() -> None:
    stage = Stage("{{user_name}} in the {{room}} likes {{topic}}", user_name="Al")
    stage.told.assign("user_name", "Bo")
    stage.told.assign("room", "hall")
    stage.told.assign("topic", "jazz")
    assert stage.told.as_of_now() == "Bo in the hall likes jazz"
    assert stage.told.variables == {"user_name": "Bo", "room": "hall", "topic": "jazz"}


def test_what_was_set_is_told_apart_from_what_was_configured() -> None:
    stage = Stage("{{user_name}} in the {{room}}", user_name="Al")
    stage.told.assign("room", "hall")
    assert stage.told.assigned == {"room": "hall"}


def test_a_variable_that_nobody_knows_is_refused_in_a_sentence() -> None:
    with pytest.raises(UnknownVariable) as refused:
        Stage("{{user_name}}", user_name="Al").told.assign("usr_name", "Bo")
    assert str(refused.value) == ("the instructions name no usr_name; their variables are: room, user_name")


def test_what_is_computed_cannot_be_set() -> None:
    with pytest.raises(UnknownVariable, match=r"^time is filled in by itself"):
        Stage("{{time}}").told.assign("time", "noon")


def test_the_time_is_told_anew_only_when_it_is_late() -> None:
    stage = Stage("{{time}}")
    stage.told.as_of_now()
    stage.later(TIME_LATE_S - 1)
    assert not stage.told.out_of_date
    stage.later(1)
    assert stage.told.out_of_date
    stage.told.as_of_now()
    assert not stage.told.out_of_date


def test_a_clock_that_is_set_back_is_told_too() -> None:
    stage = Stage("{{time}}")
    stage.told.as_of_now()
    stage.later(-3600)
    assert stage.told.out_of_date


def test_another_day_is_told_at_once() -> None:
    stage = Stage("It is {{time}} on {{date}}")
    stage.told.as_of_now()
    stage.later(599)
    assert not stage.told.out_of_date
    stage.later(1)
    assert stage.told.out_of_date
    assert stage.told.as_of_now() == "It is 00:00 on 2026-11-22"


def test_a_greeting_has_the_same_variables() -> None:
    stage = Stage("", user_name="Al")
    stage.told.assign("user_name", "Bo")
    assert stage.told.filled("Good {{weekday}}, {{user_name}}.") == "Good Saturday, Bo."


def test_instructions_without_a_clock_in_them_are_never_out_of_date() -> None:
    stage = Stage("Be kind to {{user_name}}.", user_name="Al")
    stage.told.as_of_now()
    stage.later(1e6)
    assert not stage.told.out_of_date


SETTINGS = [
    "conversation.instructions=Be kind to {{user_name}} at {{time}}.",
    "conversation.variables.user_name=Al",
]


def told_in_conversation(
    each_tick: Callable[[Assembly], None] = lambda assembly: None,
    now: Callable[[], datetime] = lambda: SATURDAY,
) -> list[Command]:
    provider = ScriptedProvider([tone(500)])
    near = (silence(500), speech(1000), silence(2500))
    play(*near, provider=provider, settings=SETTINGS, each_tick=each_tick, now=now)
    return [command for command in provider.told if isinstance(command, Configure | CommitTurn)]


def test_what_is_set_reaches_the_session() -> None:
    left = ["Bo"]

    def assign(assembly: Assembly) -> None:
        while left and assembly.record.now_ms() > 200:
            assembly.briefing.set_variable("user_name", left.pop())

    configured, asked = told_in_conversation(assign)
    assert isinstance(configured, Configure)
    assert configured.config.instructions == "Be kind to Bo at 23:50."
    assert asked == CommitTurn(1)


def test_a_turn_alone_tells_nothing_anew() -> None:
    assert told_in_conversation() == [CommitTurn(1)]


def test_what_is_no_longer_true_when_a_turn_opens_is_told_before_it_is_asked() -> None:
    later = [SATURDAY]

    def turn_the_clock(assembly: Assembly) -> None:
        later[0] = SATURDAY + timedelta(hours=1)

    configured, asked = told_in_conversation(turn_the_clock, lambda: later[0])
    assert isinstance(configured, Configure)
    assert configured.config.instructions == "Be kind to Al at 00:50."
    assert asked == CommitTurn(1)
