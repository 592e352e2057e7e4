"""An answer that another provider began goes on after its last word."""

from appliance.conversation.vocabulary import (
    AnswerDone,
    AppendAudio,
    CancelAnswer,
    CommitTurn,
    ContinueAnswer,
    SessionConfig,
    ToolCall,
    ToolRan,
    ToolResult,
)
from tests.simulators.openai_pair import Pair
from tests.simulators.openai_script import Answer, Call, chirp

QUESTION = chirp(0.5)
SAID = "It is half past three in"
REST = Answer(chirp(0.2), "the afternoon.")


def going_on(answer: Answer = REST, config: SessionConfig | None = None) -> Pair:
    """The turn was told again, and what was heard of its answer."""
    pair = Pair(answer, config=config or SessionConfig("Be kind.")).ready()
    pair.sent.clear()
    pair.command(AppendAudio(QUESTION))
    pair.kinds_sent()
    pair.command(ToolRan("call-9", "clock", "{}", "15:30"))
    pair.command(ContinueAnswer(1, SAID))
    return pair


def test_the_question_the_words_heard_and_the_wish_to_go_on_are_told_in_this_order() -> None:
    pair = going_on()
    told = [event.get("item", event) for event in pair.sent if event["type"] != "input_audio_buffer.append"]
    assert [item["type"] for item in told] == [
        "input_audio_buffer.commit",
        "function_call",
        "function_call_output",
        "message",
        "response.create",
    ]
    assert told[3]["role"] == "assistant"
    assert told[3]["content"] == [{"type": "output_text", "text": SAID}]
    pair.settle()
    assert pair.received_samples(1) == 4800
    assert isinstance(pair.events[-1], AnswerDone)
    assert pair.record.violations == []


def test_the_instructions_of_the_session_hold_for_the_rest_too() -> None:
    pair = going_on().settle()
    (instructions,) = pair.record.instructions
    assert instructions.startswith("Be kind.")
    assert f'"{SAID}"' in instructions


def test_the_next_answer_is_asked_as_ever() -> None:
    pair = going_on().settle()
    pair.command(AppendAudio(QUESTION))
    pair.command(CommitTurn(2))
    pair.settle()
    assert pair.record.instructions[1] == ""


def test_it_still_goes_on_after_a_tool_was_called() -> None:
    pair = going_on(Answer(chirp(0.1)[:0], calls=(Call("clock"),), then=REST)).settle()
    (call,) = (event for event in pair.events if isinstance(event, ToolCall))
    pair.command(ToolResult(1, call.call, "15:30"))
    pair.settle()
    assert pair.record.instructions[0] == pair.record.instructions[1]
    assert pair.record.violations == []


def test_it_still_goes_on_where_the_server_was_busy_with_another_answer() -> None:
    pair = Pair([Answer(chirp(0.3)), REST]).ready()
    pair.command(AppendAudio(QUESTION))
    pair.command(CommitTurn(1))
    pair.hear(1)
    pair.command(CancelAnswer(1, 0))
    pair.command(ContinueAnswer(2, SAID))
    pair.settle()
    assert SAID in pair.record.instructions[-1]
    assert pair.record.asked == ["1", "2"]


def test_with_nothing_heard_it_is_asked_as_ever() -> None:
    pair = Pair(REST).ready()
    pair.command(AppendAudio(QUESTION))
    pair.command(ContinueAnswer(1, ""))
    pair.settle()
    assert pair.record.instructions == [""]
    assert pair.record.history == []


def test_a_long_answer_is_told_whole_and_quoted_by_its_end() -> None:
    said = "word " * 500 + "the end"
    pair = Pair(REST, config=SessionConfig("")).ready()
    pair.command(ContinueAnswer(1, said))
    pair.settle()
    assert pair.record.history == [("assistant", said)]
    assert len(pair.record.instructions[0]) < 600
    assert "the end" in pair.record.instructions[0]


def test_what_was_gone_on_with_before_a_call_is_not_to_be_said_again_after_it() -> None:
    speaks_first = Answer(chirp(0.2), "the afternoon.", calls=(Call("set_timer"),), then=REST)
    calls_first = Answer(chirp(0.0), "", calls=(Call("set_timer"),), then=REST)
    for answer, wants_rest in ((speaks_first, False), (calls_first, True)):
        pair = going_on(answer).settle()
        (call,) = (event for event in pair.events if isinstance(event, ToolCall))
        pair.command(ToolResult(1, call.call, "done"))
        pair.settle()
        first, second = pair.record.instructions
        assert SAID in first
        assert (SAID in second) is wants_rest
        assert pair.record.violations == []
