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
