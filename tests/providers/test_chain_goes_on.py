"""An answer that breaks off is gone on with by the next provider, from the last word that is heard of it."""

import pytest

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerBrokeOff,
    AnswerDone,
    AnswerStarted,
    AnswerTranscript,
    AppendAudio,
    AskText,
    CancelAnswer,
    Capabilities,
    CommitTurn,
    ContinueAnswer,
    FailedOver,
    Failure,
    HistoryItem,
    OpenTurn,
    ToolCall,
    ToolRan,
    ToolResult,
)
from appliance.errors import FailureCategory
from appliance.providers.health import LONG_SESSION_S
from tests.providers.chain_stage import GONE, SOUND, ScriptedSession, Stage, ready, spoken, stage

TIMER = ToolCall(1, "call-1", "set_timer", '{"minutes":5}')
GO_ON = ContinueAnswer(1, "what was said of 1")
PLAIN = Capabilities(16_000, 24_000, text_in=True)  # cannot go on with another's answer
SECOND_OF_SOUND = 75  # pieces of `SOUND`, 320 samples at 24 kHz


async def begun(s: Stage, name: str = "first", nth: int = 1) -> ScriptedSession:
    """Turn 1 is asked of this provider, which gives a second of its answer."""
    session = await ready(s, name, nth)
    s.turn(1)
    session.says(AnswerStarted(1))
    for _ in range(SECOND_OF_SOUND):
        session.says(AnswerAudio(1, SOUND))
    return session


async def broken_off(s: Stage) -> ScriptedSession:
    """… and breaks off; the next session of another provider, once it is ready."""
    (await begun(s)).says(GONE)
    return await ready(s, "second")


async def test_the_next_provider_is_told_the_whole_turn_and_what_was_said_already() -> None:
    async with stage("first", "second") as s:
        second = await broken_off(s)
        assert (second.heard, spoken(second)) == ([320, 320], [GO_ON])
        assert s.told_before == [None, 1]
        assert s.of(Failure) == []


async def test_the_conversation_is_told_where_one_voice_ends_and_the_next_begins() -> None:
    async with stage("first", "second") as s:
        second = await broken_off(s)
        second.says(AnswerStarted(1))
        assert s.of(AnswerBrokeOff) == [AnswerBrokeOff(1)]
        assert s.of(FailedOver) == [FailedOver("first", "second", "session_closed", 40)]
        assert [e.provider for e in s.of(AnswerStarted) if isinstance(e, AnswerStarted)] == [
            "first",
            "second",
        ]


async def test_tools_that_ran_before_the_answer_broke_off_do_not_run_again() -> None:
    async with stage("first", "second") as s:
        first = await begun(s)
        first.says(TIMER)
        s.chain.send(ToolResult(1, "call-1", "set"))
        first.says(GONE)
        second = await ready(s, "second")
        assert spoken(second) == [ToolRan("call-1", "set_timer", '{"minutes":5}', "set"), GO_ON]


async def test_an_answer_that_waits_for_a_tool_is_gone_on_with_when_it_has_run() -> None:
    async with stage("first", "second") as s:
        first = await begun(s)
        first.says(TIMER)
        first.says(GONE)
        second = await ready(s, "second")
        assert spoken(second) == []
        s.chain.send(ToolResult(1, "call-1", "set"))
        assert spoken(second)[-1] == GO_ON


async def test_a_provider_that_pauses_for_too_long_is_gone_on_after_by_the_next() -> None:
    async with stage("first", "second") as s:
        await begun(s)
        s.chain.abandon()
        second = await ready(s, "second")
        assert spoken(second) == [GO_ON]


async def test_the_same_provider_goes_on_after_a_dropped_connection_where_there_is_no_other() -> None:
    async with stage("only") as s:
        (await begun(s, "only")).says(GONE)
        again = await ready(s, "only", 2)
        assert spoken(again) == [GO_ON]


async def test_an_answer_that_breaks_off_again_and_again_is_given_up() -> None:
    async with stage("only") as s:
        (await begun(s, "only")).says(GONE)
        for nth in (2, 3):
            s.now_s += 20.0
            again = await ready(s, "only", nth)
            again.says(AnswerAudio(1, SOUND))
            again.says(GONE)
        assert [f.answer for f in s.of(Failure) if isinstance(f, Failure)] == [1]


async def test_an_answer_that_pauses_for_too_long_is_given_up_where_there_is_no_other_provider() -> None:
    async with stage("only") as s:
        await begun(s, "only")
        s.chain.abandon()
        assert [f.category for f in s.of(Failure) if isinstance(f, Failure)] == [FailureCategory.TIMED_OUT]
        again = await ready(s, "only", 2)
        assert again.told == []


# ---------------------------------------------------------------- who cannot go on


async def test_a_provider_that_cannot_go_on_is_asked_for_an_answer_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with stage("first", "second") as s:
        first = await begun(s)
        monkeypatch.setattr(ScriptedSession, "capabilities", PLAIN)
        first.says(GONE)
        second = await ready(s, "second")
        assert (second.heard, spoken(second)) == ([320, 320], [CommitTurn(1)])


async def test_a_provider_that_cannot_go_on_does_not_begin_its_own_answer_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ScriptedSession, "capabilities", PLAIN)
    async with stage("only") as s:
        (await begun(s, "only")).says(GONE)
        assert [f.answer for f in s.of(Failure) if isinstance(f, Failure)] == [1]
        again = await ready(s, "only", 2)
        assert again.told == []


# ---------------------------------------------------------------- interruptions


async def test_another_goes_on_also_where_who_cannot_was_there_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The end of a long session is no failure, but its provider would begin the answer again."""
    monkeypatch.setattr(ScriptedSession, "capabilities", PLAIN)
    async with stage("first", "second") as s:
        first = await ready(s, "first")
        s.now_s += LONG_SESSION_S
        s.turn(1)
        first.says(AnswerAudio(1, SOUND))
        first.says(GONE)
        second = await ready(s, "second")
        assert (second.asked, s.of(Failure)) == ([1], [])


async def test_who_goes_on_is_told_what_was_heard_of_its_own_part() -> None:
    async with stage("first", "second") as s:
        second = await broken_off(s)
        second.says(AnswerAudio(1, SOUND))
        s.chain.send(CancelAnswer(1, 1300))
        assert spoken(second)[-1] == CancelAnswer(1, 300)


async def test_an_interruption_just_where_the_voices_change_deletes_the_second_part() -> None:
    async with stage("first", "second") as s:
        second = await broken_off(s)
        s.chain.send(CancelAnswer(1, 999))
        assert spoken(second)[-1] == CancelAnswer(1, 0)
        assert len(s.sessions["second"]) == 1


async def test_a_session_that_was_told_more_than_was_heard_is_replaced_by_one_that_is_told_the_truth() -> (
    None
):
    async with stage("first", "second") as s:
        second = await broken_off(s)
        second.says(AnswerAudio(1, SOUND))
        s.chain.send(CancelAnswer(1, 400))
        s.chain.send(OpenTurn())
        s.chain.send(AppendAudio(SOUND))
        second.says(AnswerAudio(1, SOUND))
        again = await ready(s, "second", 2)
        assert s.told_before == [None, 1, None]
        assert again.heard == [320]
        assert len(s.of(AnswerAudio)) == SECOND_OF_SOUND + 1


async def test_an_interruption_while_the_next_one_is_asked_corrects_what_it_is_told() -> None:
    async with stage("first", "second") as s:
        (await begun(s)).says(GONE)
        await s.session("second")
        s.chain.send(CancelAnswer(1, 400))
        s.chain.send(OpenTurn())
        again = await ready(s, "second", 2)
        assert (again.told, s.told_before) == ([], [None, 1, None])


async def test_the_whole_turn_is_told_again_when_it_goes_on_and_nothing_of_the_answer_was_heard() -> None:
    async with stage("first", "second") as s:
        await broken_off(s)
        s.chain.send(CancelAnswer(1, 0))
        s.chain.send(AppendAudio(SOUND))
        s.chain.send(CommitTurn(2))
        again = await ready(s, "second", 2)
        assert (again.heard, spoken(again)) == ([320, 320, 320], [CommitTurn(2)])


async def test_the_turn_goes_on_where_the_next_one_was_not_asked_yet() -> None:
    async with stage("first", "second") as s:
        (await begun(s)).says(GONE)
        second = await s.session("second")
        s.chain.send(CancelAnswer(1, 0))
        s.chain.send(AppendAudio(SOUND))
        s.chain.send(CommitTurn(2))
        assert await ready(s, "second") is second
        assert (second.heard, spoken(second)) == ([320, 320, 320], [CommitTurn(2)])


# ---------------------------------------------------------------- in writing


async def test_a_written_answer_is_gone_on_with_and_the_question_is_history_to_who_does() -> None:
    async with stage("first", "second") as s:
        first = await ready(s, "first")
        s.chain.send(AskText(1, "How are you?", spoken=False))
        first.says(AnswerTranscript(1, "I am", final=False, written=True))
        first.says(GONE)
        second = await ready(s, "second")
        assert second.history == (HistoryItem("user", "How are you?"),)
        assert second.told == [GO_ON]


async def test_the_rest_of_an_answer_is_complete_with_its_last_part() -> None:
    async with stage("first", "second") as s:
        second = await broken_off(s)
        second.says(AnswerAudio(1, SOUND))
        second.says(AnswerDone(1, complete=True))
        second.says(GONE)
        again = await ready(s, "second", 2)
        assert again.told == []
        assert s.of(AnswerBrokeOff) == [AnswerBrokeOff(1)]
