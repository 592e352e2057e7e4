"""The chain does not drop a word: whoever fails, the next one is told the whole turn."""

import asyncio

import numpy as np
import pytest

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AppendAudio,
    CancelAnswer,
    CloseSession,
    CommitTurn,
    DiscardTurn,
    FailedOver,
    Failure,
    LinkChanged,
    LinkState,
    OpenTurn,
    Ready,
)
from appliance.errors import FailureCategory
from appliance.providers.kept_turn import MAX_KEPT_SAMPLES
from tests.providers.chain_stage import SOUND, Stage, settle, stage


async def test_a_turn_goes_to_the_first_provider_as_it_is_said() -> None:
    async with stage("first", "second") as s:
        first = await s.session("first")
        first.says(Ready())
        s.turn(1)
        assert (first.heard, first.asked) == ([320, 320], [1])
        assert s.sessions["second"] == []


async def test_what_is_said_before_the_link_is_up_is_told_when_it_is() -> None:
    async with stage("only") as s:
        only = await s.session("only")
        s.turn(1)
        assert only.told == []
        only.says(Ready())
        assert (only.heard, only.asked) == ([320, 320], [1])


async def test_the_next_provider_is_told_the_whole_turn_when_one_dies_before_its_answer() -> None:
    async with stage("first", "second") as s:
        first = await s.session("first")
        first.says(Ready())
        s.turn(1)
        first.says(Failure(FailureCategory.CONNECTION_FAILED, "gone"))
        second = await s.session("second")
        second.says(Ready())
        assert (second.heard, second.asked) == ([320, 320], [1])
        assert s.of(FailedOver) == [FailedOver("first", "second", "connection_failed", 40)]
        assert s.of(Failure) == []


async def test_an_answer_that_is_refused_goes_to_the_next_provider() -> None:
    async with stage("first", "second") as s:
        first = await s.session("first")
        first.says(Ready())
        s.turn(1)
        first.says(Failure(FailureCategory.RATE_LIMITED, "slow down", 20.0, answer=1))
        second = await s.session("second")
        second.says(Ready())
        assert second.asked == [1]


async def test_a_provider_that_keeps_silent_is_given_up_for_the_next() -> None:
    async with stage("first", "second") as s:
        first = await s.session("first")
        first.says(Ready())
        s.turn(1)
        s.chain.abandon()
        second = await s.session("second")
        second.says(Ready())
        assert second.asked == [1]
        assert CloseSession() in first.told


async def test_a_silent_provider_without_a_successor_gives_up_the_turn_and_not_the_day() -> None:
    async with stage("only") as s:
        only = await s.session("only")
        only.says(Ready())
        s.turn(1)
        s.chain.abandon()
        assert [f.answer for f in s.of(Failure) if isinstance(f, Failure)] == [1]
        again = await s.session("only", 2)
        again.says(Ready())
        assert again.told == []
        s.turn(2)
        assert again.asked == [2]


async def test_a_refused_key_is_not_tried_again_and_the_person_is_told_at_once() -> None:
    async with stage("only") as s:
        only = await s.session("only")
        only.says(Failure(FailureCategory.AUTH_FAILED, "the key is refused"))
        await asyncio.wait_for(only.running.wait(), 1)
        s.turn(1)
        failures = [f for f in s.of(Failure) if isinstance(f, Failure)]
        assert [(f.category, f.answer) for f in failures] == [(FailureCategory.AUTH_FAILED, 1)]
        assert len(s.sessions["only"]) == 1


async def test_words_that_continue_a_turn_are_kept_with_its_beginning() -> None:
    async with stage("first", "second") as s:
        first = await s.session("first")
        first.says(Ready())
        s.turn(1)
        s.chain.send(CancelAnswer(1, 0))
        s.chain.send(AppendAudio(SOUND))
        s.chain.send(CommitTurn(2))
        first.says(Failure(FailureCategory.SESSION_CLOSED, "bye"))
        second = await s.session("second")
        second.says(Ready())
        assert (second.heard, second.asked) == ([320, 320, 320], [2])


async def test_a_turn_that_was_answered_is_not_told_to_anybody_again() -> None:
    async with stage("first", "second") as s:
        first = await s.session("first")
        first.says(Ready())
        s.turn(1)
        first.says(AnswerAudio(1, SOUND))
        first.says(AnswerDone(1, complete=True))
        first.says(Failure(FailureCategory.SESSION_CLOSED, "bye"))
        again = await s.session("first", 2)
        again.says(Ready())
        assert again.told == []
        links = [(e.provider, e.link) for e in s.events if isinstance(e, LinkChanged)]
        assert links.count(("first", LinkState.DOWN)) == 1


async def test_what_a_session_says_after_it_was_given_up_reaches_nobody() -> None:
    async with stage("first", "second") as s:
        first = await s.session("first")
        first.says(Ready())
        s.turn(1)
        s.chain.abandon()
        first.says(AnswerAudio(1, SOUND))
        assert s.of(AnswerAudio) == []


async def test_a_turn_that_was_cancelled_for_good_does_not_go_on_in_the_next_one() -> None:
    async with stage("only") as s:
        only = await s.session("only")
        only.says(Ready())
        s.turn(1)
        s.chain.send(CancelAnswer(1, 0))
        s.turn(2)
        assert DiscardTurn() in only.told
        assert only.told.index(DiscardTurn()) < only.told.index(CommitTurn(2))


async def test_a_question_that_is_told_again_is_not_told_as_history_too() -> None:
    async with stage("first", "second") as s:
        first = await s.session("first")
        first.says(Ready())
        s.turn(1)
        s.chain.send(CancelAnswer(1, 0))
        s.chain.send(CommitTurn(2))
        first.says(Failure(FailureCategory.SESSION_CLOSED, "bye"))
        await s.session("second")
        assert s.told_before == [None, 1]


async def test_a_turn_that_goes_on_after_its_answer_was_complete_is_told_whole_to_the_next() -> None:
    async with stage("first", "second") as s:
        first = await s.session("first")
        first.says(Ready())
        s.turn(1)
        first.says(AnswerAudio(1, SOUND))
        first.says(AnswerDone(1, complete=True))
        s.chain.send(CancelAnswer(1, 0))
        s.chain.send(AppendAudio(SOUND))
        s.chain.send(CommitTurn(2))
        first.says(Failure(FailureCategory.SESSION_CLOSED, "bye"))
        second = await s.session("second")
        second.says(Ready())
        assert (second.heard, second.asked) == ([320, 320, 320], [2])


async def test_a_turn_is_given_up_when_nobody_may_be_asked_for_longer_than_anyone_waits() -> None:
    async with stage("first", "second") as s:
        for name in ("second", "first"):
            first = await s.session("first", len(s.sessions["first"]) or 1)
            if name == "second":
                first.says(Failure(FailureCategory.RATE_LIMITED, "peace", 3600.0))
                continue
            second = await s.session("second")
            second.says(Failure(FailureCategory.RATE_LIMITED, "peace", 3600.0))
        s.turn(1)
        assert [f.answer for f in s.of(Failure) if isinstance(f, Failure)] == [1]


async def test_a_session_that_the_vendor_ends_by_age_is_no_failure() -> None:
    async with stage("first", "second") as s:
        for age in range(1, 4):
            first = await s.session("first", age)
            first.says(Ready())
            s.now_s += 3600.0
            first.says(Failure(FailureCategory.SESSION_CLOSED, "60 minutes are over"))
        await s.session("first", 4)
        assert s.sessions["second"] == []


async def test_a_session_that_ends_without_a_word_is_a_failure_and_not_opened_again_without_a_pause() -> None:
    async with stage("only") as s:
        for nth in (1, 2):
            (await s.session("only", nth)).ends()
        await settle()
        assert len(s.sessions["only"]) == 2
        links = [e.link for e in s.events if isinstance(e, LinkChanged)]
        assert links[-2:] == [LinkState.DOWN, LinkState.BACKING_OFF]


async def test_a_mistake_of_ours_in_a_session_is_not_taken_for_the_peers() -> None:
    s = Stage(("only", "second"))
    running = asyncio.create_task(s.chain.run())
    only = await s.session("only")
    only.breaks(LookupError("a bug of ours"))
    with pytest.raises(LookupError):
        await running


async def test_what_nobody_could_be_told_for_too_long_is_counted() -> None:
    async with stage("only") as s:
        s.chain.send(OpenTurn())
        for _ in range(MAX_KEPT_SAMPLES // 16_000 + 2):
            s.chain.send(AppendAudio(np.zeros(16_000, np.int16)))
        assert s.chain.dropped_samples == 2 * 16_000
        s.chain.send(OpenTurn())
        assert s.chain.dropped_samples == 2 * 16_000


async def test_a_turn_after_an_answer_needs_nothing_to_be_forgotten() -> None:
    async with stage("only") as s:
        only = await s.session("only")
        only.says(Ready())
        s.turn(1)
        only.says(AnswerDone(1, complete=True))
        s.turn(2)
        assert DiscardTurn() not in only.told


async def test_what_is_left_of_a_pause_is_not_waited_for_in_circles() -> None:
    async with stage("only") as s:
        (await s.session("only")).says(Failure(FailureCategory.CONNECTION_FAILED, "busy", 1e-12))
        await settle()
        links = [event for event in s.of(LinkChanged) if isinstance(event, LinkChanged)]
        assert [event.link for event in links].count(LinkState.BACKING_OFF) == 1
