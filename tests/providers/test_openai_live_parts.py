"""The small pure parts of GPT-Live: words on a timeline, the turn in hand, what is history, what it costs."""

import json

import numpy as np
import pytest

from appliance.conversation.vocabulary import (
    AppendAudio,
    AskText,
    CancelAnswer,
    Command,
    CommitTurn,
    DiscardTurn,
    SessionConfig,
    ToolDeclaration,
    ToolRan,
    UsageUnit,
    UserTranscript,
)
from appliance.errors import FailureCategory, ProtocolViolation, ProviderError
from appliance.providers.openai_live.backend import MAX_RUNNING, Backend, tokens_of
from appliance.providers.openai_live.failures import category_of_refusal
from appliance.providers.openai_live.frames import Voice, session_start
from appliance.providers.openai_live.past import Meter, Past
from appliance.providers.openai_live.turn import MAX_COMMANDS, Turn
from appliance.providers.openai_live.words import MAX_CHARACTERS, AnswerWords, UserWords
from tests.simulators.live_pair import history
from tests.simulators.live_types import mistakes_of_client

BLOCK = AppendAudio(np.zeros(512, np.int16))


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


# ---------------------------------------------------------------- the turn in hand


def test_a_turn_is_told_again_whole_and_without_what_was_cancelled() -> None:
    turn = Turn()
    commands: list[Command] = [
        BLOCK,
        CommitTurn(1),
        CancelAnswer(1, 0),
        BLOCK,
        ToolRan("c", "n", "{}", "x"),
        CommitTurn(2),
    ]
    for command in commands:
        turn.note(command)
    assert turn.commands() == [BLOCK, BLOCK, commands[4], CommitTurn(2)]
    assert turn.first == 1
    assert turn.wants_session


@pytest.mark.parametrize("end", [CancelAnswer(1, 500), DiscardTurn(), None])
def test_a_turn_that_is_over_is_not_told_again(end: CancelAnswer | DiscardTurn | None) -> None:
    turn = Turn()
    turn.note(BLOCK)
    turn.note(CommitTurn(1))
    if end is None:
        turn.done(1)
    else:
        turn.note(end)
    assert (turn.commands(), turn.wants_session, turn.first) == ([], False, None)
    turn.note(BLOCK)
    assert turn.commands() == [BLOCK]


def test_a_question_in_writing_that_is_gone_on_with_stays_asked() -> None:
    turn = Turn()
    question = AskText(1, "?", spoken=True)
    commands: list[Command] = [question, CancelAnswer(1, 0), BLOCK, CommitTurn(2)]
    for command in commands:
        turn.note(command)
    assert turn.commands() == commands


def test_a_turn_without_end_is_a_failure() -> None:
    turn = Turn()
    for _ in range(MAX_COMMANDS):
        turn.note(BLOCK)
    with pytest.raises(ProviderError):
        turn.note(BLOCK)


# ---------------------------------------------------------------- past and price


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


def test_a_bill_covers_all_time_since_the_last_one_over_all_sockets() -> None:
    meter = Meter()
    meter.sent(24_000)
    meter.received(12_000)
    assert meter.bill() == {UsageUnit.INPUT_AUDIO_MS: 1000, UsageUnit.OUTPUT_AUDIO_MS: 500}
    meter.sent(24_000)
    meter.opened()
    meter.sent(24_000)
    meter.reported(5.0)
    assert meter.bill()[UsageUnit.INPUT_AUDIO_MS] == 6000


def test_the_tokens_of_the_backend_come_on_top() -> None:
    usage = {"input_tokens": 100, "input_tokens_details": {"cached_tokens": 40}, "output_tokens": 7}
    meter = Meter()
    meter.counted(tokens_of({"type": "response.completed", "response": {"usage": usage}}))
    meter.counted(tokens_of({"type": "response.completed", "response": {"usage": {"output_tokens": -1}}}))
    bill = meter.bill()
    assert bill[UsageUnit.INPUT_TEXT_TOKENS] == 60
    assert bill[UsageUnit.INPUT_CACHED_TEXT_TOKENS] == 40
    assert bill[UsageUnit.OUTPUT_TEXT_TOKENS] == 7
    assert UsageUnit.OUTPUT_TEXT_TOKENS not in meter.bill()


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
