"""What the codec makes of errors, and of what is no event at all."""

import base64
import json
from typing import Any

import pytest

from appliance.conversation.vocabulary import (
    AnswerDone,
    AnswerStarted,
    AppendAudio,
    CancelAnswer,
    CommitTurn,
    Failure,
    ProviderEvent,
    Ready,
)
from appliance.errors import FailureCategory, ProtocolViolation
from appliance.providers.openai import user_turns
from appliance.providers.openai.answer import MAX_ITEMS, MAX_TRANSCRIPT_CHARACTERS
from appliance.providers.openai.codec import OpenAiCodec
from tests.simulators.openai_pair import CONFIG, VOICE, Pair
from tests.simulators.openai_script import Answer, chirp

QUESTION = chirp(0.5)


def error(code: str | None, *, kind: str = "invalid_request_error", event_id: str | None = None) -> str:
    details = {"type": kind, "code": code, "message": "Said the server.", "param": None, "event_id": event_id}
    return json.dumps({"type": "error", "event_id": "e", "error": details})


def asked(answer: int = 1) -> Pair:
    """`answer` was asked for, and the server has begun with it."""
    pair = Pair(Answer(chirp(0.5))).ready()
    pair.command(AppendAudio(QUESTION))
    pair.command(CommitTurn(answer))
    return pair.settle(play=False)


def decoded(pair: Pair, frame: str) -> ProviderEvent | None:
    return pair.codec.decode(frame)


# ---------------------------------------------------------------- errors of the session


@pytest.mark.parametrize(
    ("code", "category"),
    [
        ("session_expired", FailureCategory.SESSION_CLOSED),
        ("insufficient_quota", FailureCategory.QUOTA_EXHAUSTED),
        ("credit_balance_exhausted", FailureCategory.QUOTA_EXHAUSTED),
        ("billing_hard_limit_reached", FailureCategory.QUOTA_EXHAUSTED),
        ("account_deactivated", FailureCategory.AUTH_FAILED),
        ("invalid_api_key", FailureCategory.AUTH_FAILED),
        ("model_not_found", FailureCategory.MODEL_UNAVAILABLE),
        ("rate_limit_exceeded", FailureCategory.RATE_LIMITED),
        ("server_error", FailureCategory.MODEL_UNAVAILABLE),
    ],
)
def test_error_that_ends_the_session_is_known_by_code_or_type(code: str, category: FailureCategory) -> None:
    expected = Failure(category, "Said the server.")
    assert decoded(asked(), error(code)) == expected
    assert decoded(asked(), error(None, kind=code)) == expected


def test_fatal_error_ends_the_session_although_it_names_one_of_our_events() -> None:
    failure = decoded(asked(), error("insufficient_quota", event_id="create-1"))
    assert failure == Failure(FailureCategory.QUOTA_EXHAUSTED, "Said the server.")


@pytest.mark.parametrize(
    ("code", "event_id"),
    [
        ("response_cancel_not_active", "cancel-1"),
        ("input_audio_buffer_commit_empty", "commit-1"),
        ("unsupported_content_type", "truncate-1"),
        ("invalid_value", "truncate-1"),
        ("item_delete_invalid_item_id", "delete-1"),
        ("invalid_value", "history-2"),
        ("conversation_already_has_active_response", None),
        ("something_new", None),
        ("invalid_value", "not-one-of-ours"),
        ("invalid_value", "create-99"),
        ("invalid_value", "commit-99"),
    ],
)
def test_harmless_error_is_counted_and_the_conversation_goes_on(code: str, event_id: str | None) -> None:
    pair = asked()
    assert decoded(pair, error(code, event_id=event_id)) is None
    assert pair.codec.ignored.harmless_errors == 1
    pair.settle()
    assert pair.received_samples(1) == 12_000


def test_error_before_the_session_was_created_means_that_the_key_was_refused() -> None:
    codec = OpenAiCodec(VOICE, CONFIG, ())
    assert codec.decode(error("weird")) == Failure(FailureCategory.AUTH_FAILED, "Said the server.")


@pytest.mark.parametrize("kind", ["overloaded_error", "internal_error", "service_unavailable"])
def test_error_before_the_session_was_created_that_is_not_about_the_request_passes(kind: str) -> None:
    codec = OpenAiCodec(VOICE, CONFIG, ())
    refused = codec.decode(error("weird", kind=kind))
    assert refused == Failure(FailureCategory.MODEL_UNAVAILABLE, "Said the server.")


def test_error_before_the_session_was_created_may_say_more() -> None:
    codec = OpenAiCodec(VOICE, CONFIG, ())
    failure = codec.decode(error("insufficient_quota"))
    assert failure == Failure(FailureCategory.QUOTA_EXHAUSTED, "Said the server.")


def test_refused_session_update_ends_the_session() -> None:
    pair = Pair()
    pair.receive()
    failure = pair.codec.decode(error("invalid_value", event_id="update-0"))
    assert failure == Failure(FailureCategory.MODEL_UNAVAILABLE, "Said the server.")


@pytest.mark.parametrize("code", ["invalid_value", "something_new"])
def test_error_about_nothing_in_particular_while_the_session_is_set_up_ends_it(code: str) -> None:
    pair = Pair()
    pair.receive()
    assert pair.codec.decode(error(code)) == Failure(FailureCategory.MODEL_UNAVAILABLE, "Said the server.")


def test_refused_history_does_not_end_the_session_while_it_is_set_up() -> None:
    pair = Pair()
    pair.receive()
    assert pair.codec.decode(error("invalid_value", event_id="history-1")) is None


def test_what_a_server_says_is_made_one_short_printable_line() -> None:
    details = {"type": "server_error", "message": "a\nb\x1b[31m\ud800 " + "x" * 1000}
    failure = asked().codec.decode(json.dumps({"type": "error", "error": details}))
    assert isinstance(failure, Failure)
    assert failure.message.startswith("a b[31m? x")
    assert len(failure.message) == 300


# ---------------------------------------------------------------- errors of one answer


@pytest.mark.parametrize(
    ("code", "category"),
    [
        ("insufficient_quota", FailureCategory.QUOTA_EXHAUSTED),
        ("rate_limit_exceeded", FailureCategory.RATE_LIMITED),
        ("server_error", FailureCategory.MODEL_UNAVAILABLE),
        ("nobody_knows", FailureCategory.MODEL_UNAVAILABLE),
    ],
)
def test_failed_response_fails_its_answer_and_no_more(code: str, category: FailureCategory) -> None:
    pair = Pair([Answer(fail_with=code), Answer(chirp(0.1))]).ready()
    for answer in (1, 2):
        pair.command(AppendAudio(QUESTION))
        pair.command(CommitTurn(answer))
        pair.settle()
    failures = [event for event in pair.events if isinstance(event, Failure)]
    assert [(failure.category, failure.answer) for failure in failures] == [(category, 1)]
    assert isinstance(pair.events[-1], AnswerDone)


@pytest.mark.parametrize(
    ("code", "category"),
    [
        ("rate_limit_exceeded", FailureCategory.RATE_LIMITED),
        ("bad_response_create", FailureCategory.MODEL_UNAVAILABLE),
    ],
)
def test_refused_request_fails_its_answer_and_frees_the_server(code: str, category: FailureCategory) -> None:
    pair = Pair().ready()
    pair.command(CommitTurn(1))
    failure = pair.codec.decode(error(code, event_id="create-1"))
    assert failure == Failure(category, "Said the server.", answer=1)
    pair.sent.clear()
    pair.command(CommitTurn(2))
    assert pair.kinds_sent() == ["response.create"]


def test_refused_request_of_a_cancelled_answer_is_nobodys_business() -> None:
    pair = Pair().ready()
    pair.command(CommitTurn(1))
    pair.command(CancelAnswer(1, 0))
    assert pair.codec.decode(error("bad_response_create", event_id="create-1")) is None


BUSY = "conversation_already_has_active_response"


@pytest.mark.parametrize(
    "busy",
    [error(BUSY, event_id="create-1"), error(None, kind=BUSY, event_id="create-1")],
    ids=["as the vendor says it", "as speech-to-speech says it"],
)
def test_server_that_is_busy_with_something_else_is_asked_again_after_it(busy: str) -> None:
    pair = Pair().ready()
    pair.command(CommitTurn(1))
    assert pair.codec.decode(busy) is None
    assert pair.codec.replies() == []
    assert pair.codec.decode('{"type":"response.done","response":{"id":"foreign"}}') is None
    assert [json.loads(frame)["event_id"] for frame in pair.codec.replies()] == ["create-1"]
    created = {"type": "response.created", "response": {"id": "r", "metadata": {"answer": "1"}}}
    assert pair.codec.decode(json.dumps(created)) == AnswerStarted(1)


def test_turn_that_did_not_arrive_fails_its_answer_and_stops_it() -> None:
    pair = asked()
    failure = pair.codec.decode(error("invalid_audio", event_id="commit-1"))
    assert failure == Failure(FailureCategory.MODEL_UNAVAILABLE, "Said the server.", answer=1)
    assert [json.loads(frame)["type"] for frame in pair.codec.replies()] == ["response.cancel"]


# ---------------------------------------------------------------- what the protocol does not allow

_DELTA = {
    "type": "response.output_audio.delta",
    "response_id": "resp_000001",
    "item_id": "item",
    "output_index": 0,
    "content_index": 0,
    "delta": base64.b64encode(b"\0\0").decode(),
}
_WORDS = {
    "type": "response.output_audio_transcript.delta",
    "response_id": "resp_000001",
    "item_id": "item",
    "delta": "x",
}


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "no JSON",
        b"\xff\xfe",
        b"\x00\x01",
        "[]",
        "null",
        "1",
        "{}",
        '{"type":null}',
        '{"type":["error"]}',
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"type":"x","n":' + "9" * 10_000 + "}",
    ],
    ids=lambda frame: repr(frame[:12]),
)
def test_frame_that_is_no_event_is_a_violation(frame: str | bytes) -> None:
    with pytest.raises(ProtocolViolation):
        asked().codec.decode(frame)


@pytest.mark.parametrize(
    "event",
    [
        {"type": "session.created"},
        {"type": "session.updated", "session": 1},
        {"type": "error", "error": "x"},
        {"type": "error", "error": {"code": 5}},
        {"type": "response.created", "response": {}},
        {"type": "response.created", "response": {"id": "é"}},
        {"type": "response.created", "response": {"id": "x" * 1000}},
        {"type": "response.created", "response": {"id": "r", "metadata": []}},
        {"type": "response.done", "response": {"id": 1}},
        {"type": "response.done", "response": {"id": "resp_000001", "status": 1}},
        {"type": "response.done", "response": {"id": "resp_000001", "output": [1]}},
        {"type": "response.done", "response": {"id": "resp_000001", "usage": 1}},
        {"type": "response.output_item.added", "response_id": "resp_000001", "item": {"type": "message"}},
        {"type": "input_audio_buffer.committed"},
        _DELTA | {"delta": "====="},
        _DELTA | {"delta": "not base64!"},
        _DELTA | {"delta": base64.b64encode(b"odd").decode()},
        _DELTA | {"delta": None},
        _DELTA | {"content_index": True},
        _DELTA | {"content_index": -1},
        _DELTA | {"content_index": 10**30},
        _DELTA | {"item_id": ""},
        _DELTA | {"response_id": None},
        _WORDS | {"delta": 1},
    ],
    ids=str,
)
def test_event_with_a_wrong_field_is_a_violation(event: dict[str, Any]) -> None:
    with pytest.raises(ProtocolViolation):
        asked().codec.decode(json.dumps(event))


def test_violation_does_not_repeat_what_was_sent() -> None:
    event = {"type": "x" * 10_000, "session": 0}
    with pytest.raises(ProtocolViolation) as violation:
        asked().codec.decode(json.dumps(event | {"type": "session.updated"}))
    assert len(str(violation.value)) < 400


def test_answer_of_endless_items_is_a_violation() -> None:
    codec = asked().codec
    for number in range(MAX_ITEMS):
        codec.decode(json.dumps(_DELTA | {"item_id": f"item-{number}"}))
    with pytest.raises(ProtocolViolation):
        codec.decode(json.dumps(_DELTA | {"item_id": "one more"}))


def test_endless_words_are_a_violation() -> None:
    codec = asked().codec
    codec.decode(json.dumps(_WORDS | {"delta": "x" * MAX_TRANSCRIPT_CHARACTERS}))
    with pytest.raises(ProtocolViolation):
        codec.decode(json.dumps(_WORDS))


def test_endless_words_of_the_person_are_a_violation() -> None:
    pair = asked()
    kind = "conversation.item.input_audio_transcription.completed"
    pair.codec.encode(AppendAudio(QUESTION))
    pair.codec.encode(CommitTurn(2))
    pair.codec.decode('{"type":"input_audio_buffer.committed","item_id":"i"}')
    event = {"type": kind, "item_id": "i", "transcript": "x" * (user_turns.MAX_TRANSCRIPT_CHARACTERS + 1)}
    with pytest.raises(ProtocolViolation):
        pair.codec.decode(json.dumps(event))


def test_second_session_created_is_passed_over() -> None:
    pair = Pair().ready()
    assert pair.codec.decode('{"type":"session.created","session":{}}') is None
    assert pair.codec.decode('{"type":"session.updated","session":{}}') is None
    assert pair.codec.replies() == []
    assert pair.events.count(Ready()) == 1
