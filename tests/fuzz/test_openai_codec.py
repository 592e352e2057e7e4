"""Whatever a server sends, the codec answers with an event, nothing, or a `ProtocolViolation`."""

import copy
import json
import tracemalloc
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.conversation.vocabulary import (
    AppendAudio,
    AskText,
    CancelAnswer,
    Command,
    CommitTurn,
    Configure,
    DiscardTurn,
    HistoryItem,
    ProviderEvent,
    ToolRan,
    ToolResult,
)
from appliance.errors import ProtocolViolation
from appliance.providers.openai.codec import OpenAiCodec
from tests.simulators.openai_pair import CONFIG, VOICE, Pair
from tests.simulators.openai_script import Answer, Call, chirp
from tests.simulators.openai_types import SERVER_EVENTS, mistakes_of_client

QUESTION = chirp(0.2)
SHARED_MACHINE = settings(deadline=None)


@cache
def genuine_frames() -> tuple[str, ...]:
    """Everything the server says in a conversation with an answer, a cut, a failure, a call, an answer in
    writing and an error."""
    answers = [
        Answer(chirp(0.3), items=2, user_transcript="well then"),
        Answer(chirp(0.2), fail_with="server_error"),
        Answer(user_transcript=""),
        Answer(chirp(0.1), calls=(Call("clock"), Call("timer", '{"minutes":5}')), then=Answer(chirp(0.1))),
        Answer(transcript="Nothing aloud."),
    ]
    pair = Pair(answers, history=(HistoryItem("user", "x"),)).ready()
    for answer in (1, 2, 3):
        pair.command(AppendAudio(QUESTION))
        pair.command(CommitTurn(answer))
        pair.hear(4) if answer == 1 else pair.settle()
        pair.command(CancelAnswer(answer, 50))
        pair.settle()
    pair.command(AppendAudio(QUESTION))
    pair.command(CommitTurn(4))
    pair.settle()
    for call in ("call_000001", "call_000002"):
        pair.command(ToolResult(4, call, "done"))
    pair.settle()
    pair.command(AskText(5, "And in writing?", spoken=False))
    pair.settle()
    error = {"type": "error", "error": {"type": "x", "message": "y", "event_id": "create-1"}}
    return (*pair.said, json.dumps(error))


def fed(codec: OpenAiCodec, frame: str | bytes) -> ProviderEvent | None:
    """Decode, and check what is sent back."""
    try:
        event = codec.decode(frame)
    except ProtocolViolation:
        return None
    for reply in codec.replies():
        assert mistakes_of_client(json.loads(reply)) == []
    return event


def told(codec: OpenAiCodec, *commands: Command) -> None:
    """Encode, where there is a session, and check what is sent."""
    for command in commands:
        try:
            frames = codec.encode(command)
        except RuntimeError:
            return  # the mutation took Ready away
        for frame in frames:
            assert mistakes_of_client(json.loads(frame)) == []


def opened(commands: bool) -> OpenAiCodec:
    """A codec in mid-conversation, an answer being generated."""
    pair = Pair(Answer(chirp(0.5))).ready()
    if commands:
        pair.command(AppendAudio(QUESTION))
        pair.command(CommitTurn(1))
        pair.hear(3)
    return pair.codec


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=5),
    max_leaves=12,
)
KINDS = st.sampled_from(sorted(SERVER_EVENTS))
# Half of what is invented points at something that exists.
IDS = st.sampled_from(
    [
        *("resp_000001", "item_000002", "call_000001", "question_1", "function_call", "message"),
        *("create-1", "commit-1", "update-0", "ask-1", "result-1", "ran-1", "server_error", "completed"),
    ]
)
KEYS = st.sampled_from(
    [
        *("event_id", "response", "response_id", "item", "item_id", "id", "delta", "transcript", "type"),
        *("content_index", "output", "status", "usage", "error", "code", "message", "metadata", "answer"),
        *("session", "status_details", "call_id", "name", "arguments", "text"),
    ]
)
EVENTS = st.builds(
    lambda kind, fields: json.dumps(fields | {"type": kind}),
    KINDS,
    st.dictionaries(KEYS, IDS | st.dictionaries(KEYS, IDS | JSON, max_size=4) | JSON, max_size=8),
)


@SHARED_MACHINE
@given(st.booleans(), st.lists(st.binary(max_size=200) | st.text(max_size=200), max_size=5))
def test_anything_at_all(commands: bool, frames: list[str | bytes]) -> None:
    codec = opened(commands)
    for frame in frames:
        fed(codec, frame)


@SHARED_MACHINE
@given(st.booleans(), st.lists(EVENTS, max_size=10))
def test_events_with_any_content(commands: bool, frames: list[str]) -> None:
    codec = opened(commands)
    for frame in frames:
        fed(codec, frame)


def mutated(event: Any, path: list[int], value: Any) -> Any:
    """`event` with one of its values, wherever `path` leads, replaced or removed."""
    event = copy.deepcopy(event)
    inside = event
    while True:
        keys = list(inside) if isinstance(inside, dict) else list(range(len(inside)))
        if not keys:
            return event
        key = keys[path[0] % len(keys)]
        path = path[1:]
        deeper = inside[key]
        if not path or not isinstance(deeper, dict | list):
            if value is ...:
                del inside[key]
            else:
                inside[key] = value
            return event
        inside = deeper


MUTATIONS = st.lists(
    st.tuples(
        st.integers(0, 10_000), st.lists(st.integers(0, 20), min_size=1, max_size=5), st.just(...) | JSON
    ),
    max_size=4,
)


@SHARED_MACHINE
@given(MUTATIONS, st.lists(st.integers(0, 10_000), max_size=10))
def test_genuine_conversation_with_changed_missing_repeated_and_swapped_events(
    mutations: list[tuple[int, list[int], Any]], swaps: list[int]
) -> None:
    frames = list(genuine_frames())
    for where, path, value in mutations:
        frames[where % len(frames)] = json.dumps(
            mutated(json.loads(genuine_frames()[where % len(frames)]), path, value)
        )
    for swap in swaps:
        frames.insert(swap % len(frames), frames.pop(swap * 7 % len(frames)))
    codec = OpenAiCodec(VOICE, CONFIG, ())
    answer = 0
    for number, frame in enumerate(frames):
        fed(codec, frame)
        if number % 11 == 5:
            answer += 1
            told(codec, AppendAudio(QUESTION), CommitTurn(answer))
        if number % 13 == 7:
            answer += 1
            told(codec, ToolRan("call-9", "clock", "{}", "noon"), AskText(answer, "?", spoken=False))
        if number % 17 == 9:
            told(codec, CancelAnswer(answer, number))
        if number % 19 == 3:
            told(codec, ToolResult(answer, "call_000001", "done"), Configure(CONFIG))
        if number % 23 == 11:
            told(codec, DiscardTurn())


@SHARED_MACHINE
@given(st.binary(min_size=1, max_size=4), st.integers(0, 10_000), st.integers(0, 5000))
def test_genuine_frame_with_broken_bytes(noise: bytes, which: int, where: int) -> None:
    frame = genuine_frames()[which % len(genuine_frames())].encode()
    where %= len(frame)
    fed(opened(True), frame[:where] + noise + frame[where + len(noise) :])
    fed(opened(True), frame[:where])


@pytest.mark.parametrize(
    "kind",
    [
        "response.output_audio.delta",
        "response.output_text.delta",
        "response.function_call_arguments.done",
        "response.output_item.done",
        "conversation.item.added",
        "error",
    ],
)
def test_memory_does_not_grow_with_what_is_sent(kind: str) -> None:
    codec = opened(True)
    call = {"id": "i", "type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}
    event = {"type": kind, "response_id": "resp_000001", "item_id": "i", "content_index": 0, "item": call}
    event |= {"call_id": "c", "name": "f", "arguments": "{}"}
    frame = json.dumps(event | {"delta": "AAAA" * 1000, "error": {"type": "x", "message": "y" * 3000}})
    for _ in range(50):  # an answer's words have come to their bound
        fed(codec, frame)
    tracemalloc.start()
    for _ in range(2000):
        fed(codec, frame)
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert grown < 50_000
