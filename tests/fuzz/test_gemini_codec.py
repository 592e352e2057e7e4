"""What no Gemini server should send, one kind at a time; `test_targets` spoils whole sessions."""

import json
import tracemalloc

import pytest

from appliance.conversation.vocabulary import ProviderEvent
from appliance.errors import ProtocolViolation
from tests.simulators.gemini_pair import Pair
from tests.simulators.gemini_script import Answer
from tests.simulators.openai_script import chirp


def opened() -> Pair:
    """In mid-conversation, an answer being generated."""
    pair = Pair(Answer(chirp(0.5))).ready()
    pair.ask(1)
    return pair.hear(2)


def sound(data: object, kind: object = "audio/pcm;rate=24000") -> str:
    part = {"inlineData": {"mimeType": kind, "data": data}}
    return json.dumps({"serverContent": {"modelTurn": {"parts": [part]}}})


@pytest.mark.parametrize(
    "frame",
    [
        b"\xff\xfe",
        "",
        "{",
        "[]",
        '"x"',
        "9" * 5000,
        '{"serverContent":' + "[" * 1000 + "]" * 1000 + "}",
        '{"a":' * 100_000,
        "x" * 20_000_000,
        b"x" * 20_000_000,
        '{"a":[' + "1," * 100_000 + "1]}",
        '{"serverContent":7}',
        '{"serverContent":{"turnComplete":NaN}}',
        '{"serverContent":{"turnComplete":"yes"}}',
        '{"serverContent":{"modelTurn":{"parts":{}}}}',
        '{"serverContent":{"modelTurn":{"parts":[1]}}}',
        '{"toolCall":{"functionCalls":[{"name":"f"}]}}',
        '{"toolCall":{"functionCalls":[{"id":"é","name":"f"}]}}',
        '{"toolCall":{"functionCalls":[{"id":"a","name":"f","args":[]}]}}',
        '{"toolCallCancellation":{"ids":[1]}}',
        sound("@@@@"),
        sound("AAAAA"),
        sound("é"),
        sound(7),
        sound("AAAAAAAA", 7),
        sound("AAAAAAAA", "audio/pcm;rate=7"),
    ],
    ids=lambda frame: str(frame[:40]),
)
def test_what_no_server_says_is_a_violation(frame: str | bytes) -> None:
    with pytest.raises(ProtocolViolation):
        list(opened().codec.events(frame))


@pytest.mark.parametrize(
    "frame",
    [
        "{}",
        '{"serverContent":{}}',
        '{"serverContent":null}',
        '{"setupComplete":{}}',
        '{"sessionResumptionUpdate":{"newHandle":"","resumable":false}}',
        '{"toolCallCancellation":{"ids":["nobody"]}}',
        '{"usageMetadata":{"promptTokenCount":"many","responseTokenCount":-5}}',
        '{"voiceActivity":{"voiceActivityType":"ACTIVITY_END"}}',
        '{"voiceActivity":{"voiceActivityType":"SOMETHING_NEW"}}',
        sound("", "audio/pcm"),
        sound("AAAA", "image/png"),
    ],
)
def test_what_means_nothing_is_passed_over(frame: str) -> None:
    assert list(opened().codec.events(frame)) == []


def test_words_without_end_are_a_violation() -> None:
    pair = opened()
    frame = json.dumps({"serverContent": {"outputTranscription": {"text": "word " * 1000}}})

    def all_of_them() -> list[ProviderEvent]:
        return [event for _ in range(30) for event in pair.codec.events(frame)]

    with pytest.raises(ProtocolViolation, match="characters"):
        all_of_them()


@pytest.mark.parametrize(
    "frame",
    [
        sound("AAAA" * 1000),
        '{"serverContent":{"interrupted":true}}',
        '{"serverContent":{"turnComplete":true}}',
        '{"toolCall":{"functionCalls":[{"id":"a","name":"f"}]}}',
        '{"sessionResumptionUpdate":{"newHandle":"abc","resumable":true}}',
        '{"usageMetadata":{"promptTokenCount":7}}',
    ],
)
def test_memory_does_not_grow_with_what_is_sent(frame: str) -> None:
    codec = opened().codec
    for _ in range(50):
        list(codec.events(frame))
    tracemalloc.start()
    for _ in range(2000):
        list(codec.events(frame))
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert grown < 50_000
