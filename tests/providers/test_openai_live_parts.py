"""The small pure parts of GPT-Live: words on a timeline, what is history, the backend, how it opens."""

import json

import pytest

from appliance.conversation.vocabulary import SessionConfig, ToolDeclaration, UserTranscript
from appliance.errors import FailureCategory, ProtocolViolation
from appliance.providers.openai_live.backend import MAX_RUNNING, Backend
from appliance.providers.openai_live.failures import category_of_refusal
from appliance.providers.openai_live.opening import Voice, session_start
from appliance.providers.openai_live.past import Past
from appliance.providers.openai_live.words import MAX_CHARACTERS, AnswerWords, UserWords
from tests.simulators.live_pair import history
from tests.simulators.live_types import mistakes_of_client

# ---------------------------------------------------------------- words


def test_words_belong_to_the_commit_before_which_they_begin() -> None:
    words = UserWords()
    assert words.heard(100, "one") is None
    assert words.committed(1, 1000) == UserTranscript(1, "one", final=False)
    assert words.heard(900, " two") == UserTranscript(1, "one two", final=False)
    assert words.heard(1500, "three") is None
    assert words.committed(2, 2000) == UserTranscript(2, "three", final=False)
    assert list(words.settle(1)) == [UserTranscript(1, "one two", final=True)]
    assert list(words.settle(2)) == [UserTranscript(2, "three", final=True)]


def test_words_of_a_turn_that_was_discarded_are_nobodys() -> None:
    words = UserWords()
    words.heard(100, "never")
    words.dropped(1000)
    assert words.heard(900, " mind") is None
    assert words.committed(1, 2000) is None


def test_the_words_of_a_cancelled_turn_are_final_after_a_while() -> None:
    words = UserWords()
    words.heard(0, "well")
    words.committed(1, 1000)
    assert list(words.settled(2999, None)) == []
    assert list(words.settled(3000, 1)) == []  # its answer is still to come
    assert list(words.settled(3000, None)) == [UserTranscript(1, "well", final=True)]


def test_of_an_answer_those_words_were_heard_that_had_begun() -> None:
    words = AnswerWords()
    for start_ms, text in ((5000, "one"), (5500, " two"), (6000, " three")):
        words.said(start_ms, start_ms + 400, text)
    assert [words.heard(ms) for ms in (0, 1, 500, 501, 1001)] == [
        "",
        "one",
        "one",
        "one two",
        "one two three",
    ]
    assert words.said_by_ms == 1400


def test_texts_without_end_are_refused() -> None:
    words = AnswerWords()
    words.said(0, 0, "x" * MAX_CHARACTERS)
    with pytest.raises(ProtocolViolation):
        words.said(0, 0, "x")


# ---------------------------------------------------------------- past


def test_history_is_what_was_said_before_the_turn_that_is_told_again() -> None:
    past = Past(history("Hi.", "Hello."))
    past.asked(1, "first")
    past.answered(1, "One.")
    past.asked(2, "second")
    assert past.items(2) == history("Hi.", "Hello.", "first", "One.")
    assert past.items(None) == history("Hi.", "Hello.", "first", "One.", "second")


def test_what_was_not_heard_is_not_history() -> None:
    past = Past(())
    past.asked(1, "first")
    past.answered(1, "One.")
    past.answered(1, "")
    assert past.items(None) == history("first")


# ---------------------------------------------------------------- the backend


def test_calls_are_made_once_and_only_of_responses_that_were_completed() -> None:
    backend = Backend()
    item = {"type": "function_call", "call_id": "c1", "name": "clock", "arguments": "{}"}
    for _ in range(2):
        backend.on_event("d", {"type": "response.created"})
        backend.on_event("d", {"type": "response.output_item.done", "item": item})
        backend.on_event("d", {"type": "response.failed"})
    assert not backend.busy
    made = []
    for _ in range(2):
        backend.on_event("d", {"type": "response.created"})
        backend.on_event("d", {"type": "response.output_item.done", "item": item})
        made += backend.on_event("d", {"type": "response.completed"})
    assert [call.call for call in made] == ["c1"]
    assert backend.busy
    assert backend.told("c1")
    assert not backend.told("c1")
    assert backend.may_go_on


def test_a_backend_without_bounds_is_refused() -> None:
    backend = Backend()
    for number in range(MAX_RUNNING):
        backend.on_event(f"d{number}", {"type": "response.created"})
    with pytest.raises(ProtocolViolation):
        backend.on_event("one more", {"type": "response.created"})


# ---------------------------------------------------------------- what is sent


def test_what_the_owner_adds_reaches_the_session_and_has_the_last_word() -> None:
    extra = {"store": True, "delegation": {"responses": {"model": "other"}}, "safety_identifier": "home"}
    config = SessionConfig("", tools=(ToolDeclaration("clock", "", '{"type":"object"}'),))
    event = json.loads(session_start(Voice("m", "v", "backend", extra), config, ()))
    session = event["session"]
    assert (session["store"], session["safety_identifier"]) == (True, "home")
    assert session["delegation"]["responses"]["model"] == "other"
    assert session["delegation"]["responses"]["tools"][0]["name"] == "clock"
    assert mistakes_of_client(event) == []


def test_a_refusal_that_says_forbidden_is_about_the_key() -> None:
    assert category_of_refusal({"error": {"code": "forbidden"}}) is FailureCategory.AUTH_FAILED
    assert category_of_refusal({"error": "no object"}) is None
    assert category_of_refusal("nothing") is None
