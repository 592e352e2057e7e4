"""Questions and answers in writing, without a network."""

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AnswerStarted,
    AnswerTranscript,
    AskText,
    CancelAnswer,
    CommitTurn,
    Configure,
    ProviderEvent,
    Ready,
    SessionConfig,
    UserTranscript,
)
from appliance.errors import FailureCategory
from tests.providers.offline.talking import Talk, offline_worker, spoken, talking

QUESTION = "What time is it?"
REPLY = "It is 3:20 in the afternoon."
IN_TEXT = SessionConfig("", "en", output="text")
WRITTEN = [Ready, UserTranscript, AnswerStarted, AnswerTranscript, AnswerDone]


async def test_a_question_in_writing_is_answered_aloud_as_a_spoken_one_would_be() -> None:
    async with offline_worker() as worker, talking(worker) as talk:
        talk.session.send(AskText(1, QUESTION, spoken=True))
        await talk.answered(1)
    assert (talk.heard(1), talk.said(1)) == (QUESTION, REPLY)
    assert len(talk.sound(1)) > 24_000
    kinds = [type(event) for event in talk.events]
    assert kinds[:5] == [Ready, UserTranscript, AnswerStarted, AnswerTranscript, AnswerAudio]
    assert kinds[-1] is AnswerDone


async def test_an_answer_in_writing_is_there_at_once_and_makes_no_sound() -> None:
    async with offline_worker() as worker, talking(worker) as talk:
        talk.session.send(AskText(1, QUESTION, spoken=False))
        assert [type(event) for event in talk.events] == WRITTEN
    assert (talk.heard(1), talk.said(1)) == (QUESTION, REPLY)


async def test_a_spoken_turn_is_answered_in_writing_where_all_output_is() -> None:
    async with offline_worker() as worker, talking(worker, config=IN_TEXT) as talk:
        await talk.ask(spoken(QUESTION), 1)
    assert (talk.heard(1), talk.said(1)) == (QUESTION, REPLY)
    assert [type(event) for event in talk.events] == WRITTEN


async def test_output_changes_while_the_session_runs() -> None:
    async with offline_worker() as worker, talking(worker) as talk:
        talk.session.send(Configure(IN_TEXT))
        talk.session.send(AskText(1, QUESTION, spoken=True))
        assert [type(event) for event in talk.events] == WRITTEN


async def test_another_language_while_the_session_runs_ends_it() -> None:
    async with offline_worker() as worker:
        async with talking(worker) as talk:
            talk.session.send(Configure(SessionConfig("", "de")))
            await talk.running
        assert [failure.category for failure in talk.failures] == [FailureCategory.MODEL_UNAVAILABLE]


async def test_a_question_in_writing_that_is_cancelled_is_not_answered() -> None:
    def cancel(event: ProviderEvent) -> None:
        if isinstance(event, AnswerStarted):
            talk.session.send(CancelAnswer(1, heard_ms=0))

    async with offline_worker() as worker, talking(worker, cancel) as talk:
        talk.session.send(AskText(1, QUESTION, spoken=True))
        talk.session.send(AskText(2, QUESTION, spoken=False))
    assert not [e for e in talk.events if isinstance(e, AnswerTranscript) and e.answer == 1]
    assert talk.said(2) == REPLY


async def test_a_question_in_writing_does_not_bring_an_earlier_spoken_turn_back() -> None:
    async with offline_worker() as worker, talking(worker) as talk:
        await talk.ask(spoken("What day is it?"), 1)
        talk.session.send(AskText(2, QUESTION, spoken=True))
        talk.session.send(CancelAnswer(2, heard_ms=0))
        await talk.ask(spoken(QUESTION), 3)
    assert talk.heard(3) == QUESTION


async def test_the_transcript_of_a_turn_that_went_on_says_with_which_answer_it_began() -> None:
    def firsts(talk: Talk) -> list[int | None]:
        return [event.first for event in talk.events if isinstance(event, UserTranscript)]

    async with offline_worker() as worker, talking(worker) as talk:
        talk.append(spoken("What day is it?"))
        talk.session.send(CommitTurn(1))
        talk.session.send(CancelAnswer(1, heard_ms=0))
        await talk.ask(spoken(QUESTION), 2)
        await talk.ask(spoken(QUESTION), 3)
        assert firsts(talk) == [1, None]
