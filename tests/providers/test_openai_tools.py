"""Tools: what the model calls, and how the answer goes on with what they gave."""

import json
from typing import Any

import pytest

from appliance.conversation.vocabulary import (
    TOOL_ARGUMENTS_MAX_CHARS,
    AnswerDone,
    AnswerStarted,
    AnswerTranscript,
    AppendAudio,
    AskText,
    CancelAnswer,
    CommitTurn,
    DiscardTurn,
    Failure,
    ToolCall,
    ToolRan,
    ToolResult,
    UsageUnit,
)
from appliance.errors import ProtocolViolation
from appliance.providers.openai.answer import MAX_ITEMS
from appliance.providers.openai.answers import MAX_OPEN_CALLS
from tests.simulators.openai_pair import Pair
from tests.simulators.openai_script import Answer, Call, chirp

QUESTION = chirp(0.5)
SILENCE = QUESTION[:0]
TIMER = Call("set_timer", '{"minutes":5}')
CLOCK = Call("get_time")
SET = Answer(chirp(0.2), "It is set.")


def calling(*calls: Call, then: Answer = SET, aloud: bool = False) -> Pair:
    """Answer 1 was asked for, and is about to call."""
    sound = chirp(0.2) if aloud else SILENCE
    pair = Pair([Answer(sound, "Wait.", calls=calls, then=then), Answer(chirp(0.1), "Well.")]).ready()
    pair.command(AppendAudio(QUESTION))
    pair.command(CommitTurn(1))
    return pair


def calls_of(pair: Pair) -> list[ToolCall]:
    return [event for event in pair.events if isinstance(event, ToolCall)]


def give_results(pair: Pair, answer: int = 1) -> None:
    for call in calls_of(pair):
        pair.command(ToolResult(answer, call.call, "done"))


def test_a_call_is_passed_on_once_and_its_answer_stands_until_the_result() -> None:
    pair = calling(TIMER).settle()
    assert pair.events[-1] == ToolCall(1, "call_000001", "set_timer", '{"minutes":5}')
    assert len(calls_of(pair)) == 1
    assert not [event for event in pair.events if isinstance(event, AnswerDone)]


def test_the_answer_goes_on_with_the_result_and_is_done_once() -> None:
    pair = calling(TIMER).settle()
    pair.sent.clear()
    pair.command(ToolResult(1, "call_000001", "set"))
    output = {"type": "function_call_output", "call_id": "call_000001", "output": "set"}
    assert pair.sent == [
        {"type": "conversation.item.create", "event_id": "result-1", "item": output},
        {"type": "response.create", "event_id": "create-1", "response": {"metadata": {"answer": "1"}}},
    ]
    pair.settle()
    assert pair.received_samples(1) == 4800
    assert [type(event) for event in pair.of_answer(1)].count(AnswerStarted) == 1
    (done,) = (event for event in pair.events if isinstance(event, AnswerDone))
    assert done.complete
    assert pair.record.asked == ["1", "1"]
    assert pair.record.violations == []


def test_what_both_responses_cost_is_told_together() -> None:
    pair = calling(TIMER).settle()
    give_results(pair)
    done = pair.settle().events[-1]
    assert isinstance(done, AnswerDone)
    assert done.usage[UsageUnit.INPUT_TEXT_TOKENS] == 120


def test_an_answer_is_asked_for_again_after_the_last_of_several_results() -> None:
    pair = calling(TIMER, CLOCK).settle()
    pair.sent.clear()
    pair.command(ToolResult(1, "call_000002", "noon"))
    assert pair.kinds_sent() == ["conversation.item.create"]
    pair.command(ToolResult(1, "call_000001", "set"))
    assert pair.kinds_sent() == ["conversation.item.create", "response.create"]
    pair.settle()
    assert pair.record.results == [("call_000002", "noon"), ("call_000001", "set")]
    assert pair.record.violations == []


def test_a_result_that_is_there_before_the_response_is_done_waits_for_that() -> None:
    pair = calling(CLOCK)
    pair.hear(4)  # the call is whole
    pair.sent.clear()
    give_results(pair)
    assert pair.sent == []
    pair.settle()
    assert isinstance(pair.events[-1], AnswerDone)
    assert pair.record.violations == []


def test_what_is_said_before_the_call_and_after_it_is_one_answer() -> None:
    pair = calling(TIMER, aloud=True).settle()
    give_results(pair)
    texts = [e.text for e in pair.settle().of_answer(1) if isinstance(e, AnswerTranscript) and e.final]
    assert texts == ["Wait.", "Wait. It is set."]
    assert pair.received_samples(1) == 9600


def test_an_answer_in_writing_goes_on_in_writing() -> None:
    pair = Pair(Answer(SILENCE, calls=(TIMER,), then=SET)).ready()
    pair.command(AskText(1, "Five minutes, please.", spoken=False))
    pair.settle()
    give_results(pair)
    pair.settle()
    assert pair.record.modalities == ["text", "text"]
    assert pair.received_samples(1) == 0


def test_a_model_may_call_again_with_what_it_learned() -> None:
    pair = calling(CLOCK, then=Answer(SILENCE, calls=(TIMER,), then=SET)).settle()
    pair.command(ToolResult(1, "call_000001", "noon"))
    pair.settle()
    assert [call.name for call in calls_of(pair)] == ["get_time", "set_timer"]
    pair.command(ToolResult(1, "call_000002", "set"))
    assert isinstance(pair.settle().events[-1], AnswerDone)
    assert pair.record.violations == []


# ---------------------------------------------------------------- interrupted


def test_the_result_of_a_cancelled_answer_is_told_and_nothing_more_is_asked() -> None:
    pair = calling(TIMER).settle()
    pair.command(CancelAnswer(1, 0))
    pair.sent.clear()
    give_results(pair)
    assert pair.kinds_sent() == ["conversation.item.create"]
    pair.settle()
    assert pair.record.results == [("call_000001", "done")]
    assert pair.record.violations == []


def test_a_turn_that_goes_on_while_a_tool_runs_is_answered_by_its_own_number() -> None:
    pair = calling(TIMER).settle()
    pair.command(CancelAnswer(1, 0))
    pair.command(AppendAudio(QUESTION))
    pair.command(CommitTurn(2))
    pair.settle(play=False)
    give_results(pair)  # held back: the server is busy
    pair.settle()
    assert pair.received_samples(2) == 2400
    assert pair.record.asked == ["1", "2"]
    assert pair.record.results == [("call_000001", "done")]
    assert pair.record.violations == []


def test_a_call_that_nobody_was_told_of_is_deleted_with_its_answer() -> None:
    pair = calling(TIMER).hear(1)  # the call has begun
    pair.command(CancelAnswer(1, 0))
    pair.settle()
    assert calls_of(pair) == []
    assert pair.record.deleted == ["item_000002"]
    assert pair.record.violations == []


def test_an_answer_that_called_is_cut_at_what_was_heard_before_the_call() -> None:
    pair = calling(TIMER, aloud=True).settle()
    pair.command(CancelAnswer(1, 120))
    pair.settle()
    assert [(cut.item_id, cut.audio_end_ms) for cut in pair.record.truncations] == [("item_000002", 120)]
    assert pair.record.deleted == []
    assert pair.record.violations == []


# ---------------------------------------------------------------- told again


def test_tools_that_ran_elsewhere_stand_between_the_question_and_the_answer() -> None:
    pair = Pair(SET).ready()
    pair.sent.clear()
    pair.command(AppendAudio(QUESTION))
    pair.command(ToolRan("call-9", "set_timer", '{"minutes":5}', "set"))
    pair.kinds_sent()
    pair.command(CommitTurn(1))
    assert [
        event.get("item", {}).get("type", event["type"]) for event in pair.sent if "audio" not in event
    ] == [
        "input_audio_buffer.commit",
        "function_call",
        "function_call_output",
        "response.create",
    ]
    pair.settle()
    assert pair.record.retold == [("call-9", "set_timer")]
    assert pair.record.results == [("call-9", "set")]
    assert isinstance(pair.events[-1], AnswerDone)
    assert pair.record.violations == []


def test_what_ran_for_a_discarded_turn_is_not_told_with_the_next() -> None:
    pair = Pair(SET).ready()
    pair.command(ToolRan("call-9", "set_timer", "{}", "set"))
    pair.command(DiscardTurn())
    pair.command(AppendAudio(QUESTION))
    pair.command(CommitTurn(1))
    pair.settle()
    assert pair.record.retold == []


# ---------------------------------------------------------------- servers that are wrong, or others


def done_item(**fields: Any) -> str:
    item = {"id": "i", "type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"} | fields
    return json.dumps({"type": "response.output_item.done", "response_id": "resp_000001", "item": item})


def test_a_result_that_nobody_called_for_is_passed_over() -> None:
    pair = calling(TIMER).settle()
    pair.sent.clear()
    pair.command(ToolResult(1, "no such call", "x"))
    assert pair.sent == []


def test_a_result_is_told_once() -> None:
    pair = calling(TIMER).settle()
    give_results(pair)
    pair.sent.clear()
    give_results(pair)
    assert pair.sent == []


def test_a_call_that_was_broken_off_by_the_server_is_not_made() -> None:
    pair = calling().settle(play=False)
    assert pair.codec.decode(done_item(status="incomplete")) is None


def test_a_call_without_its_item_done_is_understood() -> None:
    pair = calling().settle(play=False)
    about = {"response_id": "resp_000001", "item_id": "i", "call_id": "c", "arguments": "{}"}
    frame = {"type": "response.function_call_arguments.done"} | about
    assert pair.codec.decode(json.dumps(frame)) is None  # who is called comes with the item
    assert pair.codec.decode(json.dumps(frame | {"name": "f"})) == ToolCall(1, "c", "f", "{}")
    assert pair.codec.decode(done_item()) is None


@pytest.mark.parametrize(
    "fields",
    [{"name": None}, {"call_id": ""}, {"arguments": 1}, {"arguments": "x" * (TOOL_ARGUMENTS_MAX_CHARS + 1)}],
)
def test_a_call_that_cannot_be_made_breaks_the_protocol(fields: dict[str, Any]) -> None:
    pair = calling().settle(play=False)
    with pytest.raises(ProtocolViolation):
        pair.codec.decode(done_item(**fields))


def test_more_calls_than_any_answer_needs_break_the_protocol() -> None:
    pair = calling().settle(play=False)
    for number in range(MAX_ITEMS):
        pair.codec.decode(done_item(id=f"i{number}", call_id=f"c{number}"))
    with pytest.raises(ProtocolViolation):
        pair.codec.decode(done_item(id="one more", call_id="c"))


def test_calls_that_never_get_a_result_are_bounded() -> None:
    calls = tuple(Call("f") for _ in range(MAX_ITEMS))
    pair = Pair(Answer(SILENCE, calls=calls)).ready()
    for answer in range(1, 5):
        pair.command(AppendAudio(QUESTION))
        pair.command(CommitTurn(answer))
        pair.settle()
        pair.command(CancelAnswer(answer, 0))
    pair.sent.clear()
    give_results(pair)
    assert len(pair.sent) == MAX_OPEN_CALLS


def test_a_refused_result_fails_the_answer_that_would_miss_it() -> None:
    pair = calling(TIMER).settle()
    give_results(pair)
    error = {"code": "invalid_tool_call_id", "event_id": "result-1"}
    failure = pair.codec.decode(json.dumps({"type": "error", "error": error}))
    assert isinstance(failure, Failure)
    assert failure.answer == 1


def test_a_response_that_failed_after_its_call_is_not_gone_on_with() -> None:
    pair = calling(TIMER)
    pair.hear(4)
    response = {"id": "resp_000001", "status": "failed", "output": []}
    failure = pair.codec.decode(json.dumps({"type": "response.done", "response": response}))
    assert isinstance(failure, Failure)
    assert failure.answer == 1
