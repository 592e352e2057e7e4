"""The simulated server takes one dialect and refuses the other, and what is out of the vendor's ranges."""

import base64
import json
from typing import Any

import pytest

from appliance.pcm.formats import pcm_to_bytes
from tests.simulators.openai_conversation import Conversation, Reply
from tests.simulators.openai_script import Answer, Behaviour, Dialect, Record, chirp, in_order
from tests.simulators.openai_types import mistakes_of_beta_server

SECOND = base64.b64encode(pcm_to_bytes(chirp(1.0))).decode()
LISTENS = {"type": "semantic_vad", "create_response": False, "interrupt_response": False}
FLAT = {"modalities": ["text", "audio"], "input_audio_format": "pcm16", "turn_detection": None}
NESTED = {"type": "realtime", "audio": {"input": {"turn_detection": None}}}


class Client:
    """Whoever talks to the server, frame by frame."""

    def __init__(self, dialect: Dialect = "ga", hears: tuple[tuple[int, int], ...] = ()) -> None:
        self.record = Record()
        behaviour = Behaviour(dialect=dialect, hears=hears)
        self.server = Conversation(in_order(Answer()), self.record, behaviour=behaviour)
        self.said = self.server.on_wire(self.server.hello(0.0))

    def send(self, kind: str, **fields: Any) -> Reply:
        return self.server.receive(json.dumps({"type": kind, **fields}), 0.0)

    def kinds(self, kind: str, **fields: Any) -> list[str]:
        return [event["type"] for event in self.server.on_wire(self.send(kind, **fields).events)]


def test_the_beta_greets_with_a_flat_session() -> None:
    (hello,) = Client("beta").said
    assert hello["session"]["modalities"] == ["text", "audio"]
    assert "audio" not in hello["session"]
    assert mistakes_of_beta_server(hello) == []


@pytest.mark.parametrize(("dialect", "session"), [("ga", FLAT), ("beta", NESTED)])
def test_a_session_in_the_other_dialect_is_refused(dialect: Dialect, session: dict[str, Any]) -> None:
    client = Client(dialect)
    assert client.kinds("session.update", session=session) == ["error"]
    assert client.record.violations


@pytest.mark.parametrize(("dialect", "session"), [("ga", NESTED), ("beta", FLAT)])
def test_a_session_in_its_own_dialect_is_taken(dialect: Dialect, session: dict[str, Any]) -> None:
    client = Client(dialect)
    assert client.kinds("session.update", session=session) == ["session.updated"]
    assert client.record.violations == []


def test_the_beta_announces_an_item_once_and_by_its_old_name() -> None:
    client = Client("beta")
    item = {"type": "message", "role": "assistant", "content": [{"type": "text", "text": "Hi."}]}
    assert client.kinds("conversation.item.create", item=item) == ["conversation.item.created"]
    assert client.record.history == [("assistant", "Hi.")]


@pytest.mark.parametrize(
    "session",
    [
        {"audio": {"output": {"speed": 2.0}}},
        {"max_output_tokens": 4097},
        {"audio": {"input": {"turn_detection": {"type": "server_vad"}}}},
        {"audio": {"input": {"turn_detection": LISTENS | {"create_response": True}}}},
        {"temperature": 0.8},
    ],
)
def test_what_is_out_of_range_is_refused(session: dict[str, Any]) -> None:
    client = Client()
    assert client.kinds("session.update", session={"type": "realtime"} | session) == ["error"]


def test_it_commits_where_the_script_hears_the_end_of_speech() -> None:
    client = Client(hears=((100, 700),))
    client.send(
        "session.update", session={"type": "realtime", "audio": {"input": {"turn_detection": LISTENS}}}
    )
    assert client.kinds("input_audio_buffer.append", audio=SECOND) == [
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
        "conversation.item.added",
        "conversation.item.done",
    ]
    assert client.kinds("input_audio_buffer.commit") == ["error"]
    assert client.record.races
    assert client.record.violations == []
