"""A tool that ran elsewhere does not run again, although GPT-Live may call it before it knows."""

from dataclasses import replace

import numpy as np

from appliance.conversation.vocabulary import (
    AnswerDone,
    AppendAudio,
    CommitTurn,
    ToolCall,
    ToolDeclaration,
    ToolRan,
    ToolResult,
)
from appliance.providers.openai_live import backend
from appliance.providers.openai_live.calls import Calls, PlacedCall
from tests.simulators.live_pair import CONFIG, Pair, silence, speech
from tests.simulators.live_script import Answer
from tests.simulators.openai_script import Call, chirp

WITH_TOOLS = replace(CONFIG, tools=(ToolDeclaration("timer", "", '{"type":"object","properties":{}}'),))
IT_RAN = ToolRan("elsewhere", "timer", "{}", "set by another")


def calling(*calls: Call, delay_ms: int = 0) -> Answer:
    """The model calls as soon as it takes the person to have finished."""
    return Answer(calls=calls, delay_ms=delay_ms, then=Answer(chirp(1.0), "It is set."))


def calls_of(pair: Pair) -> list[ToolCall]:
    return [event for event in pair.events if isinstance(event, ToolCall)]


def test_a_call_made_before_it_was_told_gets_what_the_tool_gave_elsewhere() -> None:
    pair = Pair(calling(Call("timer")), config=WITH_TOOLS).ready()
    pair.say(speech(1.0)).say(silence(0.8))
    pair.command(IT_RAN)
    pair.command(CommitTurn(1))
    pair.run(4.0)
    assert calls_of(pair) == []
    assert [output for _, output in pair.record.results] == ["set by another"]
    assert len(pair.of(AnswerDone)) == 1
    assert pair.record.violations == []


def test_so_does_one_that_is_on_its_way_while_the_whole_turn_is_told_at_once() -> None:
    pair = Pair(calling(Call("timer")), config=WITH_TOOLS).ready()
    pair.command(AppendAudio(np.concatenate((speech(1.0), silence(0.8)))))
    pair.command(IT_RAN)
    pair.command(CommitTurn(1))
    pair.run(4.0)
    assert calls_of(pair) == []
    assert [output for _, output in pair.record.results] == ["set by another"]


def test_another_tool_runs_and_so_does_a_second_call_of_the_same() -> None:
    pair = Pair(calling(Call("clock"), Call("timer"), Call("timer")), config=WITH_TOOLS).ready()
    pair.say(speech(1.0)).say(silence(0.8))
    pair.command(IT_RAN)
    pair.command(CommitTurn(1))
    pair.run(1.0)
    assert [call.name for call in calls_of(pair)] == ["clock", "timer"]
    for call in calls_of(pair):
        pair.command(ToolResult(1, call.call, "done"))
    pair.run(4.0)
    assert [output for _, output in pair.record.results] == ["set by another", "done", "done"]
    assert pair.record.violations == []


def test_what_it_calls_although_it_was_told_is_its_own_wish() -> None:
    pair = Pair(calling(Call("timer"), delay_ms=1500), config=WITH_TOOLS).ready()
    pair.command(IT_RAN)
    pair.ask(1).run(3.0)
    assert [call.name for call in calls_of(pair)] == ["timer"]


WITH_LIGHT = replace(CONFIG, tools=(ToolDeclaration("light", "", '{"type":"object"}'),))
KITCHEN, BATH = '{"room": "kitchen", "on": true}', '{"room":"bath","on":true}'


def test_what_it_gave_elsewhere_goes_to_the_call_with_the_same_arguments() -> None:
    """Also where another call comes first, and the same arguments are written in another way."""
    same = '{"on":true,"room":"kitchen"}'
    pair = Pair(calling(Call("light", BATH), Call("light", same)), config=WITH_LIGHT).ready()
    pair.say(speech(1.0)).say(silence(0.8))
    pair.command(ToolRan("elsewhere", "light", KITCHEN, "kitchen is on"))
    pair.command(CommitTurn(1))
    pair.run(1.0)
    (bath,) = calls_of(pair)
    assert bath.arguments == BATH
    pair.command(ToolResult(1, bath.call, "bath is on"))
    pair.run(4.0)
    assert {output for _, output in pair.record.results} == {"kitchen is on", "bath is on"}
    assert dict(pair.record.results)[bath.call] == "bath is on"
    assert pair.record.violations == []


def test_the_only_call_with_other_arguments_is_not_run_but_told_what_ran_and_may_be_made_again() -> None:
    again = Answer(calls=(Call("light", BATH),), delay_ms=0, then=Answer(chirp(1.0), "It is on."))
    first = Answer(calls=(Call("light", BATH),), delay_ms=0, then=again)
    pair = Pair(first, config=WITH_LIGHT).ready()
    pair.say(speech(1.0)).say(silence(0.8))
    pair.command(ToolRan("elsewhere", "light", KITCHEN, "kitchen is on"))
    pair.command(CommitTurn(1))
    pair.run(2.0)
    ((_, told),) = pair.record.results
    assert "not run" in told
    assert KITCHEN in told
    assert [call.arguments for call in calls_of(pair)] == [BATH]
    assert pair.record.violations == []


def test_arguments_that_are_no_json_are_compared_as_they_stand() -> None:
    deep = "[" * 9000
    pair = Pair(calling(Call("light", deep)), config=WITH_LIGHT).ready()
    pair.say(speech(1.0)).say(silence(0.8))
    pair.command(ToolRan("elsewhere", "light", deep, "on"))
    pair.command(CommitTurn(1))
    pair.run(2.0)
    assert calls_of(pair) == []
    assert [output for _, output in pair.record.results] == ["on"]


def placed(call: str, arguments: str) -> PlacedCall:
    return PlacedCall(backend.Call(call, "light", arguments), at_sample=0)


def test_what_was_mentioned_to_another_call_still_goes_to_the_equal_one_that_comes_later() -> None:
    calls = Calls(list[str]().append)
    calls.ran(ToolRan("elsewhere", "light", KITCHEN, "kitchen is on"), at_sample=0)
    assert "not run" in calls.outputs_elsewhere([placed("a", BATH)], 0)["a"]
    assert calls.outputs_elsewhere([placed("b", BATH)], 0) == {}
    assert calls.outputs_elsewhere([placed("c", KITCHEN)], 0) == {"c": "kitchen is on"}
    assert calls.outputs_elsewhere([placed("d", KITCHEN)], 0) == {}


def test_a_call_of_before_the_person_had_finished_is_told_nothing_of_other_arguments() -> None:
    calls = Calls(list[str]().append)
    calls.ran(ToolRan("elsewhere", "light", KITCHEN, "kitchen is on"), at_sample=5)
    assert calls.outputs_elsewhere([placed("a", BATH)], since_sample=1) == {}
