"""What comes beside the turns of GPT-Live: tools, idleness, costs, errors and ends."""

import base64
import json
from dataclasses import replace

import numpy as np
import pytest

from appliance.conversation.vocabulary import (
    AnswerDone,
    AnswerStarted,
    AnswerTranscript,
    AppendAudio,
    AskText,
    CancelAnswer,
    CommitTurn,
    DiscardTurn,
    Failure,
    ToolCall,
    ToolDeclaration,
    ToolResult,
    UsageUnit,
)
from appliance.errors import FailureCategory, ProtocolViolation
from appliance.providers.openai_live.life import Wish
from tests.simulators.live_pair import CONFIG, Pair, silence, speech
from tests.simulators.live_script import Answer, Behaviour
from tests.simulators.openai_script import Call, chirp

TOOLS = (ToolDeclaration("clock", "Tells the time.", '{"type":"object","properties":{}}'),)


# ---------------------------------------------------------------- tools


def test_calls_of_the_backend_are_made_and_all_results_told_before_it_goes_on() -> None:
    calling = Answer(calls=(Call("clock"), Call("timer", '{"m":5}')), then=Answer(chirp(1.0), "Noon."))
    pair = Pair(calling, config=replace(CONFIG, tools=TOOLS)).ready().ask(1).run(1.0)
    calls = [e for e in pair.events if isinstance(e, ToolCall)]
    assert [(c.answer, c.name, c.arguments) for c in calls] == [(1, "clock", "{}"), (1, "timer", '{"m":5}')]
    assert pair.events.index(AnswerStarted(1)) < pair.events.index(calls[0])
    pair.run(3.0)
    for call in calls:
        pair.command(ToolResult(1, call.call, "12:00"))
    pair.run(3.0)
    assert [output for _, output in pair.record.results] == ["12:00", "12:00"]
    assert [e.text for e in pair.events if isinstance(e, AnswerTranscript) and e.final] == ["Noon."]
    assert pair.record.violations == []


def test_a_call_for_a_turn_that_is_discarded_is_not_run() -> None:
    calling = Answer(calls=(Call("clock"),), delay_ms=0, then=Answer(chirp(1.0)))
    pair = Pair(calling, config=replace(CONFIG, tools=TOOLS)).ready().say(speech(1.0)).say(silence(0.8))
    pair.command(DiscardTurn())
    pair.run(1.0)
    assert pair.of(ToolCall) == []
    assert [output for _, output in pair.record.results] == ["not run: nobody waits for it any more"]


def test_a_call_that_comes_when_nobody_waits_is_answered_without_being_made() -> None:
    calling = Answer(calls=(Call("clock"),), delay_ms=1000, then=Answer(chirp(1.0)))
    pair = Pair(calling, config=replace(CONFIG, tools=TOOLS)).ready().ask(1)
    pair.command(CancelAnswer(1, 0))
    pair.run(3.0)
    assert pair.of(ToolCall) == []
    assert "nobody" in pair.record.results[0][1]
    assert pair.record.violations == []


def test_a_call_after_the_last_word_and_before_our_end_of_turn_is_made() -> None:
    calling = Answer(calls=(Call("clock"),), delay_ms=0, then=Answer(chirp(1.0)))
    pair = Pair(calling, config=replace(CONFIG, tools=TOOLS)).ready().ask(1)
    pair.run(0.2)
    assert [call.answer for call in calls_of(pair)] == [1]


def test_a_call_that_the_person_spoke_on_after_is_not_made_beside_the_one_for_the_whole_turn() -> None:
    """ "A timer for five minutes … and thirty seconds": the model called in the pause, and calls again."""
    calling = Answer(calls=(Call("timer"),), delay_ms=0, then=Answer(chirp(1.0)))
    pair = Pair(calling, config=replace(CONFIG, tools=TOOLS)).ready()
    pair.say(speech(1.0)).say(silence(0.7))
    pair.ask(1)
    pair.run(1.0)
    (call,) = calls_of(pair)
    pair.command(ToolResult(1, call.call, "set"))
    pair.run(3.0)
    (first, told), *others = pair.record.results
    assert first != call.call
    assert "went on speaking" in told
    assert others == [(call.call, "set")]
    assert len(pair.of(AnswerDone)) == 1
    assert pair.record.violations == []


def test_neither_is_it_where_the_whole_turn_was_told_at_once() -> None:
    calling = Answer(calls=(Call("timer"),), delay_ms=0, then=Answer(chirp(1.0)))
    pair = Pair(calling, config=replace(CONFIG, tools=TOOLS)).ready()
    said: list[str] = []
    turn = np.concatenate((speech(1.0), silence(0.7), speech(1.0), silence(0.8)))
    for command in (AppendAudio(turn), CommitTurn(1)):
        for frame in pair.codec.encode(command):
            said += [json.dumps(event) for event in pair.server.receive(frame)]
    for frame in said:
        pair.give(frame)
    assert len(calls_of(pair)) == 1
    assert [told for _, told in pair.record.results] == [pair.record.results[0][1]]
    assert "went on speaking" in pair.record.results[0][1]


def calls_of(pair: Pair) -> list[ToolCall]:
    return [event for event in pair.events if isinstance(event, ToolCall)]


def test_without_tools_the_model_is_told_that_nobody_can_help() -> None:
    pair = (
        Pair([Answer(calls=(Call("clock"),)), Answer(chirp(1.0), "I do not know.")]).ready().ask(1).run(4.0)
    )
    assert [e.text for e in pair.events if isinstance(e, AnswerTranscript) and e.final] == ["I do not know."]
    assert pair.record.violations == []


# ---------------------------------------------------------------- the session's own life


def test_a_minute_without_a_word_is_enough() -> None:
    pair = Pair().ready().ask(1).run(4.0)
    assert pair.run(55.0).codec.wish is Wish.STAY
    assert pair.run(6.0).codec.wish is Wish.SLEEP


def test_what_a_session_costs_is_told_with_each_answer() -> None:
    pair = Pair(Answer(chirp(1.0))).ready().run(10.0).ask(1).run(4.0).run(10.0).ask(2).run(4.0)
    bills = [e.usage for e in pair.events if isinstance(e, AnswerDone)]
    told_ms = sum(bill[UsageUnit.INPUT_AUDIO_MS] for bill in bills)
    assert len(bills) == 2
    assert told_ms == pytest.approx((pair.now_s - 2.0) * 1000, abs=2000)
    assert set(bills[0]) == {UsageUnit.INPUT_AUDIO_MS, UsageUnit.OUTPUT_AUDIO_MS}


@pytest.mark.parametrize(
    ("reason", "category"),
    [
        ("expired", FailureCategory.SESSION_CLOSED),
        ("content", FailureCategory.MODEL_UNAVAILABLE),
        ("connection_lost", FailureCategory.CONNECTION_FAILED),
        ("remote_hangup", FailureCategory.SESSION_CLOSED),
    ],
)
def test_why_the_server_ended_the_session(reason: str, category: FailureCategory) -> None:
    pair = Pair(behaviour=Behaviour(close_after_ms=500, close_reason=reason)).ready().run(1.0)
    assert [e.category for e in pair.events if isinstance(e, Failure)] == [category]


def test_an_end_that_we_asked_for_is_no_failure() -> None:
    pair = Pair().ready()
    for frame in pair.codec.goodbye():
        for said in pair.server.receive(frame):
            pair.give(json.dumps(said))
    assert pair.of(Failure) == []


@pytest.mark.parametrize(
    ("code", "category"),
    [
        ("invalid_api_key", FailureCategory.AUTH_FAILED),
        ("forbidden", FailureCategory.AUTH_FAILED),
        ("insufficient_quota", FailureCategory.QUOTA_EXHAUSTED),
        ("unknown_parameter", FailureCategory.MODEL_UNAVAILABLE),
    ],
)
def test_a_session_that_is_refused(code: str, category: FailureCategory) -> None:
    pair = Pair(behaviour=Behaviour(refuse_with=code))
    pair._exchange(pair.codec.opening(None))
    assert [e.category for e in pair.events if isinstance(e, Failure)] == [category]


def test_an_error_about_a_command_costs_its_answer_and_another_nothing() -> None:
    pair = Pair().ready().ask(1)
    error = {"type": "invalid_request_error", "code": "x", "message": "no", "client_event_id": "note-1"}
    pair.give(json.dumps({"type": "error", "event_id": "e", "error": error}))
    assert pair.of(Failure) == []
    pair.command(CancelAnswer(1, 0))
    pair.command(AskText(2, "?", spoken=True))
    pair.give(json.dumps({"type": "error", "event_id": "e", "error": error | {"client_event_id": "ask-2"}}))
    assert [e.answer for e in pair.events if isinstance(e, Failure)] == [2]


@pytest.mark.parametrize(
    "event",
    [
        {"type": "session.output_audio.delta", "delta": base64.b64encode(b"odd").decode()},
        {"type": "session.output_audio.delta", "delta": "no base64"},
        {"type": "session.output_audio.delta"},
        {"type": "session.output_transcript.delta", "delta": "x", "start_ms": -1, "end_ms": 0},
        {"type": "session.input_transcript.delta", "delta": "x", "start_ms": "0"},
        {"type": "session.usage.updated", "usage": {"seconds": float("nan")}},
        {"type": "session.started", "session": {"expires_at": "soon"}},
        {"type": "response.event", "event": 1},
    ],
)
def test_what_the_protocol_does_not_allow(event: dict[str, object]) -> None:
    pair = Pair().ready().ask(1)
    with pytest.raises(ProtocolViolation):
        pair.give(json.dumps(event))


def test_nothing_is_encoded_before_the_session_is_open() -> None:
    with pytest.raises(RuntimeError):
        Pair().codec.encode(AppendAudio(speech(0.1)))
