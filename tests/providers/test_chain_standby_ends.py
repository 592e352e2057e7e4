"""A provider that stands by does so for one turn; then it goes, and leaves nothing behind."""

import asyncio

import pytest

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AskText,
    CancelAnswer,
    Capabilities,
    CloseSession,
    ClosingSoon,
    DiscardTurn,
    Failure,
    LinkChanged,
    LinkState,
    OpenTurn,
    UserTranscript,
)
from appliance.conversation.vocabulary import AnswerTranscript as Words
from appliance.errors import FailureCategory
from tests.providers.chain_stage import GONE, SOUND, ScriptedSession, Stage, ready, settle, stage
from tests.providers.hedge_stage import links, speak, unhealthy

QUESTION = AskText(1, "How are you?", spoken=False)


# ---------------------------------------------------------------- it goes


@pytest.mark.parametrize("ends", ["answered", "discarded", "cancelled", "overtaken by the next"])
async def test_it_lives_for_one_turn(ends: str) -> None:
    async with stage("first", "second", hedges=True) as s:
        first = await unhealthy(s)
        s.turn(1)
        second = await ready(s, "second")
        first.says(AnswerAudio(1, SOUND))
        match ends:
            case "answered":
                first.says(AnswerDone(1, complete=True))
            case "discarded":
                s.chain.send(DiscardTurn())
            case "cancelled":
                s.chain.send(CancelAnswer(1, 13))
            case _:
                s.chain.send(OpenTurn())
        await settle()
        assert second.told == [CloseSession()]
        second.says(UserTranscript(1, "nonsense", final=True))
        second.says(GONE)
        assert s.of(UserTranscript) == []
        assert links(s, "second") == [LinkState.CONNECTING, LinkState.READY]


async def test_one_that_was_not_ready_by_then_is_shown_to_be_gone() -> None:
    async with stage("first", "second", hedges=True) as s:
        await unhealthy(s)
        speak(s)
        await s.session("second")
        s.chain.send(DiscardTurn())
        assert s.events[-1] == LinkChanged("second", LinkState.DOWN, background=True)


async def test_what_was_heard_of_an_earlier_answer_is_told_truly() -> None:
    async with stage("first", "second", hedges=True) as s:
        await unhealthy(s)
        s.turn(2)
        second = await ready(s, "second")
        s.chain.send(CancelAnswer(1, 100))
        await s.session("second", 2)
        assert second.told == [CloseSession()]


async def test_its_last_session_is_closed_before_it_is_connected_again() -> None:
    async with stage("first", "second", hedges=True) as s:
        await unhealthy(s)
        speak(s)
        second = await ready(s, "second")
        second.lingers = True
        s.chain.send(DiscardTurn())
        speak(s)
        await settle()
        assert not s.sessions["second"][1].running.is_set()
        second.ends()
        await ready(s, "second", 2)


async def test_no_better_provider_is_tried_beside_it() -> None:
    async with stage("first", "second", "third", hedges=True) as s:
        (await ready(s, "first")).says(Failure(FailureCategory.CONNECTION_FAILED, "gone", 5.0))
        (await ready(s, "second")).says(GONE)
        second = await ready(s, "second", 2)
        speak(s)
        await ready(s, "third")
        s.now_s += 3600.0
        second.says(ClosingSoon(1e9))
        await settle()
        assert len(s.sessions["first"]) == 1


async def test_it_is_closed_with_the_chain_and_leaves_no_task() -> None:
    before = asyncio.all_tasks()
    async with stage("first", "second", hedges=True) as s:
        await unhealthy(s)
        s.turn(1)
        second = await ready(s, "second")
    assert CloseSession() in second.told
    assert asyncio.all_tasks() == before


async def test_a_mistake_of_ours_in_it_is_not_taken_for_the_peers() -> None:
    s = Stage(("first", "second"), hedges=True)
    running = asyncio.create_task(s.chain.run())
    await unhealthy(s)
    s.turn(1)
    second = await ready(s, "second")
    second.breaks(LookupError("a bug of ours"))
    await settle()
    assert links(s, "second") == [LinkState.CONNECTING, LinkState.READY]
    s.chain.send(CloseSession())
    with pytest.raises(LookupError):
        await running


async def test_who_takes_no_questions_in_writing_is_no_worse_than_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with stage("first", "second", hedges=True) as s:
        first = await unhealthy(s)
        monkeypatch.setattr(ScriptedSession, "capabilities", Capabilities(16_000, 24_000))
        s.chain.send(QUESTION)
        await ready(s, "second")
        monkeypatch.undo()
        first.says(Words(1, "I am well", final=True, written=True))
        first.says(AnswerDone(1, complete=True))
        assert s.of(Failure) == []
