"""The model calls tools: what they gave goes back in the order that every server takes."""

import pytest

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AnswerTranscript,
    CancelAnswer,
    CommitTurn,
    ContinueAnswer,
    Failure,
    ProviderEvent,
    SessionConfig,
    ToolCall,
    ToolDeclaration,
    ToolRan,
    ToolResult,
)
from appliance.errors import FailureCategory
from tests.simulators.cascade_script import Call, Completion, Script, Transcript
from tests.simulators.cascade_server import CascadeServer
from tests.simulators.cascade_talk import Talk, talking

SCHEMA = '{"type": "object", "properties": {"zone": {"type": "string"}}}'
CONFIG = SessionConfig("", tools=(ToolDeclaration("clock", "Tells the time.", SCHEMA),))
CLOCK = Call("clock", '{"zone":"UTC"}')
CALLS = Completion("Let me see.", calls=(CLOCK,))
NOON = Completion("It is noon.")


def script(*completions: Completion) -> Script:
    return Script((Transcript("What time is it?"),), completions)


def run_tools(talk: Talk, output: str = "12:00") -> None:
    """Let every tool give its result at once."""

    def react(event: ProviderEvent) -> None:
        if isinstance(event, ToolCall):
            talk.session.send(ToolResult(event.answer, event.call, output))

    talk.react = react


@pytest.mark.parametrize("indexed", [True, False])
@pytest.mark.parametrize("finish", ["tool_calls", "stop"])
@pytest.mark.parametrize("whole", [False, True])
async def test_a_tool_is_called_and_the_answer_goes_on_with_its_result(
    indexed: bool, finish: str, whole: bool
) -> None:
    calls = Completion("Let me see.", calls=(CLOCK,), indexed=indexed, finish=finish, whole=whole)
    async with CascadeServer(script(calls, NOON)) as server, talking(server.url, config=CONFIG) as talk:
        run_tools(talk)
        await talk.ask(1)
    (call,) = talk.of(ToolCall)
    assert (call.name, call.arguments) == ("clock", '{"zone":"UTC"}')
    assert server.record.violations == []
    assert server.record.roles() == ["user", "assistant", "tool"]
    assert server.record.said()[1:] == [("assistant", "Let me see."), ("tool", "12:00")]
    assert server.record.chats[0]["tools"][0]["function"]["parameters"]["type"] == "object"
    assert talk.said(1) == "Let me see. It is noon."
    assert [event.complete for event in talk.of(AnswerDone)] == [True]


async def test_what_is_said_before_a_call_is_heard_while_the_tool_runs() -> None:
    async with CascadeServer(script(CALLS, NOON)) as server, talking(server.url, config=CONFIG) as talk:
        talk.append()
        talk.session.send(CommitTurn(1))
        call = await talk.until(ToolCall)
        await talk.until(AnswerAudio)
        assert len(server.record.chats) == 1
        talk.session.send(ToolResult(1, call.call, "12:00"))
        await talk.answered(1)
    assert talk.said(1) == "Let me see. It is noon."


@pytest.mark.parametrize("indexed", [True, False])
async def test_calls_at_once_wait_for_each_other(indexed: bool) -> None:
    calls = Completion("", calls=(CLOCK, Call("clock", '{"zone":"CET"}')), indexed=indexed)
    async with CascadeServer(script(calls, NOON)) as server, talking(server.url, config=CONFIG) as talk:
        talk.append()
        talk.session.send(CommitTurn(1))
        await talk.when(lambda: len(talk.of(ToolCall)) == 2)
        first, second = talk.of(ToolCall)
        talk.session.send(ToolResult(1, second.call, "13:00"))
        assert len(server.record.chats) == 1
        talk.session.send(ToolResult(1, first.call, "12:00"))
        await talk.answered(1)
    assert [first.arguments, second.arguments] == ['{"zone":"UTC"}', '{"zone":"CET"}']
    assert [text for role, text in server.record.said() if role == "tool"] == ["12:00", "13:00"]
    assert server.record.violations == []


async def test_an_interruption_during_a_call_keeps_its_result_for_the_same_turn() -> None:
    async with CascadeServer(script(CALLS, NOON)) as server, talking(server.url, config=CONFIG) as talk:
        talk.append()
        talk.session.send(CommitTurn(1))
        call = await talk.until(ToolCall)
        talk.session.send(CancelAnswer(1, 0))
        talk.session.send(ToolResult(1, call.call, "12:00"))
        await talk.ask(2)
    assert server.record.roles() == ["user", "assistant", "tool", "user"]
    assert server.record.said()[2] == ("tool", "12:00")
    assert server.record.violations == []


async def test_a_call_that_was_interrupted_before_its_result_has_some_result_all_the_same() -> None:
    async with CascadeServer(script(CALLS, NOON)) as server, talking(server.url, config=CONFIG) as talk:
        talk.append()
        talk.session.send(CommitTurn(1))
        await talk.until(ToolCall)
        talk.session.send(CancelAnswer(1, 0))
        await talk.ask(2)
    assert "no result" in dict(server.record.said())["tool"]
    assert server.record.violations == []


@pytest.mark.parametrize("said", ["", "I would say"])
async def test_what_a_tool_gave_elsewhere_is_told_and_not_asked_for_again(said: str) -> None:
    async with CascadeServer(script(NOON)) as server, talking(server.url, config=CONFIG) as talk:
        talk.session.send(ToolRan("call-9", "clock", "{}", "12:00"))
        talk.append()
        talk.session.send(ContinueAnswer(1, said) if said else CommitTurn(1))
        await talk.answered(1)
    assert server.record.roles()[:3] == ["user", "assistant", "tool"]
    assert server.record.violations == []
    assert talk.of(ToolCall) == []


async def test_a_model_that_calls_tools_for_ever_fails_the_answer() -> None:
    async with CascadeServer(script(CALLS)) as server, talking(server.url, config=CONFIG) as talk:
        run_tools(talk)
        await talk.ask(1)
    (failure,) = talk.of(Failure)
    assert (failure.category, failure.answer) == (FailureCategory.MODEL_UNAVAILABLE, 1)
    assert "called tools 8 times" in failure.message
    calls = [event.call for event in talk.of(ToolCall)]
    assert len(calls) == len(set(calls)) == 8
    assert talk.of(AnswerTranscript)
