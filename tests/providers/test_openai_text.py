"""Questions and answers in writing, and a session whose configuration changes."""

import json

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AnswerStarted,
    AnswerTranscript,
    AppendAudio,
    AskText,
    CancelAnswer,
    CommitTurn,
    Configure,
    Failure,
    SessionConfig,
)
from appliance.errors import FailureCategory
from tests.simulators.openai_pair import Pair
from tests.simulators.openai_script import Answer, chirp

QUESTION = chirp(0.5)
IN_TEXT = SessionConfig("Write.", "de-AT", output="text")


def asked(answer: int = 1, *, spoken: bool = False, text: str = "What is it?") -> Pair:
    pair = Pair(Answer(chirp(0.3), "It is one.")).ready()
    pair.sent.clear()
    pair.command(AskText(answer, text, spoken))
    return pair


def test_a_written_question_is_an_item_of_its_own_name_and_then_asked() -> None:
    pair = asked(7, spoken=True)
    content = [{"type": "input_text", "text": "What is it?"}]
    assert pair.sent == [
        {
            "type": "conversation.item.create",
            "event_id": "ask-7",
            "item": {"id": "question_7", "type": "message", "role": "user", "content": content},
        },
        {"type": "response.create", "event_id": "create-7", "response": {"metadata": {"answer": "7"}}},
    ]
    pair.settle()
    assert pair.received_samples(7) == 7200
    assert [(turn.item_id, turn.text) for turn in pair.record.turns] == [("question_7", "What is it?")]
    assert pair.record.violations == []


def test_an_answer_in_writing_comes_as_words_alone() -> None:
    pair = asked(1).settle()
    assert pair.sent[-1]["response"]["output_modalities"] == ["text"]
    events = pair.of_answer(1)
    assert events[0] == AnswerStarted(1)
    texts = [(e.text, e.final) for e in events if isinstance(e, AnswerTranscript)]
    assert texts == [("It", False), ("It is", False), ("It is one.", False), ("It is one.", True)]
    assert isinstance(events[-1], AnswerDone)
    assert not [e for e in events if isinstance(e, AnswerAudio)]
    assert pair.record.violations == []


def test_the_next_spoken_turn_is_answered_aloud_again() -> None:
    pair = asked(1).settle()
    pair.command(AppendAudio(QUESTION))
    pair.command(CommitTurn(2))
    pair.settle()
    assert pair.record.modalities == ["text", "audio"]
    assert pair.received_samples(2) == 7200


def test_a_written_answer_that_is_stopped_keeps_what_was_read_of_it() -> None:
    pair = asked(1).hear(2)
    pair.command(CancelAnswer(1, 0))
    pair.settle()
    assert pair.record.finished == [("resp_000001", "cancelled")]
    assert pair.record.deleted == []
    assert pair.record.truncations == []
    assert pair.record.violations == []


def test_a_written_question_that_goes_on_in_speech_is_answered_once() -> None:
    pair = asked(1, spoken=True)
    pair.command(CancelAnswer(1, 0))
    pair.command(AppendAudio(QUESTION))
    pair.command(CommitTurn(2))
    pair.settle()
    assert pair.of_answer(1) == []
    assert pair.received_samples(2) == 7200
    assert pair.record.violations == []


def test_a_refused_question_fails_its_answer_and_no_more() -> None:
    pair = asked(1)
    error = {"type": "invalid_request_error", "code": "string_above_max_length", "event_id": "ask-1"}
    failure = pair.codec.decode(json.dumps({"type": "error", "error": error}))
    assert isinstance(failure, Failure)
    assert (failure.category, failure.answer) == (FailureCategory.MODEL_UNAVAILABLE, 1)


def test_a_session_in_text_is_opened_and_answered_so() -> None:
    pair = Pair(Answer(chirp(0.3), "It is one."), config=IN_TEXT).ready()
    assert pair.sent[0]["session"]["output_modalities"] == ["text"]
    pair.command(AppendAudio(QUESTION))
    pair.command(CommitTurn(1))
    pair.settle()
    assert pair.record.modalities == ["text"]
    assert pair.received_samples(1) == 0
    assert pair.record.violations == []


def test_a_change_tells_what_can_change_and_keeps_the_rest() -> None:
    pair = Pair(Answer(chirp(0.3), "It is one.")).ready()
    pair.command(AppendAudio(QUESTION))
    pair.command(CommitTurn(1))
    pair.settle().sent.clear()
    pair.command(Configure(IN_TEXT))
    assert pair.sent == [
        {
            "type": "session.update",
            "event_id": "update-1",
            "session": {
                "type": "realtime",
                "output_modalities": ["text"],
                "instructions": "Write.",
                "audio": {"input": {"transcription": {"model": "gpt-live-transcribe", "language": "de"}}},
            },
        }
    ]
    before = len(pair.events)
    pair.settle()
    assert pair.events[before:] == []
    assert pair.server.session["instructions"] == "Write."
    assert pair.server.session["audio"]["input"]["turn_detection"] is None
    assert pair.server.session["audio"]["output"]["voice"] == "marin"
    pair.command(AppendAudio(QUESTION))
    pair.command(CommitTurn(2))
    pair.settle()
    assert pair.record.modalities == ["audio", "text"]
    assert pair.record.violations == []


def test_a_change_that_is_refused_ends_the_session_rather_than_going_on_as_another() -> None:
    pair = Pair().ready()
    pair.command(Configure(IN_TEXT))
    error = {"code": "invalid_value", "message": "Said the server.", "event_id": "update-1"}
    failure = pair.codec.decode(json.dumps({"type": "error", "error": error}))
    assert failure == Failure(FailureCategory.MODEL_UNAVAILABLE, "Said the server.")


def test_the_names_of_the_beta_are_understood() -> None:
    pair = asked(1)
    pair.settle(play=False)
    while pair.play():
        for number, frame in enumerate(pair.to_client):
            pair.to_client[number] = frame.replace("response.output_text", "response.text")
        pair.settle(play=False)
    assert [e.text for e in pair.of_answer(1) if isinstance(e, AnswerTranscript) and e.final] == [
        "It is one."
    ]
