"""The judge is judged: what a correct client never does is refused as the vendor refuses it."""

import base64
import json
import subprocess
import sys
from typing import Any

import pytest
from websockets.sync.client import connect

from appliance.pcm.formats import pcm_to_bytes
from tests.simulators.openai_conversation import Conversation, Reply
from tests.simulators.openai_realtime import SimulatorThread
from tests.simulators.openai_script import Answer, Call, Record, chirp, in_order

PCM = {"type": "audio/pcm", "rate": 24000}
SETTINGS = {
    "type": "realtime",
    "audio": {"input": {"format": PCM, "turn_detection": None}, "output": {"format": PCM, "voice": "marin"}},
}
SECOND = base64.b64encode(pcm_to_bytes(chirp(1.0))).decode()


class Client:
    """A client without manners: sends what it is told to."""

    def __init__(self, answer: Answer | None = None) -> None:
        self.record = Record()
        self.server = Conversation(in_order(answer or Answer(chirp(0.3))), self.record)
        self.server.hello(0.0)

    def send(self, kind: str, now_s: float = 0.0, **fields: Any) -> Reply:
        return self.server.receive(json.dumps({"type": kind, "event_id": "mine"} | fields), now_s)

    def refusal(self, kind: str, now_s: float = 0.0, **fields: Any) -> str:
        """The code of the one error that this event leads to."""
        (event,) = self.send(kind, now_s, **fields).events
        assert event["type"] == "error"
        assert event["error"]["event_id"] == "mine"
        return str(event["error"]["code"])

    def configured(self) -> "Client":
        self.send("session.update", session=SETTINGS)
        return self

    def answered(self) -> "Client":
        """One turn was answered whole: item_000001 is the question, item_000002 the answer of 300 ms."""
        self.configured()
        self.send("input_audio_buffer.append", audio=SECOND)
        self.send("input_audio_buffer.commit")
        response = self.send("response.create").response
        assert response is not None
        response.created()
        for chunk in response.chunks():
            self.server.spoken(chunk)
        self.server.finish(response, 0.0, "completed")
        assert self.record.violations == []
        return self


def truncation(**fields: Any) -> dict[str, Any]:
    return {"item_id": "item_000002", "content_index": 0, "audio_end_ms": 100} | fields


# ---------------------------------------------------------------- the shape of events


@pytest.mark.parametrize(
    "frame",
    [
        b"\x00",
        "no JSON",
        "[]",
        '{"type":1}',
        '{"type":"totally.unknown"}',
        '{"type":"input_audio_buffer.commit","extra":1}',
        '{"type":"output_audio_buffer.clear"}',
        '{"type":"conversation.item.truncate","item_id":"i","audio_end_ms":1}',
        '{"type":"conversation.item.truncate","item_id":"i","content_index":0,"audio_end_ms":"1"}',
        '{"type":"session.update","session":{"audio":{}}}',
        '{"type":"session.update","session":{"type":"realtime","voice":"marin"}}',
        '{"type":"session.update","session":{"type":"realtime","audio":{"input":{"format":{"rate":16000}}}}}',
        '{"type":"response.create","response":{"modalities":["audio"]}}',
    ],
    ids=str,
)
def test_event_of_a_wrong_shape_is_a_violation(frame: str | bytes) -> None:
    client = Client()
    (event,) = client.server.receive(frame, 0.0).events
    assert event["type"] == "error"
    assert len(client.record.violations) == 1


# ---------------------------------------------------------------- legal order


def test_settings_that_cannot_be_changed() -> None:
    client = Client().answered()
    other_voice = {"type": "realtime", "audio": {"output": {"voice": "cedar"}}}
    assert client.refusal("session.update", session=other_voice) == "cannot_update_voice"
    other_model = {"type": "realtime", "model": "another"}
    assert client.refusal("session.update", session=other_model) == "invalid_value"
    assert client.refusal("session.update", session={"type": "transcription"}) == "invalid_value"


def test_update_is_sparse_and_null_is_a_value() -> None:
    client = Client().configured()
    client.send("session.update", session={"type": "realtime", "instructions": "New."})
    assert client.server.session["instructions"] == "New."
    assert client.server.session["audio"]["input"]["turn_detection"] is None
    assert client.server.session["audio"]["output"]["voice"] == "marin"


def test_sound_while_the_servers_own_turn_detection_is_on() -> None:
    assert Client().refusal("input_audio_buffer.append", audio=SECOND) == "simulator"


@pytest.mark.parametrize("audio", ["", "AAA", "!!!!", base64.b64encode(b"odd").decode()])
def test_sound_that_is_none(audio: str) -> None:
    assert Client().configured().refusal("input_audio_buffer.append", audio=audio) == "invalid_value"


@pytest.mark.parametrize(("samples", "refused"), [(0, True), (2399, True), (2400, False)])
def test_commit_of_less_than_100_ms(samples: int, refused: bool) -> None:
    client = Client().configured()
    if samples:
        audio = base64.b64encode(bytes(2 * samples)).decode()
        client.send("input_audio_buffer.append", audio=audio)
    code = client.send("input_audio_buffer.commit").events[0].get("error", {}).get("code")
    assert code == ("input_audio_buffer_commit_empty" if refused else None)


def test_cleared_sound_is_gone() -> None:
    client = Client().configured()
    client.send("input_audio_buffer.append", audio=SECOND)
    client.send("input_audio_buffer.clear")
    assert client.refusal("input_audio_buffer.commit") == "input_audio_buffer_commit_empty"


def test_second_response_while_one_is_active() -> None:
    client = Client().configured()
    client.send("response.create")
    assert client.refusal("response.create") == "conversation_already_has_active_response"


def test_cancel_when_nothing_is_active() -> None:
    client = Client().configured()
    assert client.refusal("response.cancel") == "response_cancel_not_active"
    assert len(client.record.violations) == 1


@pytest.mark.parametrize(("now_s", "violations"), [(0.1, 0), (10.0, 1)])
def test_cancel_of_a_finished_response_is_a_race_only_for_a_moment(now_s: float, violations: int) -> None:
    client = Client().answered()
    code = client.refusal("response.cancel", now_s, response_id="resp_000001")
    assert code == "response_cancel_not_active"
    assert len(client.record.violations) == violations
    assert len(client.record.races) == 1 - violations


def test_cancelled_response_closes_everything_it_opened() -> None:
    client = Client().configured()
    response = client.send("response.create").response
    assert response is not None
    response.created()
    chunks = response.chunks()
    next(chunks)
    next(chunks)
    kinds = [event["type"] for event in client.send("response.cancel").events]
    assert kinds == [
        "response.output_audio.done",
        "response.output_audio_transcript.done",
        "response.content_part.done",
        "response.output_item.done",
        "conversation.item.done",
        "response.done",
    ]
    assert client.record.finished == [("resp_000001", "cancelled")]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"item_id": "nobody"}, "item_truncate_invalid_item_id"),
        ({"item_id": "item_000001"}, "unsupported_content_type"),
        ({"content_index": 1}, "invalid_value"),
        ({"audio_end_ms": 0}, "invalid_value"),
        ({"audio_end_ms": -1}, "invalid_value"),
        ({"audio_end_ms": 301}, "invalid_value"),
    ],
)
def test_cut_that_cannot_be_made(fields: dict[str, Any], code: str) -> None:
    client = Client().answered()
    assert client.refusal("conversation.item.truncate", **truncation(**fields)) == code
    assert client.record.truncations == []


def test_cut_takes_the_words_with_it_and_cannot_be_undone() -> None:
    client = Client().answered()
    client.send("conversation.item.truncate", **truncation(audio_end_ms=300))
    client.send("conversation.item.truncate", **truncation(audio_end_ms=100))
    assert client.server.items["item_000002"].about["content"][0]["transcript"] == ""
    assert client.refusal("conversation.item.truncate", **truncation(audio_end_ms=101)) == "invalid_value"
    assert [cut.audio_end_ms for cut in client.record.truncations] == [300, 100]


def test_item_is_deleted_once() -> None:
    client = Client().answered()
    client.send("conversation.item.delete", item_id="item_000002")
    assert client.record.deleted == ["item_000002"]
    code = client.refusal("conversation.item.delete", item_id="item_000002")
    assert code == "item_delete_invalid_item_id"


@pytest.mark.parametrize(
    ("role", "part"),
    [
        ("assistant", {"type": "input_text", "text": "x"}),
        ("assistant", {"type": "output_audio", "audio": "AAAA"}),
        ("user", {"type": "output_text", "text": "x"}),
        ("user", {"type": "input_text"}),
    ],
)
def test_item_with_content_of_the_wrong_kind(role: str, part: dict[str, str]) -> None:
    item = {"type": "message", "role": role, "content": [part]}
    client = Client()
    client.refusal("conversation.item.create", item=item)
    assert len(client.record.violations) == 1
    assert client.record.history == []


# ---------------------------------------------------------------- calls and writing


CALLING = Answer(chirp(0.1)[:0], calls=(Call("f"),))
OUTPUT = {"type": "function_call_output", "call_id": "call_000001", "output": "done"}


def test_output_for_a_call_that_nobody_made() -> None:
    client = Client().answered()
    assert client.refusal("conversation.item.create", item=OUTPUT) == "invalid_tool_call_id"


def test_output_is_given_once_and_after_the_response_that_called() -> None:
    client = Client(CALLING).configured()
    response = client.send("response.create").response
    assert response is not None
    list(response.chunks())
    assert client.refusal("conversation.item.create", item=OUTPUT) == "simulator"
    client.server.finish(response, 0.0, "completed")
    assert client.send("conversation.item.create", item=OUTPUT).events[0]["type"] == "conversation.item.added"
    assert client.refusal("conversation.item.create", item=OUTPUT) == "invalid_tool_call_id"
    assert client.record.results == [("call_000001", "done")]


def test_call_of_the_client_whose_id_is_taken() -> None:
    client = Client()
    call = {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}
    client.send("conversation.item.create", item=call)
    assert client.refusal("conversation.item.create", item=call) == "invalid_value"
    assert client.record.retold == [("c", "f")]


def test_what_is_written_cannot_be_cut() -> None:
    client = Client().configured()
    response = client.send("response.create", response={"output_modalities": ["text"]}).response
    assert response is not None
    list(response.chunks())
    cut = truncation(item_id=response.items[0].item_id)
    assert client.refusal("conversation.item.truncate", **cut) == "unsupported_content_type"


def test_sound_and_writing_at_once_are_not_to_be_had() -> None:
    client = Client().configured()
    both = {"output_modalities": ["audio", "text"]}
    assert client.refusal("response.create", response=both) == "invalid_value"


# ---------------------------------------------------------------- as a product


def test_server_in_a_thread_serves_clients_that_are_not_asynchronous() -> None:
    with SimulatorThread() as sim:
        headers = {"Authorization": "Bearer k"}
        with connect(f"{sim.url}?model=m", additional_headers=headers) as client:
            assert json.loads(client.recv(timeout=5))["type"] == "session.created"
            client.send('{"type":"response.cancel"}')
            assert json.loads(client.recv(timeout=5))["type"] == "error"
    assert sim.record.connections == 1
    assert sim.record.goodbyes == [1000]
    assert len(sim.record.violations) == 1


def test_server_from_the_command_line_prints_its_address_and_what_it_was_told() -> None:
    command = [sys.executable, "-m", "tests.simulators.openai_realtime", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        with connect(f"{url}?model=m", additional_headers={"Authorization": "Bearer k"}) as client:
            client.recv(timeout=5)
            client.send('{"type":"input_audio_buffer.commit"}')
            client.recv(timeout=5)
        server.terminate()
        told, _ = server.communicate(timeout=10)
    assert server.returncode == 1
    assert json.loads(told)["connections"] == 1
    assert "input_audio_buffer_commit_empty" in json.loads(told)["violations"][0]
