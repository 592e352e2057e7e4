"""The simulated GPT-Live server is strict: each mistake of a client is found, and it makes none itself."""

import base64
import json
from typing import Any

import pytest

from tests.simulators.live_conversation import LiveConversation
from tests.simulators.live_script import Answer, Behaviour, Record, script_of
from tests.simulators.live_types import mistakes_of_server

PCM = {"type": "audio/pcm", "rate": 24000}
START: dict[str, Any] = {"model": "gpt-live-1", "audio": {"format": PCM}}
ITEM: dict[str, Any] = {"role": "user", "content": [{"type": "input_text", "text": "x"}]}
RESULT = {"type": "function_call_output", "call_id": "c", "output": "x"}


def conversation() -> tuple[LiveConversation, Record]:
    record = Record()
    return LiveConversation(script_of(Answer()), Behaviour(), record), record


def started(**more: Any) -> tuple[LiveConversation, Record]:
    server, record = conversation()
    server.receive(json.dumps({"type": "session.start", "session": START | more}))
    assert record.violations == []
    return server, record


@pytest.mark.parametrize(
    "event",
    [
        {"type": "session.input_audio.append", "audio": ""},  # before session.start
        {"type": "session.start", "session": START | {"turn_detection": None}},
        {"type": "session.start", "session": {"audio": {"format": PCM}}},
        {"type": "session.start", "session": START | {"audio": {"format": PCM | {"rate": 8000}}}},
        {"type": "session.start", "session": START | {"input": [ITEM] * 129}},
        {"type": "session.start", "session": START | {"input": [ITEM | {"role": "system"}]}},
        {"type": "session.start", "session": START | {"input": [ITEM | {"content": ITEM["content"] * 2}]}},
    ],
)
def test_a_wrong_beginning_is_refused(event: dict[str, Any]) -> None:
    server, record = conversation()
    (said,) = server.receive(json.dumps(event))
    assert said["type"] == "error"
    assert len(record.violations) == 1


@pytest.mark.parametrize(
    "event",
    [
        {"type": "session.start", "session": START},  # a second time
        {"type": "session.input_audio.append", "audio": base64.b64encode(b"odd").decode()},
        {"type": "session.input_audio.append", "audio": "no base64"},
        {"type": "input_audio_buffer.commit"},
        {"type": "response.cancel"},
        {"type": "session.instructions.append", "content": "x"},
        {"type": "session.instructions.append", "content": "x" * 2001, "delegation_id": None},
        {"type": "response.item.create", "item": RESULT},  # without a backend
        {"type": "response.create"},
        {"type": "session.update", "session": {"voice": "cedar"}},
    ],
)
def test_a_wrong_event_is_refused(event: dict[str, Any]) -> None:
    server, record = started()
    said = server.receive(json.dumps(event | {"event_id": "mine-1"}))
    assert [e["type"] for e in said] == ["error"]
    assert said[0]["error"]["client_event_id"] == "mine-1"
    assert len(record.violations) == 1


@pytest.mark.parametrize("frame", [b"bytes", "no json", "[]", "null"])
def test_what_is_no_event_is_refused(frame: str | bytes) -> None:
    server, record = started()
    assert [e["type"] for e in server.receive(frame)] == ["error"]
    assert len(record.violations) == 1


def test_a_part_of_the_results_and_a_foreign_delegation_are_refused() -> None:
    server, record = started(delegation={"type": "responses", "responses": {"model": "m"}})
    server.receive(json.dumps({"type": "response.create"}))
    server.receive(json.dumps({"type": "response.item.create", "item": RESULT}))
    note = {"type": "session.thinking.append", "content": "x", "delegation_id": "d"}
    server.receive(json.dumps(note))
    assert len(record.violations) == 3


def test_time_advances_only_with_sound() -> None:
    server, record = started()
    sound = base64.b64encode(bytes(48_000)).decode()
    said = server.receive(json.dumps({"type": "session.input_audio.append", "audio": sound}))
    (voice,) = [event for event in said if event["type"] == "session.output_audio.delta"]
    assert len(base64.b64decode(voice["delta"])) == 48_000
    assert [e["usage"]["seconds"] for e in said if e["type"] == "session.usage.updated"] == [1.0]
    assert record.violations == []


def test_the_judge_finds_what_a_server_must_not_say() -> None:
    assert mistakes_of_server({"type": "session.output_audio.delta", "delta": 1})
    assert mistakes_of_server({"type": "response.output_audio.delta", "delta": ""})
    assert mistakes_of_server({"type": "session.output_audio.delta", "delta": "", "event": 1})
