"""A turn that is taken back is nobody's failure: who cannot forget what it heard is opened anew."""

from dataclasses import replace

import pytest

from appliance.conversation.vocabulary import (
    AnswerDone,
    AppendAudio,
    CancelAnswer,
    CloseSession,
    CommitTurn,
    DiscardTurn,
    FailedOver,
    LinkChanged,
    LinkState,
    OpenTurn,
)
from appliance.providers.pace import AT_ONCE
from tests.providers.chain_stage import SOUND, ScriptedSession, Stage, ready, settle, spoken, stage


@pytest.fixture(autouse=True)
def _remembers_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    unforgetting = replace(ScriptedSession.capabilities, discards=False)
    monkeypatch.setattr(ScriptedSession, "capabilities", unforgetting)


def false_start(s: Stage) -> None:
    s.chain.send(OpenTurn())
    s.chain.send(AppendAudio(SOUND))
    s.chain.send(DiscardTurn())


async def test_the_session_that_heard_it_is_replaced_with_the_same_provider() -> None:
    async with stage("first", "second") as s:
        first = await ready(s, "first")
        false_start(s)
        again = await ready(s, "first", 2)
        assert first.told[-1] == CloseSession()
        assert again.told == []
        s.turn(1)
        assert (again.heard, again.asked) == ([320, 320], [1])


async def test_however_often_it_happens_nobody_has_failed() -> None:
    async with stage("first", "second") as s:
        for nth in range(1, 6):
            s.now_s += 60.0
            await ready(s, "first", nth)
            false_start(s)
        await ready(s, "first", 6)
        assert s.sessions["second"] == []
        assert s.of(FailedOver) == []
        links = [event.link for event in s.events if isinstance(event, LinkChanged)]
        assert set(links) == {LinkState.CONNECTING, LinkState.READY}


async def test_who_stands_in_stays_although_a_better_provider_is_back() -> None:
    async with stage("first", "second") as s:
        await ready(s, "first")
        s.turn(1)
        s.chain.abandon()
        second = await ready(s, "second")
        second.says(AnswerDone(1, complete=True))
        false_start(s)
        await ready(s, "second", 2)
        assert len(s.sessions["first"]) == 1


async def test_many_in_a_row_open_no_storm_of_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("appliance.providers.pace.INTERVAL_S", 0.02)
    async with stage("only", "second") as s:
        for nth in range(1, AT_ONCE + 2):
            await ready(s, "only", nth)
            false_start(s)
        await settle()
        assert len(s.sessions["only"]) == AT_ONCE + 1
        s.turn(1)
        s.now_s += 0.03
        again = await ready(s, "only", AT_ONCE + 2)
        assert (again.heard, again.asked) == ([320, 320], [1])
        assert s.sessions["second"] == []


async def test_a_turn_that_was_asked_is_not_in_the_way_of_the_next() -> None:
    """Its sound was answered for; what came of that is dropped, and the session lives."""
    async with stage("only") as s:
        only = await ready(s, "only")
        s.turn(1)
        s.chain.send(CancelAnswer(1, 0))
        s.chain.send(DiscardTurn())
        s.turn(2)
        assert spoken(only) == [CommitTurn(1), CancelAnswer(1, 0), DiscardTurn(), CommitTurn(2)]


async def test_what_was_said_after_the_question_is_not_forgotten_by_asking_before() -> None:
    async with stage("only") as s:
        await ready(s, "only")
        s.turn(1)
        s.chain.send(CancelAnswer(1, 0))
        s.chain.send(AppendAudio(SOUND))
        s.chain.send(DiscardTurn())
        await ready(s, "only", 2)


async def test_a_turn_of_which_nothing_was_told_needs_no_other_session() -> None:
    async with stage("only") as s:
        only = await ready(s, "only")
        s.chain.send(OpenTurn())
        s.chain.send(DiscardTurn())
        s.turn(1)
        assert (len(s.sessions["only"]), only.asked) == (1, [1])


async def test_who_may_not_be_asked_any_more_is_not_opened_anew() -> None:
    async with stage("first", "second") as s:
        await ready(s, "first")
        s.chain.send(OpenTurn())
        s.chain.send(AppendAudio(SOUND))
        s.out_of_money.add("first")
        s.chain.send(OpenTurn())
        await ready(s, "second")
        assert len(s.sessions["first"]) == 1
