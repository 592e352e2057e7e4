"""Who lets the person wait is not waited for alone: two are asked, the first to answer is heard, once."""

import asyncio

import pytest

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AnswerStarted,
    AnswerTranscript,
    AppendAudio,
    AskText,
    CancelAnswer,
    Capabilities,
    ChainEvent,
    CloseSession,
    CommitTurn,
    FailedOver,
    Failure,
    Hedged,
    LinkChanged,
    LinkState,
    ProviderEvent,
    ToolCall,
    ToolRan,
    ToolResult,
    UserTranscript,
)
from appliance.errors import FailureCategory
from appliance.providers import standby
from appliance.providers.second import MAX_MESSAGES
from appliance.service.rooms import ConductorOptions
from tests.bench.soak_time import VirtualLoop
from tests.providers.chain_stage import GONE, SOUND, ScriptedSession, ready, settle, spoken, stage
from tests.providers.hedge_stage import BOTH_ASKED, SAME, TIMER, answer, both_asked, unhealthy

at_once = pytest.mark.usefixtures("waited_for_by_nobody")


# ---------------------------------------------------------------- two are asked


def test_the_second_is_asked_after_two_seconds_and_long_before_the_deadline() -> None:
    async def asked_at(wait_s: float) -> list[ProviderEvent | ChainEvent]:
        async with stage("first", "second", hedges=True) as s:
            await unhealthy(s)
            s.turn(1)
            await ready(s, "second")
            await asyncio.sleep(wait_s)
            return s.of(Hedged)

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        assert runner.run(asked_at(1.99)) == []
        assert runner.run(asked_at(2.01)) == [BOTH_ASKED]
    assert ConductorOptions().answer_deadline_s > 2 * standby.HEDGE_AFTER_S


def test_the_person_waits_once_for_that_whoever_is_lost_meanwhile() -> None:
    refused = Failure(FailureCategory.RATE_LIMITED, "slow down", 20.0)

    async def third_is_asked(lost: str) -> list[int]:
        async with stage("first", "second", "third", hedges=True) as s:
            await unhealthy(s)
            s.turn(1)
            second = await ready(s, "second")
            await asyncio.sleep(1.9 if lost == "standing by" else 2.1)
            second.says(refused)
            third = await ready(s, "third")
            await asyncio.sleep(0.2)
            return third.asked

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        assert runner.run(third_is_asked("standing by")) == [1]
        assert runner.run(third_is_asked("asked")) == [1]


@at_once
async def test_it_is_told_the_whole_turn_and_that_is_logged_once() -> None:
    async with stage("first", "second", hedges=True) as s:
        _, second = await both_asked(s)
        assert (second.heard, spoken(second)) == ([320, 320], [CommitTurn(1)])
        assert s.of(Hedged) == [BOTH_ASKED]
        assert s.chain.provider == "first"


@at_once
async def test_who_is_not_ready_by_then_is_asked_when_it_is() -> None:
    async with stage("first", "second", hedges=True) as s:
        await unhealthy(s)
        s.turn(1)
        await s.session("second")
        await settle()
        assert s.of(Hedged) == []
        assert (await ready(s, "second")).asked == [1]
        assert s.of(Hedged) == [BOTH_ASKED]


@at_once
async def test_nobody_is_asked_in_vain_whose_turn_was_answered_meanwhile() -> None:
    async with stage("first", "second", hedges=True) as s:
        first = await unhealthy(s)
        s.turn(1)
        await s.session("second")
        await settle()
        first.says(AnswerAudio(1, SOUND))
        assert (await ready(s, "second")).told == []
        assert s.of(Hedged) == []


@at_once
async def test_while_a_tool_runs_nobody_else_is_asked() -> None:
    async with stage("first", "second", hedges=True) as s:
        first = await unhealthy(s)
        s.turn(1)
        first.says(TIMER)
        second = await ready(s, "second")
        await settle()
        s.chain.send(ToolResult(1, "call-1", "set"))
        await settle()
        assert (second.told, s.of(Hedged)) == ([], [])


@at_once
async def test_the_second_is_told_of_a_tool_that_ran_for_the_turn() -> None:
    async with stage("first", "second", hedges=True) as s:
        first = await unhealthy(s)
        s.turn(1)
        first.says(TIMER)
        second = await ready(s, "second")
        s.chain.send(CancelAnswer(1, 0))
        s.chain.send(AppendAudio(SOUND))
        s.chain.send(CommitTurn(2))
        await settle()
        assert second.told == []
        s.chain.send(ToolResult(1, "call-1", "set"))
        assert spoken(second) == [ToolRan("call-1", "set_timer", '{"minutes":5}', "set"), CommitTurn(2)]


@at_once
async def test_a_question_in_writing_goes_to_who_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    question = AskText(1, "How are you?", spoken=True)
    async with stage("first", "second", hedges=True) as s:
        first = await unhealthy(s)
        s.chain.send(question)
        second = await ready(s, "second")
        await settle()
        assert second.told == [question]
        first.says(AnswerAudio(1, SOUND))
        first.says(AnswerDone(1, complete=True))
        first.says(GONE)
        await ready(s, "first", 3)
        monkeypatch.setattr(ScriptedSession, "capabilities", Capabilities(16_000, 24_000))
        s.chain.send(AskText(2, "And now?", spoken=True))
        deaf = await ready(s, "second", 2)
        await settle()
        assert (deaf.told, s.of(Hedged)) == ([], [Hedged("first", "second", 0)])


# ---------------------------------------------------------------- the first one is quicker


@at_once
async def test_the_first_to_give_audio_is_heard_and_the_other_is_closed() -> None:
    async with stage("first", "second", hedges=True) as s:
        first, second = await both_asked(s)
        second.says(AnswerStarted(1))
        second.says(UserTranscript(1, "what the second heard", final=True))
        second.says(AnswerTranscript(1, "what nobody hears", final=False))
        first.says(AnswerAudio(1, SOUND))
        second.says(AnswerAudio(1, SOUND))
        first.says(AnswerDone(1, complete=True))
        await settle()
        assert answer(s.events) == [AnswerAudio(1, SOUND), AnswerDone(1, complete=True)]
        assert second.told[-1] == CloseSession()
        assert s.of(FailedOver) == []


@at_once
async def test_who_was_slower_beside_the_first_has_not_failed() -> None:
    async with stage("first", "second", "third", hedges=True) as s:
        first, _ = await both_asked(s)
        first.says(AnswerAudio(1, SOUND))
        first.says(GONE)
        again = await ready(s, "second", 2)
        assert s.sessions["third"] == []
        assert again.opened_with.stands_in


@at_once
async def test_a_call_of_the_first_is_the_only_one() -> None:
    async with stage("first", "second", hedges=True) as s:
        first, second = await both_asked(s)
        first.says(TIMER)
        second.says(SAME)
        await settle()
        assert s.of(ToolCall) == [TIMER]
        assert second.told[-1] == CloseSession()


@at_once
async def test_who_says_only_that_it_has_begun_has_not_answered() -> None:
    async with stage("first", "second", hedges=True) as s:
        first, second = await both_asked(s)
        first.says(AnswerStarted(1))
        first.says(AnswerTranscript(1, "I", final=False))
        second.says(AnswerAudio(1, SOUND))
        assert len(s.of(AnswerAudio)) == 1


# ---------------------------------------------------------------- the second one is quicker


@at_once
async def test_the_second_is_in_use_from_its_first_sound_on() -> None:
    async with stage("first", "second", hedges=True) as s:
        first, second = await both_asked(s)
        second.says(AnswerStarted(1))
        second.says(AnswerTranscript(1, "It", final=False))
        second.says(AnswerTranscript(1, "It is", final=False))
        assert answer(s.events) == []
        second.says(AnswerAudio(1, SOUND))
        first.says(AnswerAudio(1, SOUND))
        second.says(AnswerDone(1, complete=True))
        await settle()
        assert answer(s.events) == [
            AnswerStarted(1, provider="second"),
            AnswerTranscript(1, "It is", final=False),
            AnswerAudio(1, SOUND),
            AnswerDone(1, complete=True),
        ]
        assert first.told[-1] == CloseSession()
        s.turn(2)
        assert second.asked == [1, 2]
        assert [len(s.sessions[name]) for name in ("first", "second")] == [2, 1]


@at_once
async def test_the_first_has_failed_then_and_what_the_second_was_told_counts_once() -> None:
    async with stage("first", "second", hedges=True) as s:
        first, second = await both_asked(s)
        second.says(AnswerAudio(1, SOUND))
        assert s.of(FailedOver) == [FailedOver("first", "second", "timed_out", 0)]
        message = "no answer within 0 s; second was asked as well, and was quicker"
        lost = LinkChanged("first", LinkState.DOWN, "timed_out", message)
        assert s.events.index(lost) < s.events.index(s.of(FailedOver)[0])
        assert s.of(Failure) == []
        second.says(AnswerDone(1, complete=True))
        await settle()
        assert spoken(first) == [CommitTurn(1), CloseSession()]


@at_once
async def test_a_call_of_the_second_is_the_only_one() -> None:
    async with stage("first", "second", hedges=True) as s:
        first, second = await both_asked(s)
        second.says(SAME)
        first.says(TIMER)
        s.chain.send(ToolResult(1, "call-2", "set"))
        assert s.of(ToolCall) == [SAME]
        assert spoken(second) == [CommitTurn(1), ToolResult(1, "call-2", "set")]
        assert ToolResult(1, "call-2", "set") not in first.told


@at_once
async def test_an_answer_in_text_alone_wins_with_its_first_words() -> None:
    async with stage("first", "second", hedges=True) as s:
        first, second = await both_asked(s)
        second.says(AnswerTranscript(1, "I am", final=False, written=True))
        first.says(AnswerTranscript(1, "You are", final=False, written=True))
        assert answer(s.events) == [AnswerTranscript(1, "I am", final=False, written=True)]


@at_once
async def test_what_it_says_ahead_of_its_first_sound_is_bounded() -> None:
    async with stage("first", "second", hedges=True) as s:
        _, second = await both_asked(s)
        second.says(AnswerStarted(1))
        for number in range(MAX_MESSAGES + 5):
            second.says(AnswerTranscript(1, f"message {number}", final=True, item=str(number)))
        second.says(AnswerAudio(1, SOUND))
        assert len(answer(s.events)) == MAX_MESSAGES + 1
