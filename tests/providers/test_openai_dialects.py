"""What the session is told, in both dialects, judged by the vendor's own types."""

import json
from typing import Any

import pytest

from appliance.conversation.vocabulary import (
    AnswerDone,
    AnswerTranscript,
    AppendAudio,
    AskText,
    CancelAnswer,
    CommitTurn,
    Configure,
    ContinueAnswer,
    DiscardTurn,
    HistoryItem,
    SessionConfig,
    ToolCall,
    ToolDeclaration,
    ToolRan,
    ToolResult,
    UserTranscript,
)
from appliance.providers.openai.session_frames import Dialect, WireOptions
from tests.simulators.openai_pair import Pair
from tests.simulators.openai_script import Answer, Call, chirp
from tests.simulators.openai_types import mistakes_of_beta_client, mistakes_of_client

QUESTION = chirp(0.5)
SCHEMA = {"type": "object", "properties": {"minutes": {"type": "integer"}}, "required": ["minutes"]}
TIMER = ToolDeclaration("set_timer", "Sets a timer.", json.dumps(SCHEMA))
WIRE = WireOptions("marin", "gpt-live-transcribe")
BETA = WireOptions("alloy", "whisper-1", "beta")
DIALECTS: list[Dialect] = ["ga", "beta"]


def told(config: SessionConfig, options: WireOptions = WIRE) -> dict[str, Any]:
    """The session of the first update, which the strict server took."""
    pair = Pair(config=config, options=options).ready()
    assert pair.record.violations == []
    session: dict[str, Any] = pair.sent[0]["session"]
    return session


def change(before: SessionConfig, after: SessionConfig, options: WireOptions = WIRE) -> dict[str, Any]:
    """The session of the update in between, which the strict server took."""
    pair = Pair(config=before, options=options).ready()
    pair.sent.clear()
    pair.command(Configure(after))
    pair.settle()
    assert pair.record.violations == []
    session: dict[str, Any] = pair.sent[0]["session"]
    return session


# ---------------------------------------------------------------- what is configured


def test_tools_are_declared_with_their_schema() -> None:
    session = told(SessionConfig("", tools=(TIMER,)))
    tool = {"type": "function", "name": "set_timer", "description": "Sets a timer.", "parameters": SCHEMA}
    assert session["tools"] == [tool]
    assert told(SessionConfig("", tools=(TIMER,)), BETA)["tools"] == [tool]


def test_tools_come_and_go_while_the_session_runs() -> None:
    none, one = SessionConfig(""), SessionConfig("", tools=(TIMER,))
    assert [tool["name"] for tool in change(none, one)["tools"]] == ["set_timer"]
    assert change(one, none)["tools"] == []
    assert "tools" not in change(one, SessionConfig("Be brief.", tools=(TIMER,)))


@pytest.mark.parametrize(("wanted", "sent"), [(0.5, 0.5), (1.25, 1.25), (2.0, 1.5)])
def test_the_pace_is_kept_within_what_the_vendor_takes(wanted: float, sent: float) -> None:
    config = SessionConfig("", speed=wanted)
    assert told(config)["audio"]["output"]["speed"] == sent
    assert told(config, BETA)["speed"] == sent
    assert change(SessionConfig(""), config)["audio"]["output"] == {"speed": sent}


@pytest.mark.parametrize(("wanted", "sent"), [(400, 400), (65_536, 4096), (1, 1)])
def test_the_length_is_kept_within_what_the_vendor_takes(wanted: int, sent: int) -> None:
    config = SessionConfig("", max_output_tokens=wanted)
    assert told(config)["max_output_tokens"] == sent
    assert told(config, BETA)["max_response_output_tokens"] == sent
    assert change(config, SessionConfig(""))["max_output_tokens"] == "inf"
    assert change(config, SessionConfig(""), BETA)["max_response_output_tokens"] == "inf"


@pytest.mark.parametrize(("wanted", "sent"), [(0.0, 0.6), (0.9, 0.9), (2.0, 1.2)])
def test_only_the_beta_has_a_temperature(wanted: float, sent: float) -> None:
    config = SessionConfig("", temperature=wanted)
    assert told(config, BETA)["temperature"] == sent
    assert "temperature" not in told(config)


def test_without_a_model_for_it_nothing_is_written_down() -> None:
    pair = Pair(options=WireOptions("marin", "")).ready()
    pair.command(AppendAudio(QUESTION))
    pair.command(CommitTurn(1))
    pair.settle()
    assert not [event for event in pair.events if isinstance(event, UserTranscript)]
    assert pair.record.violations == []


# ---------------------------------------------------------------- what the owner adds


def test_what_the_owner_adds_reaches_the_session_unchanged() -> None:
    extra = {
        "reasoning": {"effort": "low"},
        "audio": {"input": {"noise_reduction": {"type": "far_field"}}, "output": {"voice": "cedar"}},
        "truncation": {"type": "retention_ratio", "retention_ratio": 0.8},
    }
    session = told(SessionConfig("Be kind."), WireOptions("marin", "m", extra=extra))
    assert session["reasoning"] == {"effort": "low"}
    assert session["truncation"] == {"type": "retention_ratio", "retention_ratio": 0.8}
    assert session["audio"]["input"]["noise_reduction"] == {"type": "far_field"}
    assert session["audio"]["output"]["voice"] == "cedar"
    assert session["audio"]["input"]["format"] == {"type": "audio/pcm", "rate": 24000}
    assert session["instructions"] == "Be kind."


def test_a_change_takes_back_nothing_that_the_owner_added() -> None:
    extra = {"audio": {"input": {"transcription": {"language": "fr"}}, "output": {"voice": "cedar"}}}
    options = WireOptions("marin", "m", extra=extra)
    session = change(SessionConfig("Be kind."), SessionConfig("Be brief."), options)
    assert session["audio"] == {"input": {"transcription": {"model": "m", "language": "fr"}}}
    assert session["instructions"] == "Be brief."


# ---------------------------------------------------------------- the whole of the beta


def test_the_beta_is_told_a_flat_session() -> None:
    assert told(SessionConfig("Be kind."), BETA) == {
        "modalities": ["text", "audio"],
        "instructions": "Be kind.",
        "voice": "alloy",
        "input_audio_format": "pcm16",
        "output_audio_format": "pcm16",
        "turn_detection": None,
        "input_audio_transcription": {"model": "whisper-1", "language": "en"},
    }


def test_a_conversation_in_the_beta() -> None:
    answers = [
        Answer(chirp(0.3), "One two three.", user_transcript="count"),
        Answer(chirp(0.1)[:0], calls=(Call("set_timer", '{"minutes":5}'),), then=Answer(chirp(0.2), "Set.")),
        Answer(transcript="Noon."),
    ]
    history = (
        HistoryItem("system", "It is night."),
        HistoryItem("user", "Hi."),
        HistoryItem("assistant", "Yes?"),
    )
    pair = Pair(answers, history=history, config=SessionConfig("", tools=(TIMER,)), options=BETA).ready()
    for answer in (1, 2):
        pair.command(AppendAudio(QUESTION))
        pair.command(CommitTurn(answer))
        pair.settle()
    (call,) = (event for event in pair.events if isinstance(event, ToolCall))
    assert (call.name, call.arguments) == ("set_timer", '{"minutes":5}')
    pair.command(ToolResult(2, call.call, "done"))
    pair.settle()
    pair.command(AskText(3, "And in writing?", spoken=False))
    pair.settle()
    finals = [(e.answer, e.text) for e in pair.events if isinstance(e, AnswerTranscript) and e.final]
    assert finals == [(1, "One two three."), (2, "Set."), (3, "Noon.")]
    assert (pair.received_samples(1), pair.received_samples(2), pair.received_samples(3)) == (7200, 4800, 0)
    assert [e.answer for e in pair.events if isinstance(e, AnswerDone)] == [1, 2, 3]
    assert pair.record.history[:3] == [("system", "It is night."), ("user", "Hi."), ("assistant", "Yes?")]
    assert pair.record.violations == []


@pytest.mark.parametrize("dialect", DIALECTS)
def test_everything_we_send_is_valid_for_the_vendors_types_of_the_dialect(dialect: Dialect) -> None:
    options = WireOptions("alloy", "whisper-1", dialect)
    config = SessionConfig(
        "Be kind.", tools=(TIMER,), speed=1.2, max_output_tokens=99, provider_ends_turns=True
    )
    pair = Pair(
        Answer(chirp(0.5), items=2), history=(HistoryItem("assistant", "x"),), config=config, options=options
    )
    pair.ready().command(AppendAudio(QUESTION))
    pair.command(DiscardTurn())
    pair.command(AppendAudio(QUESTION))
    pair.command(ToolRan("call-9", "set_timer", "{}", "set"))
    pair.command(ContinueAnswer(1, "It is half"))
    pair.hear(2)
    pair.command(CancelAnswer(1, 50))
    pair.command(AskText(2, "And now?", spoken=False))
    pair.settle()
    pair.command(Configure(SessionConfig("Be brief.", speed=0.9, temperature=1.0)))
    pair.settle()
    judge = mistakes_of_client if dialect == "ga" else mistakes_of_beta_client
    assert [mistake for event in pair.sent for mistake in judge(event)] == []
    assert pair.record.violations == []


def test_the_judges_tell_the_dialects_apart() -> None:
    ga = Pair().ready().sent[0]
    beta = Pair(options=BETA).ready().sent[0]
    assert mistakes_of_client(beta)
    assert mistakes_of_beta_client(ga)
