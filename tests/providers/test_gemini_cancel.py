"""Interruptions: nothing of a cancelled answer is told, and the model learns what was heard of it."""

import json

import numpy as np
import pytest

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AppendAudio,
    CancelAnswer,
    CommitTurn,
    ContinueAnswer,
    Failure,
    ProviderEvent,
    UserTranscript,
)
from appliance.errors import FailureCategory
from appliance.providers.gemini.setup import Model
from tests.simulators.gemini_pair import QUESTION, Pair
from tests.simulators.gemini_script import NOTHING, Answer, Script
from tests.simulators.openai_script import chirp

LONG = Answer(chirp(1.0), "one two three four five six seven eight nine ten", chunk_ms=100)
SHORT = Answer(chirp(0.2), "Fine.")


def interrupted(answers: "list[Answer] | Script", after_chunks: int, heard_ms: int) -> Pair:
    """An answer of which some came and was heard, and which is not wanted any more."""
    pair = Pair(answers).ready()
    pair.ask(1)
    pair.hear(after_chunks)
    pair.command(CancelAnswer(1, heard_ms))
    return pair


@pytest.mark.parametrize("chunks", [0, 1, 5, 10])
def test_the_next_turn_interrupts_and_is_answered_by_its_own_sound(chunks: int) -> None:
    pair = interrupted([LONG, SHORT], chunks, 0)
    before = len(pair.of_answer(1))
    pair.ask(2)
    pair.settle()
    assert pair.record.violations == []
    assert pair.record.interrupted == 1
    assert len(pair.of_answer(1)) == before
    assert np.array_equal(pair.received(2), SHORT.pcm24k)
    assert isinstance(pair.of_answer(2)[-1], AnswerDone)


def test_what_the_server_says_until_then_is_dropped() -> None:
    pair = interrupted([LONG, SHORT], 2, 100)
    before = len(pair.of_answer(1))
    pair.settle()  # to its very end
    assert len(pair.of_answer(1)) == before
    pair.ask(2)
    pair.settle()
    assert np.array_equal(pair.received(2), SHORT.pcm24k)


def test_a_cancel_between_two_events_of_a_message_takes_effect_between_them() -> None:
    pair = Pair([Answer(chirp(0.3), one_message=True), SHORT]).ready()
    told = []

    def cancel(event: ProviderEvent) -> None:
        if isinstance(event, AnswerAudio) and event.answer == 1:
            told.append(event)
            pair.command(CancelAnswer(1, 0))

    pair.react = cancel
    pair.ask(1)
    pair.settle()
    assert len(told) == 1
    assert pair.of_answer(1)[-1] is told[0]


def test_the_model_is_told_in_words_what_was_heard() -> None:
    pair = interrupted([LONG, SHORT], 11, 500)  # all of it came
    pair.ask(2)
    pair.settle()
    assert pair.record.violations == []
    (instructions,) = pair.record.instructions
    assert instructions.startswith("Be kind.\n")
    assert 'only this was heard of it: "one two three four five"' in instructions


def test_an_answer_that_was_heard_to_its_end_needs_no_words() -> None:
    pair = Pair([LONG, SHORT]).ready()
    pair.ask(1)
    pair.settle()
    pair.command(CancelAnswer(1, 1000))
    pair.ask(2)
    pair.settle()
    assert pair.record.instructions == []


def test_an_older_model_is_told_as_content() -> None:
    pair = Pair([LONG, SHORT], model=Model("gemini-2.0-flash-live-001", "Kore")).ready()
    pair.ask(1)
    pair.hear(10)
    pair.command(CancelAnswer(1, 0))
    pair.ask(2)
    pair.settle()
    assert pair.record.violations == []
    assert pair.record.told == ["An answer of yours was broken off, and nothing of it was heard."]


def test_a_model_that_takes_neither_is_not_told() -> None:
    pair = Pair([LONG, SHORT], model=Model("gemini-3.1-flash-live-preview", "Kore")).ready()
    pair.ask(1)
    pair.hear(10)
    pair.command(CancelAnswer(1, 0))
    pair.ask(2)
    pair.settle()
    assert pair.record.violations == []
    assert np.array_equal(pair.received(2), SHORT.pcm24k)


def test_a_turn_that_goes_on_is_asked_again_with_its_other_half() -> None:
    pair = Pair([Answer(user_transcript="what is"), Answer(chirp(0.2), user_transcript="the time")]).ready()
    pair.ask(1)
    pair.hear(0)
    pair.command(CancelAnswer(1, 0))
    pair.ask(2)
    pair.settle()
    finals = [e for e in pair.events if isinstance(e, UserTranscript) and e.final]
    assert finals == [UserTranscript(1, "what is", final=True), UserTranscript(2, "the time", final=True)]


def test_an_interruption_that_nobody_made_after_the_end_changes_nothing() -> None:
    pair = Pair([Answer(chirp(0.2), phantom=True), SHORT]).ready()
    for number in (1, 2):
        pair.ask(number)
        pair.settle()
    assert pair.codec.ignored.phantoms == 1
    assert np.array_equal(pair.received(2), SHORT.pcm24k)


def test_a_session_that_says_nothing_after_such_a_phantom_is_given_up_at_the_second_turn() -> None:
    pair = Pair([Answer(chirp(0.2), phantom=True), NOTHING, NOTHING]).ready()
    for number in (1, 2, 3):
        pair.ask(number)
        pair.settle()
    assert isinstance(pair.of_answer(2)[-1], AnswerDone)
    assert pair.events[-1] == Failure(FailureCategory.MODEL_UNAVAILABLE, "the model says nothing any more")


def test_silence_without_a_phantom_is_an_answer() -> None:
    pair = Pair([NOTHING]).ready()
    for number in (1, 2, 3):
        pair.ask(number)
        pair.settle()
        assert isinstance(pair.of_answer(number)[-1], AnswerDone)


def test_an_answer_that_the_server_breaks_off_by_itself_has_failed() -> None:
    pair = Pair(Answer(chirp(0.2), breaks_off=True)).ready()
    pair.ask(1)
    pair.settle()
    failure = pair.of_answer(1)[-1]
    assert isinstance(failure, Failure)
    assert failure.category is FailureCategory.MODEL_UNAVAILABLE


def test_a_question_that_the_model_refuses_has_failed() -> None:
    pair = Pair(Answer(chirp(0.0), "", reason="PROHIBITED_INPUT_CONTENT")).ready()
    pair.ask(1)
    pair.settle()
    failure = pair.of_answer(1)[-1]
    assert isinstance(failure, Failure)
    assert "PROHIBITED_INPUT_CONTENT" in failure.message


def test_an_answer_is_gone_on_with_and_the_next_one_is_not() -> None:
    pair = Pair(SHORT).ready()
    pair.command(AppendAudio(QUESTION))
    pair.command(ContinueAnswer(1, "It is ten past"))
    pair.settle()
    pair.ask(2)
    pair.settle()
    assert pair.record.violations == []
    going_on, after = pair.record.instructions
    assert '"It is ten past"' in going_on
    assert after == "Be kind."
    assert np.array_equal(pair.received(1), SHORT.pcm24k)


def test_an_answer_whose_question_stands_in_the_history_is_gone_on_with() -> None:
    pair = Pair(SHORT).ready()
    pair.command(ContinueAnswer(1, "It is ten past"))
    assert pair.kinds_sent()[-2:] == ["contextUpdate", "activityEnd"]
    pair.settle()
    assert pair.record.violations == []
    assert '"It is ten past"' in pair.record.instructions[-1]
    assert np.array_equal(pair.received(1), SHORT.pcm24k)


def test_a_server_that_never_closes_a_cancelled_answer_is_still_understood() -> None:
    pair = interrupted([LONG], 0, 0)
    pair.ask(2)
    pair.codec.replies()
    part = {"inlineData": {"mimeType": "audio/pcm", "data": "AAAAAAAA"}}
    events = list(pair.codec.events(json.dumps({"serverContent": {"modelTurn": {"parts": [part]}}})))
    assert [e.answer for e in events if isinstance(e, AnswerAudio)] == [2]


def test_a_cancel_of_something_else_is_nothing() -> None:
    pair = Pair(SHORT).ready()
    pair.command(CancelAnswer(9, 100))
    pair.ask(1)
    pair.command(CancelAnswer(1, 0))
    pair.command(CancelAnswer(1, 0))
    pair.command(CommitTurn(2))
    pair.settle()
    assert pair.record.violations == []
    assert len(pair.received(2)) > 0


def test_an_answer_that_is_cancelled_in_reply_to_the_persons_last_words_is_not_done() -> None:
    pair = Pair([Answer(chirp(0.2), "Fine.", user_transcript="how are you")]).ready()

    def react(event: ProviderEvent) -> None:
        if isinstance(event, UserTranscript) and event.final:
            pair.command(CancelAnswer(1, 10))

    pair.react = react
    pair.ask(1)
    pair.settle()
    assert not any(isinstance(event, AnswerDone) for event in pair.events)
