"""Whatever a server of a cascade sends, the parsers give pieces or raise a `ProviderError`, within bounds."""

import json
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.conversation.vocabulary import TOOL_ARGUMENTS_MAX_CHARS, UsageUnit
from appliance.errors import ProviderError
from appliance.providers.cascade.chat_stream import MAX_CALLS, MAX_TEXT_CHARACTERS, ChatStream
from appliance.providers.cascade.cutter import MAX_CHARS, Cutter
from appliance.providers.cascade.openai_hearing import transcript_of
from appliance.providers.cascade.sound import SoundStream
from appliance.providers.cascade.stages import Counted, Finished, MadeCall, Words
from appliance.providers.http.events import MAX_EVENT_BYTES, MAX_LINE_BYTES, ServerSentEvents
from appliance.providers.http.refusal import refusal
from tests.fuzz.reading_cost import reading
from tests.providers.test_http_refusal import NOW
from tests.simulators.cascade_replies import of_completion, of_transcript
from tests.simulators.cascade_script import Call, Completion, Transcript

# A whole response at once; the sockets give at most 64 kB of it.
INPUT_TIMEOUT_S = 0.05
# What a socket gives at once.
READ_BYTES = 65_536


@cache
def genuine_streams() -> tuple[bytes, ...]:
    """Everything the simulated server says."""
    completions = [
        Completion("It is noon, and the sun shines.", calls=(Call("clock"), Call("timer", '{"minutes":5}'))),
        Completion("<think>Hm.</think> It is noon.", indexed=False, calls=(Call("clock", '{"zone":"UTC"}'),)),
        Completion("It broke.", error="server_error"),
    ]
    return tuple(
        b"".join(piece.data for piece in of_completion(completion, 1).pieces) for completion in completions
    )


def read(chunks: list[bytes]) -> list[Words | MadeCall | Counted | Finished]:
    """What a stream says, and that it is what a conversation can take."""
    stream = ChatStream()
    said: list[Words | MadeCall | Counted | Finished] = []
    try:
        for chunk in chunks:
            said.extend(stream.feed(chunk))
        said.extend(stream.end())
    except ProviderError:
        pass
    assert sum(len(piece.text) for piece in said if isinstance(piece, Words)) <= MAX_TEXT_CHARACTERS
    for piece in said:
        match piece:
            case Words(text):
                text.encode()
            case MadeCall(call, name, arguments):
                assert name
                assert len(arguments) <= TOOL_ARGUMENTS_MAX_CHARS
                f"{call}{name}{arguments}".encode()
            case Finished(usage=usage):
                assert all(UsageUnit(unit) and count > 0 for unit, count in usage.items())
    return said


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[a:b] for a, b in pairwise(edges)]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=5),
    max_leaves=12,
)
KEYS = st.sampled_from(
    [
        *(
            "choices",
            "delta",
            "content",
            "tool_calls",
            "index",
            "id",
            "function",
            "name",
            "arguments",
            "role",
        ),
        *("finish_reason", "usage", "prompt_tokens", "completion_tokens", "prompt_tokens_details", "error"),
        *("message", "type", "refusal", "cached_tokens", "role"),
    ]
)
FIELDS = st.recursive(
    JSON,
    lambda inner: st.dictionaries(KEYS, inner, max_size=6) | st.lists(inner, max_size=3),
    max_leaves=20,
)
LINES = st.sampled_from([b"data: ", b"data:", b"event: x\ndata: ", b": ", b"", b"\xef\xbb\xbfdata: "])
ENDS = st.sampled_from([b"\n\n", b"\r\n\r\n", b"\r\r", b"\n", b""])


@given(st.lists(st.binary(max_size=200), max_size=8))
def test_anything_at_all(chunks: list[bytes]) -> None:
    read(chunks)
    for kind in ("text/event-stream", "application/json", "text/plain", ""):
        with suppress(ProviderError):
            transcript_of(kind, b"".join(chunks))
    refusal("h", 500, {}, b"".join(chunks), NOW)


@given(st.lists(st.tuples(LINES, FIELDS, ENDS), max_size=8), st.lists(st.integers(0, 10_000), max_size=5))
def test_events_with_any_content(events: list[tuple[bytes, Any, bytes]], places: list[int]) -> None:
    data = b"".join(line + json.dumps(fields).encode() + end for line, fields, end in events)
    read(cut(data, places))
    with suppress(ProviderError):
        transcript_of("text/event-stream", data)


@given(st.integers(0, 2), st.lists(st.integers(0, 10_000), max_size=20))
def test_a_genuine_stream_says_the_same_however_it_is_cut(which: int, places: list[int]) -> None:
    data = genuine_streams()[which]
    assert read(cut(data, places)) == read([data])


@given(st.integers(0, 2), st.binary(min_size=1, max_size=6), st.integers(0, 10_000), st.integers(0, 40))
def test_a_genuine_stream_with_broken_bytes(which: int, noise: bytes, where: int, gone: int) -> None:
    data = genuine_streams()[which]
    where %= len(data)
    read([data[:where] + noise + data[where + gone :]])
    read([data[:where]])


def mutated(fields: Any, path: list[int], value: Any) -> Any:
    """`fields` with one of its values, wherever `path` leads, replaced or (...) removed."""
    inside = fields
    for step in path:
        keys = list(inside) if isinstance(inside, dict) else list(range(len(inside)))
        if not keys:
            return fields
        key = keys[step % len(keys)]
        if step is path[-1] or not isinstance(inside[key], dict | list):
            if value is ...:
                del inside[key]
            else:
                inside[key] = value
            return fields
        inside = inside[key]
    return fields


@given(
    st.integers(0, 2),
    st.lists(
        st.tuples(
            st.integers(0, 100), st.lists(st.integers(0, 9), min_size=1, max_size=6), st.just(...) | JSON
        ),
        max_size=4,
    ),
    st.lists(st.integers(0, 100), max_size=6),
)
def test_a_genuine_stream_with_changed_missing_repeated_and_swapped_events(
    which: int, mutations: list[tuple[int, list[int], Any]], swaps: list[int]
) -> None:
    events = list(ServerSentEvents().feed(genuine_streams()[which]))
    for where, path, value in mutations:
        event = events[where % len(events)]
        if event != "[DONE]":
            events[where % len(events)] = json.dumps(mutated(json.loads(event), path, value))
    for swap in swaps:
        events.insert(swap % len(events), events[swap * 7 % len(events)])
    read([f"data: {event}\n\n".encode() for event in events])


@given(st.lists(st.binary(max_size=300), max_size=8), st.booleans())
def test_any_sound(chunks: list[bytes], wav: bool) -> None:
    sound = SoundStream(24_000)
    samples = 0
    try:
        for chunk in [b"RIFF" * wav, *chunks]:
            samples += len(sound.feed(chunk))
        samples += len(sound.end())
    except ProviderError:
        return
    assert samples <= sum(map(len, chunks)) // 2 + 2


@given(st.lists(st.text(max_size=80), max_size=20))
def test_any_text_is_cut_and_no_word_of_it_is_lost(texts: list[str]) -> None:
    cutter, pieces = Cutter(), []
    for text in texts:
        cutter.add(text)
        while (piece := cutter.take()) is not None:
            pieces.append(piece)
    cutter.end()
    while (piece := cutter.take()) is not None:
        pieces.append(piece)
    assert cutter.over
    assert all(0 < len(piece) <= MAX_CHARS for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join("".join(texts).split())


def floods() -> Iterator[tuple[str, bytes]]:
    """20 MB and 1000 levels of what costs most."""
    yield "one line", b"data: " + b"x" * 20_000_000
    yield "one event", b"data: x\n" * 2_500_000
    yield "nesting", b"data: " + b"[" * 1000 + b"\n\n"
    yield "deep nesting", b"data: " + b'{"choices":' * 50_000 + b"\n\n"
    yield "a long number", b'data: {"choices": ' + b"9" * 100_000 + b"}\n\n"
    chunk: dict[str, Any] = {"choices": [{"delta": {"content": "y" * 60_000}}]}
    yield "much text", b"data: " + json.dumps(chunk).encode() + b"\n\n"
    calls = [{"index": n, "id": f"c{n}", "function": {"name": "f"}} for n in range(MAX_CALLS + 1)]
    yield (
        "many calls",
        b"data: " + json.dumps({"choices": [{"delta": {"tool_calls": calls}}]}).encode() + b"\n\n",
    )


FLOODS = dict(floods())


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_is_refused_at_once_and_not_kept(name: str) -> None:
    flood = reading(_feed_of_a_fresh_stream, FLOODS[name], READ_BYTES)
    assert flood.refused
    assert flood.slowest_s < INPUT_TIMEOUT_S
    assert flood.taken_bytes <= 5 * max(MAX_EVENT_BYTES, MAX_LINE_BYTES)  # "data: " is not kept


def _feed_of_a_fresh_stream() -> Callable[[bytes], object]:
    stream = ChatStream()
    return lambda data: list(stream.feed(data))


def test_memory_does_not_grow_with_what_is_sent() -> None:
    stream = ChatStream()
    events = b": keep-alive\n\n" + b'data: {"choices": [], "usage": {"prompt_tokens": 7}}\n\n'
    list(stream.feed(events * 100))
    tracemalloc.start()
    for _ in range(500):
        list(stream.feed(events * 10))
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert grown < 50_000


@pytest.mark.parametrize("form", ["json", "text", "events", "bare events"])
def test_a_transcript_with_any_one_byte_changed(form: str) -> None:
    reply = of_transcript(Transcript("What time is it?", form=form))  # type: ignore[arg-type]
    body = reply.pieces[0].data
    kind = reply.content_type.partition(";")[0]
    for where in range(len(body)):
        for byte in b'"{}\x00\xff\n:':
            with suppress(ProviderError):
                transcript_of(kind, body[:where] + bytes((byte,)) + body[where + 1 :])
