"""Who may not be asked for the sake of money is left between turns, and asked again when he may."""

import asyncio
from dataclasses import replace

import pytest

from appliance.conversation.vocabulary import (
    AnswerDone,
    AppendAudio,
    DiscardTurn,
    FailedOver,
    Failure,
    LinkChanged,
    LinkState,
    OpenTurn,
    Ready,
)
from appliance.errors import FailureCategory
from appliance.providers.roster import LIMIT_LOOK_S, Roster
from tests.bench.soak_time import VirtualLoop
from tests.providers.chain_stage import SOUND, ScriptedSession, ready, settle, stage


def test_who_may_not_be_used_is_not_tried() -> None:
    assert Roster(3, lambda index: index != 0).next((), 0.0) == (1, 0.0)
    assert not Roster(2, lambda index: index == 0).anybody_but({0}, 0.0)


def test_where_nobody_may_be_used_it_looks_again_later() -> None:
    assert Roster(2, lambda index: False).next((), 0.0) == (0, LIMIT_LOOK_S)


async def test_the_turn_after_the_limit_goes_to_who_costs_nothing() -> None:
    async with stage("dear", "offline") as s:
        dear = await ready(s, "dear")
        s.turn(1)
        s.out_of_money.add("dear")
        dear.says(AnswerDone(1, complete=True))
        s.turn(2)
        offline = await ready(s, "offline")
        assert dear.asked == [1]
        assert offline.asked == [2]
        assert offline.heard == [320, 320]
    [change] = s.of(FailedOver)
    assert change == FailedOver("dear", "offline", FailureCategory.QUOTA_EXHAUSTED, 40)


async def test_an_answer_that_has_begun_is_not_broken_off_for_money() -> None:
    async with stage("dear", "offline") as s:
        dear = await ready(s, "dear")
        s.turn(1)
        s.out_of_money.add("dear")
        assert dear.asked == [1]
        dear.says(AnswerDone(1, complete=True))
        assert s.of(FailedOver) == []


async def test_where_nobody_is_left_the_turn_is_given_up_at_once() -> None:
    async with stage("dear") as s:
        dear = await ready(s, "dear")
        s.out_of_money.add("dear")
        s.turn(1)
        assert dear.asked == []
        [failure] = s.of(Failure)
        assert isinstance(failure, Failure)
        assert (failure.category, failure.answer) == (FailureCategory.QUOTA_EXHAUSTED, 1)


async def test_who_is_left_for_money_is_shown_so() -> None:
    async with stage("dear", "offline") as s:
        await ready(s, "dear")
        s.out_of_money.add("dear")
        s.turn(1)
        changes = [event for event in s.events if isinstance(event, LinkChanged)]
        down = [(event.provider, event.reason) for event in changes if event.link is LinkState.DOWN]
        assert down == [("dear", "quota_exhausted")]


async def test_once_the_limit_is_gone_the_better_one_is_asked_again() -> None:
    async with stage("dear", "offline") as s:
        s.out_of_money.add("dear")
        offline = await ready(s, "offline")
        s.turn(1)
        s.now_s += 1000
        offline.says(AnswerDone(1, complete=True))
        s.turn(2)
        assert s.sessions["dear"] == []
        s.out_of_money.clear()
        s.now_s += 1000
        offline.says(AnswerDone(2, complete=True))
        probe = await s.session("dear")
        s.now_s += 1000
        probe.says(Ready())
        dear = await ready(s, "dear", 2)
        s.turn(3)
        assert dear.asked == [3]


def test_who_asks_just_after_the_limit_is_gone_is_answered() -> None:
    """Nobody sleeps through that until it would be looked at by itself."""

    async def talk() -> list[int]:
        async with stage("dear") as s:
            await ready(s, "dear")
            s.out_of_money.add("dear")
            s.turn(1)
            await asyncio.sleep(LIMIT_LOOK_S / 10)
            s.out_of_money.clear()
            s.turn(2)
            await asyncio.sleep(2.0)
            return (await ready(s, "dear", 2)).asked

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        assert runner.run(talk()) == [2]


async def test_a_session_that_is_replaced_is_not_opened_again_beyond_the_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    remembers = replace(ScriptedSession.capabilities, discards=False)
    monkeypatch.setattr(ScriptedSession, "capabilities", remembers)
    async with stage("dear", "offline") as s:
        dear = await ready(s, "dear")
        dear.lingers = True
        s.chain.send(OpenTurn())
        s.chain.send(AppendAudio(SOUND))
        s.out_of_money.add("dear")
        s.chain.send(DiscardTurn())
        await settle()
        s.turn(1)
        dear.ends()
        offline = await ready(s, "offline")
        assert (offline.asked, len(s.sessions["dear"])) == ([1], 1)
        assert s.of(FailedOver) == [FailedOver("dear", "offline", FailureCategory.QUOTA_EXHAUSTED, 40)]
