"""Timers and the volume work offline, through tools that are called by events like any other's."""

import numpy as np

from appliance.conversation.vocabulary import (
    AnswerDone,
    AnswerStarted,
    AskText,
    CancelAnswer,
    CommitTurn,
    SessionConfig,
    ToolCall,
    ToolDeclaration,
    ToolRan,
    ToolResult,
    UserTranscript,
)
from appliance.providers.offline.answers import OFFLINE_NOW, ONLY_TIME_AND_DATE
from tests.providers.offline.talking import Talk, offline_worker, spoken, talking

TIMER = ToolDeclaration("set_timer", "Set a timer.", "{}")
CONFIG = SessionConfig("You are a smart speaker.", "en-US", tools=(TIMER,))
WISH = "Set a timer for five minutes."
SET = '{"length": "5 minutes"}'
SAID = "Your timer of 5 minutes is set."


def calls(talk: Talk) -> list[ToolCall]:
    return [event for event in talk.events if isinstance(event, ToolCall)]


async def test_a_timer_that_is_asked_for_aloud_is_called_and_told() -> None:
    async with offline_worker() as worker, talking(worker, config=CONFIG) as talk:
        talk.append(spoken(WISH))
        talk.session.send(CommitTurn(1))
        await talk.until(ToolCall)
        (call,) = calls(talk)
        assert (call.name, call.arguments) == ("set_timer", '{"seconds": 300.0}')
        talk.session.send(ToolResult(1, call.call, SET))
        await talk.answered(1)
    assert talk.said(1) == SAID
    assert np.abs(talk.sound(1).astype(np.int32)).max() > 1000
    assert [type(event) for event in talk.events[1:4]] == [UserTranscript, AnswerStarted, ToolCall]


async def test_a_question_in_writing_has_its_wish_done_too() -> None:
    async with offline_worker() as worker, talking(worker, config=CONFIG) as talk:
        talk.session.send(AskText(1, WISH, spoken=False))
        (call,) = calls(talk)
        talk.session.send(ToolResult(1, call.call, '{"error": "32 timers run already"}'))
        assert talk.said(1) == "Sorry, that did not work: 32 timers run already."
        assert isinstance(talk.events[-1], AnswerDone)


async def test_a_tool_that_is_not_there_is_not_called() -> None:
    async with offline_worker() as worker, talking(worker) as talk:
        talk.session.send(AskText(1, WISH, spoken=False))
        assert talk.said(1) == ONLY_TIME_AND_DATE
        assert calls(talk) == []


async def test_what_ran_elsewhere_for_the_turn_is_told_and_does_not_run_again() -> None:
    config = SessionConfig("You are a smart speaker.", "en-US", tools=(TIMER,), stands_in=True)
    async with offline_worker() as worker, talking(worker, config=config) as talk:
        talk.session.send(ToolRan("call-7", "set_timer", '{"minutes": 5}', SET))
        talk.session.send(AskText(1, WISH, spoken=False))
        assert talk.said(1) == f"{OFFLINE_NOW} {SAID}"
        talk.session.send(AskText(2, WISH, spoken=False))
        assert [call.answer for call in calls(talk)] == [2]


async def test_what_ran_for_words_that_mean_nothing_here_is_told() -> None:
    """The provider before it did what this one cannot, and was lost before it could say so."""
    async with offline_worker() as worker, talking(worker, config=CONFIG) as talk:
        talk.session.send(ToolRan("call-7", "house_light", '{"on": true}', '"on"'))
        talk.session.send(AskText(1, "Switch the light on.", spoken=False))
        assert talk.said(1) == "That is done."
        talk.session.send(AskText(2, "Tell me a joke.", spoken=False))
        assert talk.said(2) == ONLY_TIME_AND_DATE


async def test_a_turn_that_goes_on_after_the_call_has_its_timer_once() -> None:
    async with offline_worker() as worker, talking(worker, config=CONFIG) as talk:
        talk.append(spoken(WISH))
        talk.session.send(CommitTurn(1))
        await talk.until(ToolCall)
        talk.session.send(CancelAnswer(1, heard_ms=0))
        talk.append(spoken("Please."))
        talk.session.send(CommitTurn(2))
        await talk.until(AnswerStarted)
        talk.session.send(ToolResult(1, calls(talk)[0].call, SET))
        await talk.answered(2)
    assert len(calls(talk)) == 1
    assert talk.said(2) == SAID


async def test_an_answer_that_was_stopped_says_nothing_of_what_its_tool_gave() -> None:
    async with offline_worker() as worker, talking(worker, config=CONFIG) as talk:
        talk.session.send(AskText(1, WISH, spoken=False))
        talk.session.send(CancelAnswer(1, heard_ms=0))
        talk.session.send(ToolResult(1, calls(talk)[0].call, SET))
        talk.session.send(AskText(2, "What time is it?", spoken=False))
        assert talk.said(1) == ""
        assert "It is" in talk.said(2)
