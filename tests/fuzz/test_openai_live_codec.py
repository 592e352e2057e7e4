"""Whatever a GPT-Live server says, whenever we speak: what we send is valid, what is cancelled stays so."""

import base64
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AnswerStarted,
    AnswerTranscript,
    AppendAudio,
    AskText,
    CancelAnswer,
    Command,
    CommitTurn,
    Configure,
    ContinueAnswer,
    DiscardTurn,
    Failure,
    ProviderEvent,
    Ready,
    SessionConfig,
    ToolCall,
    ToolDeclaration,
    ToolRan,
    ToolResult,
)
from appliance.errors import ProtocolViolation
from appliance.pcm.formats import pcm_to_bytes
from appliance.providers.openai_live.codec import LiveCodec
from appliance.providers.openai_live.meter import Meter
from appliance.providers.openai_live.past import Past
from tests.simulators.live_pair import VOICE
from tests.simulators.live_types import mistakes_of_client

SHARED_MACHINE = settings(deadline=None)
TOOLS = (ToolDeclaration("clock", "Tells the time.", '{"type":"object","properties":{}}'),)
STARTED = '{"type":"session.started","session":{"expires_at":1}}'
SOUND = (np.arange(2000) % 200 * 50).astype(np.int16)
OF_AN_ANSWER = (AnswerStarted, AnswerAudio, AnswerTranscript, AnswerDone, ToolCall, Failure)


def audio(level: int, samples: int) -> str:
    pcm = np.full(samples, level, np.int16)
    return json.dumps(
        {"type": "session.output_audio.delta", "delta": base64.b64encode(pcm_to_bytes(pcm)).decode()}
    )


def words(kind: str, start_ms: int, text: str) -> str:
    times = {"start_ms": start_ms, "end_ms": start_ms + 100}
    return json.dumps({"type": f"session.{kind}_transcript.delta", "delta": text, **times})


def backend(kind: str, call: int) -> str:
    item = {"type": "function_call", "call_id": f"c{call}", "name": "clock", "arguments": "{}"}
    return json.dumps({"type": "response.event", "delegation_id": "d", "event": {"type": kind, "item": item}})


FRAMES = st.one_of(
    st.builds(audio, st.sampled_from([0, 5, 19, 20, 9000]), st.sampled_from([1, 479, 960, 9600, 24_000])),
    st.builds(words, st.sampled_from(["input", "output"]), st.integers(0, 20_000), st.text(max_size=10)),
    st.builds(
        backend,
        st.sampled_from(["response.created", "response.output_item.done", "response.completed"]),
        st.integers(0, 3),
    ),
)
STEPS = st.lists(st.one_of(FRAMES, st.integers(0, 9)), max_size=60)


class Talk:
    """A session in which both sides do what they like."""

    def __init__(self) -> None:
        self.codec = LiveCodec(VOICE, SessionConfig("Be kind.", tools=TOOLS), Past(()), Meter())
        self.check(self.codec.opening(None))
        assert [type(e) for e in self.codec.events(STARTED)] == [Ready]
        self.answer = 0
        self.cancelled: set[int] = set()
        self.done: list[int] = []

    def check(self, sent: list[str]) -> None:
        for frame in sent:
            assert mistakes_of_client(json.loads(frame)) == []

    def take(self, event: ProviderEvent) -> None:
        if isinstance(event, OF_AN_ANSWER):
            assert event.answer not in self.cancelled
            assert event.answer not in self.done
        if isinstance(event, AnswerDone):
            self.done.append(event.answer)
        self.check(self.codec.replies())

    def step(self, step: str | int) -> None:
        if isinstance(step, str):
            for event in self.codec.events(step):
                self.take(event)
        else:
            command = self.command(step)
            if isinstance(command, CancelAnswer):
                self.cancelled.add(command.answer)
            self.check(self.codec.encode(command))
        for event in self.codec.tick(480):
            self.take(event)
        self.check(self.codec.replies())

    def command(self, number: int) -> Command:
        if number in (1, 2, 3):
            self.answer += 1
        commands: list[Command] = [
            AppendAudio(SOUND),
            CommitTurn(self.answer),
            AskText(self.answer, "é?", spoken=self.answer % 2 == 0),
            ContinueAnswer(self.answer, "so far"),
            CancelAnswer(self.answer, 100),
            DiscardTurn(),
            ToolResult(self.answer, "c1", "noon"),
            ToolRan("c9", "clock", "{}", "noon"),
            Configure(SessionConfig("Be brief.", tools=TOOLS)),
            CancelAnswer(self.answer, 0),
        ]
        return commands[number]


@SHARED_MACHINE
@given(STEPS)
def test_any_conversation_at_any_moment(steps: list[str | int]) -> None:
    talk = Talk()
    for step in steps:
        talk.step(step)


@pytest.mark.parametrize(
    "frame",
    [
        b"\xff\xfe",
        "",
        "[" * 100_000,
        '{"type":"session.started","session":' + '{"a":' * 1000 + "1" + "}" * 1001,
        '{"type":"session.output_audio.delta","delta":"' + "A" * 20_000_000 + '"}',
        '{"type":' + "9" * 5000 + "}",
    ],
    ids=["bytes", "nothing", "nested lists", "nested objects", "20 MB", "endless number"],
)
def test_what_is_no_event_is_refused(frame: str | bytes) -> None:
    with pytest.raises(ProtocolViolation):
        list(Talk().codec.events(frame))


def test_memory_does_not_grow_with_what_is_held() -> None:
    """An hour of talk over a person who never ends."""
    talk = Talk()
    talk.step(0)
    for _ in range(3600):
        talk.step(audio(9000, 24_000))
    talk.codec.encode(CommitTurn(1))
    held = [event for event in talk.codec.tick(0) if isinstance(event, AnswerAudio)]
    assert 19 * 24_000 <= sum(len(event.pcm) for event in held) <= 20 * 24_000
