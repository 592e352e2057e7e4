"""Two were asked: how that ends where one of them is lost, both keep silent, or the person goes on."""

import asyncio

import pytest

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AnswerStarted,
    AnswerTranscript,
    AppendAudio,
    CancelAnswer,
    CloseSession,
    CommitTurn,
    DiscardTurn,
    FailedOver,
    Failure,
    Hedged,
    ToolCall,
)
from appliance.errors import FailureCategory
from appliance.providers import standby
from tests.bench.soak_time import VirtualLoop
from tests.providers.chain_stage import GONE, SOUND, ready, settle, stage
from tests.providers.hedge_stage import answer, both_asked, unhealthy

at_once = pytest.mark.usefixtures("waited_for_by_nobody")


# ---------------------------------------------------------------- neither of them


@at_once
async def test_the_second_goes_on_alone_where_the_first_is_lost() -> None:
    async with stage("first", "second", hedges=True) as s:
        first, second = await both_asked(s)
        second.says(AnswerStarted(1))
        first.says(GONE)
        assert answer(s.events) == [AnswerStarted(1, provider="second")]
        second.says(AnswerAudio(1, SOUND))
        assert (second.asked, len(s.of(AnswerAudio))) == ([1], 1)
        assert s.of(FailedOver) == [FailedOver("first", "second", "session_closed", 0)]


@at_once
async def test_the_first_goes_on_alone_where_the_second_is_lost() -> None:
    async with stage("first", "second", hedges=True) as s:
        first, second = await both_asked(s)
        second.says(Failure(FailureCategory.RATE_LIMITED, "slow down", 20.0, answer=1))
        first.says(AnswerAudio(1, SOUND))
        await settle()
        assert (len(s.of(AnswerAudio)), s.of(Failure), s.of(FailedOver)) == (1, [], [])
        assert len(s.sessions["second"]) == 1


@at_once
async def test_an_answer_without_a_sound_wins_nothing() -> None:
    async with stage("first", "second", hedges=True) as s:
        first, second = await both_asked(s)
        second.says(AnswerStarted(1))
        second.says(AnswerDone(1, complete=True))
        first.says(AnswerAudio(1, SOUND))
        assert answer(s.events) == [AnswerAudio(1, SOUND)]


@at_once
async def test_who_had_nothing_to_say_is_not_asked_once_more_for_the_same_turn() -> None:
    async with stage("first", "second", hedges=True) as s:
        first, second = await both_asked(s)
        second.says(AnswerDone(1, complete=True))
        first.says(AnswerStarted(1))
        await settle()
        assert (len(s.sessions["second"]), len(s.of(Hedged))) == (1, 1)


@at_once
async def test_an_answer_without_a_sound_of_the_first_leaves_the_turn_to_the_second() -> None:
    async with stage("first", "second", hedges=True) as s:
        first, second = await both_asked(s)
        first.says(AnswerDone(1, complete=True))
        second.says(AnswerAudio(1, SOUND))
        assert answer(s.events) == [AnswerAudio(1, SOUND)]
        assert s.of(FailedOver) == [FailedOver("first", "second", "model_unavailable", 0)]


@at_once
@pytest.mark.parametrize("quicker", ["first", "second"])
async def test_a_written_answer_without_a_word_wins_nothing(quicker: str) -> None:
    nothing = AnswerTranscript(1, "", final=True, written=True)
    async with stage("first", "second", hedges=True) as s:
        first, second = await both_asked(s)
        quick, other = (first, second) if quicker == "first" else (second, first)
        quick.says(nothing)
        quick.says(AnswerDone(1, complete=True))
        other.says(AnswerAudio(1, SOUND))
        assert len(s.of(AnswerAudio)) == 1


@at_once
async def test_where_neither_had_anything_to_say_that_is_told_once() -> None:
    async with stage("first", "second", hedges=True) as s:
        first, second = await both_asked(s)
        second.says(AnswerDone(1, complete=True))
        first.says(AnswerDone(1, complete=True))
        assert answer(s.events) == [AnswerDone(1, complete=True)]


@at_once
@pytest.mark.parametrize("first_is", ["slow", "lost"])
async def test_who_was_asked_already_may_answer_though_the_money_is_spent_meanwhile(first_is: str) -> None:
    async with stage("first", "second", hedges=True) as s:
        first, second = await both_asked(s)
        s.out_of_money.add("second")
        if first_is == "lost":
            first.says(GONE)
        second.says(AnswerAudio(1, SOUND))
        assert answer(s.events) == [AnswerAudio(1, SOUND)]


@at_once
async def test_where_both_keep_silent_both_are_given_up_for_the_next() -> None:
    async with stage("first", "second", "third", hedges=True) as s:
        first, second = await both_asked(s)
        s.chain.abandon()
        third = await ready(s, "third")
        assert (third.heard, third.asked) == ([320, 320], [1])
        first.says(AnswerAudio(1, SOUND))
        second.says(AnswerAudio(1, SOUND))
        assert answer(s.events) == []
        assert CloseSession() in first.told
        assert CloseSession() in second.told


@at_once
async def test_where_both_keep_silent_and_nobody_is_left_the_turn_is_given_up() -> None:
    async with stage("first", "second", hedges=True) as s:
        await both_asked(s)
        s.chain.abandon()
        assert [f.answer for f in s.of(Failure) if isinstance(f, Failure)] == [1]


def test_who_was_asked_only_just_before_the_deadline_is_not_given_up_with_the_first() -> None:
    async def heard(ready_at_s: float) -> int:
        async with stage("first", "second", hedges=True) as s:
            await unhealthy(s)
            s.turn(1)
            await s.session("second")
            await asyncio.sleep(ready_at_s)
            second = await ready(s, "second")
            await asyncio.sleep(6.0 - ready_at_s)
            s.chain.abandon()
            second.says(AnswerAudio(1, SOUND))
            return len(s.of(AnswerAudio))

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        assert runner.run(heard(ready_at_s=5.5)) == 1
        assert runner.run(heard(ready_at_s=3.5)) == 0


# ---------------------------------------------------------------- the person goes on


@at_once
async def test_who_goes_on_talking_is_heard_by_the_first_and_a_fresh_second() -> None:
    async with stage("first", "second", hedges=True) as s:
        first, second = await both_asked(s)
        s.chain.send(CancelAnswer(1, 0))
        s.chain.send(AppendAudio(SOUND))
        await settle()
        assert second.told[-1] == CloseSession()
        second.says(AnswerAudio(1, SOUND))
        assert answer(s.events) == []
        fresh = await ready(s, "second", 2)
        assert fresh.told == []
        s.chain.send(CommitTurn(2))
        await settle()
        assert (fresh.heard, fresh.asked, first.asked) == ([320, 320, 320], [2], [1, 2])
        assert len(s.of(Hedged)) == 2


def test_who_goes_on_talking_is_waited_for_from_the_end_of_that() -> None:
    async def goes_on(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(standby, "HEDGE_AFTER_S", 0.02)
        async with stage("first", "second", hedges=True) as s:
            await unhealthy(s)
            s.turn(1)
            second = await ready(s, "second")
            s.chain.send(CancelAnswer(1, 0))
            patch.setattr(standby, "HEDGE_AFTER_S", 60.0)
            s.chain.send(CommitTurn(2))
            await asyncio.sleep(59.0)
            assert (second.told, s.of(Hedged)) == ([], [])
            await asyncio.sleep(2.0)
            assert len(s.of(Hedged)) == 1

    with pytest.MonkeyPatch.context() as patch, asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(goes_on(patch))


@at_once
async def test_a_turn_that_is_taken_back_is_answered_by_neither() -> None:
    async with stage("first", "second", hedges=True) as s:
        _, second = await both_asked(s)
        s.chain.send(CancelAnswer(1, 0))
        s.chain.send(DiscardTurn())
        second.says(ToolCall(1, "call-9", "set_timer", "{}"))
        await settle()
        assert answer(s.events) == []
        assert second.told[-1] == CloseSession()


@at_once
async def test_the_next_turn_begins_without_the_last_ones_second() -> None:
    async with stage("first", "second", hedges=True) as s:
        _, second = await both_asked(s)
        s.turn(2)
        fresh = await ready(s, "second", 2)
        await settle()
        assert (second.told[-1], fresh.asked, fresh.heard) == (CloseSession(), [2], [320, 320])


@at_once
async def test_a_race_is_over_with_the_chain_and_leaves_no_task() -> None:
    before = asyncio.all_tasks()
    async with stage("first", "second", hedges=True) as s:
        _, second = await both_asked(s)
    assert second.told[-1] == CloseSession()
    assert asyncio.all_tasks() == before
