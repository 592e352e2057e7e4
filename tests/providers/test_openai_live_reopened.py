"""A socket of GPT-Live that is replaced in the middle of a turn: what one has done, the next one knows."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AnswerStarted,
    AnswerTranscript,
    CancelAnswer,
    ToolCall,
    ToolDeclaration,
    ToolResult,
)
from tests.simulators.live_script import Answer
from tests.simulators.live_server import Simulator
from tests.simulators.live_talk import LiveTalk, talking, until_closed
from tests.simulators.openai_script import Call, chirp
from tests.simulators.openai_talk import CONFIG

pytestmark = pytest.mark.timeout(30)

CONFIG_WITH_TOOLS = replace(
    CONFIG, tools=(ToolDeclaration("set_timer", "Sets it.", '{"type":"object","properties":{}}'),)
)
# It talks on over the second question, for which the backend calls; the third is the same question again.
SCRIPT = [
    Answer(chirp(30.0), "On and on.", user_transcript="first", deaf=True),
    Answer(calls=(Call("set_timer"),), then=Answer(chirp(0.3), "Too late.", delay_ms=20_000)),
    Answer(chirp(0.3), "It is set."),
]


@asynccontextmanager
async def a_timer_called_and_the_socket_about_to_go() -> AsyncIterator[tuple[Simulator, LiveTalk, ToolCall]]:
    """The first answer was cancelled and talks on; for the second a tool was called."""
    async with Simulator(SCRIPT) as server, talking(server.url, config=CONFIG_WITH_TOOLS) as talk:
        talk.ask(1)
        await talk.until(AnswerAudio)
        talk.session.send(CancelAnswer(1, heard_ms=40))
        talk.ask(2)
        yield server, talk, await talk.until(ToolCall, answer=2)


def told_of_the_call(server: Simulator) -> list[str]:
    """What the second socket was told beside the sound."""
    return [content for _, content in server.record.sessions[1].appended if "was run already" in content]


def is_answered_once(talk: LiveTalk) -> None:
    """One call was made, and one answer begun, for the second question."""
    assert [event.answer for event in talk.events if isinstance(event, ToolCall)] == [2]
    assert talk.events.count(AnswerStarted(2)) == 1
    assert [e.text for e in talk.events if isinstance(e, AnswerTranscript)][-1] == "It is set."


async def test_the_next_socket_is_told_of_a_timer_that_was_set() -> None:
    async with a_timer_called_and_the_socket_about_to_go() as (server, talk, call):
        talk.session.send(ToolResult(2, call.call, "set"))
        await talk.until(AnswerDone, answer=2)
        assert len(server.record.sessions) == 2
        assert len(told_of_the_call(server)) == 1
        is_answered_once(talk)
    assert server.record.violations == []


async def test_the_next_socket_hears_nothing_of_the_turn_before_the_timer_is_set() -> None:
    async with a_timer_called_and_the_socket_about_to_go() as (server, talk, call):
        await until_closed(server, 1)
        talk.session.send(ToolResult(2, call.call, "set"))
        await talk.until(AnswerDone, answer=2)
        assert len(told_of_the_call(server)) == 1
        is_answered_once(talk)
    assert server.record.violations == []
