"""Whatever a turn is made of (speech in pieces, a question in writing), it is told whole."""

import pytest

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AnswerTranscript,
    AppendAudio,
    AskText,
    CancelAnswer,
    Capabilities,
    CommitTurn,
    Configure,
    DiscardTurn,
    FailedOver,
    Failure,
    OpenTurn,
    Ready,
    SessionConfig,
    UserTranscript,
)
from appliance.errors import FailureCategory
from tests.providers.chain_stage import GONE, SOUND, ScriptedSession, ready, spoken, stage

QUESTION = AskText(1, "What time is it?", spoken=True)


# ---------------------------------------------------------------- questions in writing


async def test_a_written_question_is_told_again_to_the_next_provider() -> None:
    async with stage("first", "second") as s:
        first = await ready(s, "first")
        s.chain.send(OpenTurn())
        s.chain.send(QUESTION)
        first.says(GONE)
        second = await ready(s, "second")
        assert first.told[0] == QUESTION
        assert second.told == [QUESTION]
        assert s.of(FailedOver) == [FailedOver("first", "second", "session_closed", 0)]


async def test_a_written_question_before_the_link_is_up_is_asked_when_it_is() -> None:
    async with stage("only") as s:
        s.chain.send(QUESTION)
        only = await ready(s, "only")
        assert only.told == [QUESTION]


async def test_a_written_question_is_not_asked_again_once_it_was_answered() -> None:
    async with stage("only") as s:
        only = await ready(s, "only")
        s.chain.send(QUESTION)
        only.says(AnswerDone(1, complete=True))
        only.says(GONE)
        again = await ready(s, "only", 2)
        assert again.told == []


async def test_a_written_question_does_not_take_the_last_turn_with_it() -> None:
    async with stage("first", "second") as s:
        first = await ready(s, "first")
        s.turn(1)
        first.says(AnswerDone(1, complete=True))
        s.chain.send(AskText(2, "And now?", spoken=False))
        first.says(GONE)
        second = await ready(s, "second")
        assert second.told == [AskText(2, "And now?", spoken=False)]


async def test_a_spoken_answer_is_asked_again_as_long_as_only_its_words_came() -> None:
    async with stage("first", "second") as s:
        first = await ready(s, "first")
        s.chain.send(QUESTION)
        first.says(AnswerTranscript(1, "It is", final=False))
        first.says(GONE)
        second = await ready(s, "second")
        assert second.told == [QUESTION]


async def test_a_written_question_that_goes_on_in_speech_is_told_in_its_order() -> None:
    async with stage("first", "second") as s:
        first = await ready(s, "first")
        s.chain.send(QUESTION)
        s.chain.send(CancelAnswer(1, 0))
        s.chain.send(AppendAudio(SOUND))
        s.chain.send(CommitTurn(2))
        assert spoken(first) == [QUESTION, CancelAnswer(1, 0), CommitTurn(2)]
        first.says(GONE)
        second = await ready(s, "second")
        assert spoken(second) == [QUESTION, CancelAnswer(1, 0), CommitTurn(2)]
        assert second.heard == [320]


async def test_a_provider_that_reads_nothing_is_not_asked_in_writing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ScriptedSession, "capabilities", Capabilities(16_000, 24_000))
    async with stage("only") as s:
        only = await ready(s, "only")
        s.chain.send(QUESTION)
        assert only.told == []
        (failure,) = s.of(Failure)
        assert failure == Failure(
            FailureCategory.MODEL_UNAVAILABLE, "only takes no questions in writing", answer=1
        )


# ---------------------------------------------------------------- turns that are over, turns that go on


async def test_a_discarded_turn_is_forgotten_by_the_session_and_by_the_chain() -> None:
    async with stage("first", "second") as s:
        first = await ready(s, "first")
        s.chain.send(OpenTurn())
        s.chain.send(AppendAudio(SOUND))
        s.chain.send(DiscardTurn())
        assert first.told[-1] == DiscardTurn()
        first.says(GONE)
        again = await ready(s, "first", 2)
        assert again.told == []


async def test_a_turn_discarded_before_the_link_is_up_is_never_told() -> None:
    async with stage("only") as s:
        only = await s.session("only")
        s.chain.send(OpenTurn())
        s.chain.send(AppendAudio(SOUND))
        s.chain.send(DiscardTurn())
        only.says(Ready())
        assert only.told == []


async def test_a_turn_that_was_stopped_while_it_was_answered_is_not_told_again() -> None:
    async with stage("first", "second") as s:
        first = await ready(s, "first")
        s.turn(1)
        s.chain.send(CancelAnswer(1, 0))
        s.chain.send(DiscardTurn())
        first.says(GONE)
        again = await ready(s, "first", 2)
        assert again.told == []


async def test_a_turn_that_was_answered_in_part_is_history_and_not_told_again() -> None:
    async with stage("only") as s:
        only = await ready(s, "only")
        s.turn(1)
        only.says(AnswerAudio(1, SOUND))
        s.chain.send(CancelAnswer(1, 20))
        only.says(GONE)
        again = await ready(s, "only", 2)
        assert again.told == []
        assert s.told_before == [None, None]


async def test_a_written_answer_that_was_read_in_part_is_history() -> None:
    async with stage("only") as s:
        only = await ready(s, "only")
        s.chain.send(AskText(1, "How are you?", spoken=False))
        only.says(AnswerTranscript(1, "I am", final=False, written=True))
        s.chain.send(CancelAnswer(1, 0))
        only.says(GONE)
        await ready(s, "only", 2)
        assert s.told_before == [None, None]


async def test_a_cancel_of_an_older_answer_leaves_the_turn_as_it_is() -> None:
    async with stage("first", "second") as s:
        first = await ready(s, "first")
        s.turn(1)
        first.says(AnswerDone(1, complete=True))
        s.turn(2)
        s.chain.send(CancelAnswer(1, 100))
        first.says(GONE)
        second = await ready(s, "second")
        assert second.asked == [2]


async def test_a_transcript_of_a_turn_told_again_says_that_it_holds_the_whole_turn() -> None:
    async with stage("first", "second") as s:
        first = await ready(s, "first")
        s.turn(1)
        s.chain.send(CancelAnswer(1, 0))
        s.chain.send(AppendAudio(SOUND))
        s.chain.send(CommitTurn(2))
        first.says(UserTranscript(2, "half two", final=True))
        first.says(GONE)
        second = await ready(s, "second")
        second.says(UserTranscript(2, "half one half two", final=True))
        s.chain.send(CancelAnswer(2, 0))
        s.chain.send(CommitTurn(3))
        second.says(UserTranscript(3, "half three", final=True))
        second.says(UserTranscript(3, "all of it", final=True, first=2))
        firsts = [event.first for event in s.of(UserTranscript) if isinstance(event, UserTranscript)]
        assert firsts == [None, 1, None, 1]


# ---------------------------------------------------------------- configuration


async def test_a_configuration_reaches_the_session_in_use_and_every_later_one() -> None:
    changed = SessionConfig("be long")
    async with stage("only") as s:
        only = await ready(s, "only")
        s.chain.send(Configure(changed))
        assert only.told == [Configure(changed)]
        only.says(GONE)
        again = await ready(s, "only", 2)
        assert again.opened_with == changed
        assert again.told == []


async def test_a_configuration_that_changed_while_a_session_was_opened_is_told_when_it_is_ready() -> None:
    changed = SessionConfig("be long")
    async with stage("only") as s:
        only = await s.session("only")
        s.chain.send(Configure(changed))
        s.turn(1)
        only.says(Ready())
        assert only.told[0] == Configure(changed)
        assert only.asked == [1]
