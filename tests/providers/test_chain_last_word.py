"""An answer that came whole is whole, although its end was lost: nobody is asked to go on with nothing."""

import pytest

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerBrokeOff,
    AnswerDone,
    AnswerGenerated,
    AnswerStarted,
    CancelAnswer,
    ContinueAnswer,
    Failure,
    ToolCall,
)
from tests.providers.chain_stage import GONE, SOUND, ScriptedSession, Stage, ready, settle, spoken, stage

GO_ON = ContinueAnswer(1, "what was said of 1")


async def generated(s: Stage) -> ScriptedSession:
    """Turn 1 is asked of the first provider, whose answer is all there but for its end."""
    first = await ready(s, "first")
    s.turn(1)
    first.says(AnswerStarted(1))
    first.says(AnswerAudio(1, SOUND))
    first.says(AnswerGenerated(1))
    return first


async def test_the_conversation_hears_of_it_once_it_is_certain_that_nothing_more_comes() -> None:
    async with stage("first", "second") as s:
        first = await generated(s)
        assert s.of(AnswerGenerated) == s.of(AnswerDone) == []
        first.says(GONE)
        assert s.of(AnswerDone) == [AnswerDone(1, complete=True)]


async def test_nobody_is_asked_to_go_on() -> None:
    async with stage("first", "second") as s:
        (await generated(s)).says(GONE)
        again = await ready(s, "first", 2)
        await settle()
        assert (again.told, s.sessions["second"]) == ([], [])
        assert s.of(AnswerBrokeOff) == s.of(Failure) == []


async def test_a_provider_that_never_says_that_it_is_done_has_answered() -> None:
    async with stage("first", "second") as s:
        await generated(s)
        s.chain.abandon()
        await settle()
        assert s.of(AnswerDone) == [AnswerDone(1, complete=True)]
        assert s.of(AnswerBrokeOff) == s.of(Failure) == []


async def test_an_end_that_comes_is_told_once() -> None:
    async with stage("first") as s:
        first = await generated(s)
        first.says(AnswerDone(1, complete=True, usage={"output_audio_tokens": 7}))
        first.says(GONE)
        assert s.of(AnswerDone) == [AnswerDone(1, complete=True, usage={"output_audio_tokens": 7})]


@pytest.mark.parametrize("more", [AnswerAudio(1, SOUND), ToolCall(1, "call-1", "get_time", "{}")])
async def test_an_answer_that_goes_on_after_all_is_gone_on_with(more: AnswerAudio | ToolCall) -> None:
    async with stage("first", "second") as s:
        first = await generated(s)
        first.says(more)
        first.says(GONE)
        await ready(s, "second")
        assert s.of(AnswerBrokeOff) == [AnswerBrokeOff(1)]


async def test_without_a_sound_of_it_the_whole_turn_is_asked_again() -> None:
    async with stage("first", "second") as s:
        first = await ready(s, "first")
        s.turn(1)
        first.says(AnswerGenerated(1))
        first.says(GONE)
        second = await ready(s, "second")
        assert second.asked == [1]


async def test_an_interruption_meanwhile_is_told_as_in_any_other_answer() -> None:
    async with stage("first") as s:
        first = await generated(s)
        s.chain.send(CancelAnswer(1, 7))
        assert spoken(first)[-1] == CancelAnswer(1, 7)
        first.says(GONE)
        assert s.of(AnswerDone) == []
