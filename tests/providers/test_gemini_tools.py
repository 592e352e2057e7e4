"""Tools: declared in the vendor's shape, called, answered in its order, told in words where nobody waits."""

import json
from typing import Any

import numpy as np
import pytest

from appliance.conversation.vocabulary import (
    AnswerDone,
    AppendAudio,
    AskText,
    CancelAnswer,
    CommitTurn,
    Configure,
    SessionConfig,
    ToolCall,
    ToolDeclaration,
    ToolRan,
    ToolResult,
    UserTranscript,
)
from appliance.providers.gemini.schema import vendor_schema
from appliance.providers.gemini.setup import Model
from appliance.providers.gemini.tool_output import response_of
from tests.simulators.gemini_pair import QUESTION, Pair
from tests.simulators.gemini_script import Answer, Call
from tests.simulators.gemini_types import mistakes_of_schema
from tests.simulators.openai_script import chirp

TIMER = ToolDeclaration(
    "set_timer",
    "Sets a timer.",
    '{"type":"object","properties":{"minutes":{"type":"integer","minimum":1}},"required":["minutes"],'
    '"additionalProperties":false}',
)
CLOCK = ToolDeclaration("get_time", "Tells the time.", '{"type":"object","properties":{}}')
THEN = Answer(chirp(0.2), "The timer is set.")
CALLING = Answer(chirp(0.0), "", calls=(Call("set_timer", {"minutes": 5}),), then=THEN)
TWO = Answer(chirp(0.1), "Well.", calls=(Call("set_timer", {"minutes": 5}), Call("get_time")), then=THEN)


def calling(answer: Answer = CALLING) -> Pair:
    pair = Pair(answer, config=SessionConfig("Be kind.", tools=(TIMER, CLOCK))).ready()
    pair.ask(1)
    return pair.settle()


def test_tools_are_declared_in_the_vendors_shape() -> None:
    pair = calling()
    assert pair.record.violations == []
    (tool,) = pair.record.setups[0]["tools"]
    timer, clock = tool["functionDeclarations"]
    assert timer["parameters"] == {
        "type": "OBJECT",
        "properties": {"minutes": {"type": "INTEGER", "minimum": 1}},
        "required": ["minutes"],
    }
    assert clock == {"name": "get_time", "description": "Tells the time."}


def test_a_call_is_answered_and_the_answer_goes_on() -> None:
    pair = calling()
    assert pair.of_answer(1)[-1] == ToolCall(1, "call-1", "set_timer", '{"minutes":5}')
    pair.command(ToolResult(1, "call-1", '{"ok": true}'))
    pair.settle()
    assert pair.record.violations == []
    assert pair.record.results == [("call-1", "set_timer", {"output": {"ok": True}})]
    assert np.array_equal(pair.received(1), THEN.pcm24k)
    assert isinstance(pair.of_answer(1)[-1], AnswerDone)


def test_two_calls_are_answered_one_after_the_other() -> None:
    pair = calling(TWO)
    pair.command(ToolResult(1, "call-2", '"noon"'))
    pair.settle()
    assert not any(isinstance(e, AnswerDone) for e in pair.events)
    pair.command(ToolResult(1, "call-1", "done"))
    pair.settle()
    assert pair.record.violations == []
    assert [result[2] for result in pair.record.results] == [{"output": "noon"}, {"output": "done"}]
    assert len(pair.received(1)) == len(TWO.pcm24k) + len(THEN.pcm24k)


def test_a_turn_that_ends_while_a_result_is_awaited_does_not_end_the_answer() -> None:
    pair = calling()
    assert list(pair.codec.events('{"serverContent":{"turnComplete":true}}')) == []
    pair.command(ToolResult(1, "call-1", "done"))
    pair.settle()
    assert np.array_equal(pair.received(1), THEN.pcm24k)


def test_a_turn_that_ends_while_the_server_still_thinks_does_not_end_the_answer() -> None:
    pair = Pair(Answer(silent=True)).ready()
    pair.ask(1)
    pair.settle(play=False)
    ending = '{"serverContent":{"turnComplete":true,"interactionStatus":"%s"}}'
    assert list(pair.codec.events(ending % "IN_PROGRESS")) == []
    assert any(isinstance(e, AnswerDone) for e in pair.codec.events(ending % "IDLE"))


@pytest.mark.parametrize("when", ["before the person speaks", "while the person speaks"])
def test_a_result_after_an_interruption_is_told_in_words_and_not_as_a_response(when: str) -> None:
    pair = calling()
    pair.command(CancelAnswer(1, 0))
    if when == "while the person speaks":
        pair.command(AppendAudio(QUESTION))
    pair.command(ToolResult(1, "call-1", '{"ok":true}'))
    if when == "before the person speaks":
        pair.command(AppendAudio(QUESTION))
    pair.command(CommitTurn(2))
    pair.settle()
    assert pair.record.violations == []
    assert pair.record.results == []
    assert (
        'set_timer already ran for what the person asked, with {"minutes":5}' in pair.record.instructions[-1]
    )


def test_a_call_that_the_server_takes_back_is_not_answered() -> None:
    pair = calling()
    assert list(pair.codec.events('{"toolCallCancellation":{"ids":["call-1","call-7"]}}')) == []
    pair.kinds_sent()
    pair.command(ToolResult(1, "call-1", "done"))
    assert pair.kinds_sent() == []


def test_a_tool_that_ran_elsewhere_is_told_before_the_turn_is_answered() -> None:
    pair = Pair().ready()
    pair.command(AppendAudio(QUESTION))
    pair.command(ToolRan("other-1", "set_timer", '{"minutes":5}', '{"ok":true}'))
    pair.kinds_sent()
    pair.command(CommitTurn(1))
    assert pair.kinds_sent() == ["contextUpdate", "activityEnd"]
    pair.settle()
    assert pair.record.violations == []
    assert "Do not call it again" in pair.record.instructions[0]
    pair.ask(2)
    pair.settle()
    assert pair.record.instructions[1] == "Be kind."  # the same may be asked for again


def test_results_of_calls_that_nobody_made_are_ignored() -> None:
    pair = calling()
    pair.kinds_sent()
    pair.command(ToolResult(1, "call-99", "x"))
    assert pair.kinds_sent() == []


def test_other_instructions_and_tools_take_effect_where_the_model_takes_them() -> None:
    for name, sent in (("gemini-3.8-live", ["contextUpdate"]), ("gemini-2.0-flash-live-001", [])):
        pair = Pair(model=Model(name, "Kore")).ready()
        pair.kinds_sent()
        pair.command(Configure(SessionConfig("Be brief.", tools=(TIMER,))))
        assert pair.kinds_sent() == sent
        pair.settle()
        assert pair.record.violations == []
        assert pair.record.tools == [["set_timer"]] * len(sent)


def test_a_question_in_writing_is_answered_aloud_or_in_writing() -> None:
    for name in ("gemini-3.8-live", "gemini-2.0-flash-live-001"):
        pair = Pair(Answer(chirp(0.2), "Noon."), model=Model(name, "Kore")).ready()
        question = AskText(1, "What time is it?", spoken=True)
        pair.command(question)
        assert pair.codec.said_back(question) == UserTranscript(1, "What time is it?", final=True)
        pair.command(CancelAnswer(9, 0))
        pair.settle()
        pair.command(AskText(2, "And in writing?", spoken=False))
        pair.settle()
        assert pair.record.violations == []
        assert [turn.text for turn in pair.record.turns] == ["What time is it?", "And in writing?"]
        assert len(pair.received(1)) > 0
        assert len(pair.received(2)) == 0
        assert isinstance(pair.of_answer(2)[-1], AnswerDone)


SCHEMAS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"type": ["string", "null"]}, {"nullable": True, "type": "STRING"}),
    ({"enum": ["a", "b"]}, {"type": "STRING", "enum": ["a", "b"]}),
    ({"const": "a"}, {"type": "STRING", "enum": ["a"]}),
    ({"type": "array", "items": {"type": "number"}}, {"type": "ARRAY", "items": {"type": "NUMBER"}}),
    ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, {"type": "INTEGER", "nullable": True}),
    ({"type": "integer", "enum": [1, 2]}, {"type": "INTEGER"}),
    (
        {"$ref": "#/$defs/C", "$defs": {"C": {"type": "string", "title": "C"}}},
        {"type": "STRING", "title": "C"},
    ),
]


@pytest.mark.parametrize(("schema", "vendors"), SCHEMAS)
def test_schemas_say_the_same_in_the_vendors_words(schema: dict[str, Any], vendors: dict[str, Any]) -> None:
    assert vendor_schema(schema) == vendors
    assert mistakes_of_schema(vendors) == []


def test_a_schema_that_refers_to_itself_has_an_end() -> None:
    node = {"type": "object", "properties": {"next": {"$ref": "#/$defs/N"}}}
    schema = {"$defs": {"N": node}, "type": "object", "properties": {"first": {"$ref": "#/$defs/N"}}}
    assert len(json.dumps(vendor_schema(schema))) < 2000


@pytest.mark.parametrize(
    ("output", "response"),
    [
        ('{"error":"no such timer"}', {"error": "no such timer"}),
        ('{"time":"12:00"}', {"output": {"time": "12:00"}}),
        ("not json", {"output": "not json"}),
        ("[" * 100_000, {"output": "[" * 100_000}),
    ],
)
def test_what_a_tool_gave_is_an_object(output: str, response: dict[str, Any]) -> None:
    assert response_of(output) == response
