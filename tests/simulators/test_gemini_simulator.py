"""The simulated Gemini refuses what the vendor's refuses: else a test against it would prove nothing."""

import json
import signal
import subprocess
import sys
from typing import Any

import pytest

from tests.simulators.gemini_conversation import Conversation, Vault
from tests.simulators.gemini_script import Answer, Behaviour, Call, Record, script_of

SETUP: dict[str, Any] = {
    "model": "models/gemini-3.8-live",
    "realtimeInputConfig": {"automaticActivityDetection": {"disabled": True}},
}
START: dict[str, Any] = {"realtimeInput": {"activityStart": {}}}
END: dict[str, Any] = {"realtimeInput": {"activityEnd": {}}}
SOUND: dict[str, Any] = {
    "realtimeInput": {"audio": {"mimeType": "audio/pcm;rate=16000", "data": "AAAA" * 20}}
}


class Wire:
    """A client that sends what the test says."""

    def __init__(self, answer: Answer | None = None, behaviour: Behaviour | None = None) -> None:
        self.record = Record()
        self.server = Conversation(
            script_of(answer or Answer()), behaviour or Behaviour(), self.record, Vault()
        )
        self.closed: tuple[int, str] | None = None
        self.said: list[dict[str, Any]] = []

    def send(self, *messages: object) -> "Wire":
        for message in messages:
            reply = self.server.receive(message if isinstance(message, bytes) else json.dumps(message))
            self.said += reply.messages
            self.closed = self.closed or reply.close
            if reply.generation is not None:
                for chunk in reply.generation.chunks():
                    self.said += chunk.messages
        return self


def opened(**setup: Any) -> Wire:
    return Wire().send({"setup": SETUP | setup})


@pytest.mark.parametrize(
    "setup",
    [
        {"voice": "Kore"},
        {"temperature": 1},
        {"generationConfig": {"responseModalities": ["AUDIO", "TEXT"]}},
        {"generationConfig": {"speed": 2}},
        {"realtimeInputConfig": {"activityHandling": "NEVER"}},
        {"realtimeInputConfig": {"turnDetection": None}},
        {"sessionResumption": {"handle": None}},
        {"tools": [{"functionDeclarations": [{"name": "f", "parameters": {"type": "object"}}]}]},
        {"tools": [{"functionDeclarations": [{"name": "f", "parameters": {"type": "OBJECT"}}]}]},
    ],
    ids=str,
)
def test_a_wrong_setup_is_a_violation(setup: dict[str, Any]) -> None:
    wire = opened(**setup)
    assert wire.closed is not None
    assert wire.closed[0] == 1007
    assert wire.record.violations


@pytest.mark.parametrize(
    "messages",
    [
        [b"{}"],
        [[]],
        [{}],
        [{"realtimeInput": {}, "clientContent": {}}],
        [{"setup": SETUP}],
        [SOUND],
        [START, START],
        [END],
        [START, END],
        [START, {"realtimeInput": {"text": "hello"}}],
        [{"realtimeInput": {"audioStreamEnd": True}}],
        [{"realtimeInput": {"activityStart": {}, "activityEnd": {}}}],
        [{"realtimeInput": {"mediaChunks": []}}],
        [START, {"realtimeInput": {"audio": {"mimeType": "audio/pcm;rate=24000", "data": "AAAA"}}}],
        [START, {"realtimeInput": {"audio": {"mimeType": "audio/pcm;rate=16000", "data": "AAA@"}}}],
        [START, {"realtimeInput": {"audio": {"mimeType": "audio/pcm;rate=16000", "data": "AAAA"}}}],
        [{"clientContent": {"turns": [{"role": "user", "parts": [{"text": "x"}]}], "turnComplete": True}}],
        [{"toolResponse": {"functionResponses": [{"id": "call-1", "name": "f", "response": {}}]}}],
        [{"toolResponse": {"functionResponses": [{"id": "call-1", "name": "f", "response": "text"}]}}],
    ],
    ids=str,
)
def test_what_a_correct_client_never_sends_is_a_violation(messages: list[Any]) -> None:
    wire = opened().send(*messages)
    assert wire.record.violations
    assert wire.closed is not None


def test_nothing_comes_before_the_setup_or_the_whole_history() -> None:
    assert Wire().send(START).record.violations
    assert opened(historyConfig={"initialHistoryInClientContent": True}).send(START).record.violations


def test_other_instructions_are_not_for_an_older_model() -> None:
    update = {"contextUpdate": {"systemInstruction": {"parts": [{"text": "x"}]}}}
    assert not opened().send(update).record.violations
    assert opened(model="models/gemini-2.0-flash-live-001").send(update).record.violations


def test_a_call_is_answered_by_its_name_and_once_and_not_after_an_interruption() -> None:
    calling = Answer(calls=(Call("clock"),), then=Answer())
    result = {"id": "call-1", "name": "clock", "response": {"output": "noon"}}
    good, bad = ({"toolResponse": {"functionResponses": [result | more]}} for more in ({}, {"name": "x"}))
    asked = [{"setup": SETUP}, START, SOUND, END]
    assert not Wire(calling).send(*asked, good).record.violations
    for messages in ([bad], [good, good], [START, good]):
        assert Wire(calling).send(*asked, *messages).record.violations


def test_both_spellings_are_taken() -> None:
    setup = {
        "model": "models/gemini-3.8-live",
        "realtime_input_config": {"automatic_activity_detection": {"disabled": True}},
    }
    sound = {"realtime_input": {"audio": {"mime_type": "audio/pcm;rate=16000", "data": "_-AA" * 20}}}
    wire = Wire().send({"setup": setup}, {"realtime_input": {"activity_start": {}}}, sound)
    assert wire.send({"realtime_input": {"activity_end": {}}}).record.violations == []
    assert len(wire.record.turns) == 1


def test_it_runs_as_a_process() -> None:
    command = [sys.executable, "-m", "tests.simulators.gemini_live"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("ws://127.0.0.1:")
        process.send_signal(signal.SIGTERM)
        summary = json.loads(process.communicate(timeout=20)[0])
    assert summary["violations"] == []
    assert process.returncode == 0
