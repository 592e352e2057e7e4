"""Whatever a Wyoming server sends, it is events or a `ProtocolViolation`, in bounded memory and time."""

import io
import itertools
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wyoming.asr import Transcript, TranscriptChunk
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.event import write_event

from appliance.errors import ProtocolViolation, ProviderError
from appliance.providers.cascade.wire_sound import SoundConverter
from appliance.providers.cascade.wyoming_data import (
    SPEECH_TO_TEXT,
    TEXT_TO_SPEECH,
    failure_of,
    format_of,
    service,
    text_of,
)
from appliance.providers.cascade.wyoming_frames import (
    DATA_MAX_BYTES,
    LINE_MAX_BYTES,
    PAYLOAD_MAX_BYTES,
    EventReader,
    WyomingEvent,
)
from appliance.providers.cascade.wyoming_link import READ_BYTES
from tests.fuzz.reading_cost import reading

INPUT_MAX_S = 0.05


@cache
def genuine_stream() -> bytes:
    """What a server sends in a turn and a text, as the package writes it."""
    form = {"rate": 22_050, "width": 2, "channels": 1}
    stream = io.BytesIO()
    for told in (
        TranscriptChunk("what time"),
        Transcript("what time is it"),
        AudioStart(**form),
        AudioChunk(**form, audio=bytes(range(100))),
        AudioChunk(**form, audio=bytes(999)),
        AudioStop(),
    ):
        write_event(told.event(), stream)
    return stream.getvalue()


def fed(reader: EventReader, data: bytes) -> list[WyomingEvent]:
    """Feed as a socket does, and let everything look at the events."""
    events: list[WyomingEvent] = []
    with suppress(ProtocolViolation):
        for start in range(0, len(data), READ_BYTES):
            events += reader.feed(data[start : start + READ_BYTES])
    for event in events:
        looked_at(event)
    return events


def looked_at(event: WyomingEvent) -> None:
    readings: tuple[Callable[[], object], ...] = (
        lambda: text_of(event),
        lambda: service(event, SPEECH_TO_TEXT),
        lambda: service(event, TEXT_TO_SPEECH),
        lambda: failure_of(event),
        lambda: SoundConverter(format_of(event), 24_000).take(event.payload),
    )
    for read in readings:
        with suppress(ProviderError):
            read()


@given(st.lists(st.binary(max_size=300), max_size=5))
def test_anything_at_all(pieces: list[bytes]) -> None:
    reader = EventReader()
    for piece in pieces:
        fed(reader, piece)


json_bytes = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
)
fields = st.dictionaries(
    st.sampled_from(
        ["text", "asr", "tts", "models", "voices", "languages", "rate", "width", "channels", "code"]
    ),
    st.recursive(
        json_bytes | st.integers(1, 50_000),
        lambda inner: st.lists(
            st.dictionaries(st.sampled_from(["models", "voices", "languages"]), inner, max_size=3), max_size=3
        ),
        max_leaves=5,
    ),
    max_size=5,
)


@given(fields, st.binary(max_size=50))
def test_events_with_any_content(data: dict[str, object], payload: bytes) -> None:
    looked_at(WyomingEvent("info", data, payload))


@given(
    st.lists(st.tuples(st.integers(0, 10_000), st.binary(max_size=4)), max_size=4),
    st.lists(st.integers(0, 10_000), max_size=6),
)
def test_a_genuine_stream_with_broken_bytes_and_any_cuts(
    damages: list[tuple[int, bytes]], cuts: list[int]
) -> None:
    data = genuine_stream()
    for where, noise in damages:
        where %= len(data)
        data = data[:where] + noise + data[where + len(noise) // 2 :]
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    reader = EventReader()
    for start, end in itertools.pairwise(edges):
        fed(reader, data[start:end])


@pytest.mark.parametrize(
    "line",
    [
        b'{"type": 7}',
        b"[]",
        b"7",
        b"",
        b"{}",
        b'{"type": "x", "data": []}',
        b'{"type": "x", "data_length": -1}',
        b'{"type": "x", "data_length": true}',
        b'{"type": "x", "data_length": "8"}',
        b'{"type": "x", "payload_length": 1.5}',
        b'{"type": "x", "data_length": %d}' % (DATA_MAX_BYTES + 1),
        b'{"type": "x", "payload_length": %d}' % (PAYLOAD_MAX_BYTES + 1),
        b'{"type": "x", "payload_length": ' + b"9" * 5_000 + b"}",
        b'{"type": "\xff"}',
        b"[" * 1_000 + b"]" * 1_000,
        b"[" * LINE_MAX_BYTES,
        b" " * (LINE_MAX_BYTES + 1),
    ],
)
def test_what_is_no_event_is_a_violation(line: bytes) -> None:
    with pytest.raises(ProtocolViolation):
        EventReader().feed(line + b"\n")


def test_a_block_that_is_no_object_is_a_violation() -> None:
    with pytest.raises(ProtocolViolation):
        EventReader().feed(b'{"type": "x", "data_length": 2}\n[]')


@pytest.mark.parametrize(
    "data",
    [
        b"x" * 20_000_000,
        b"\n" * 20_000_000,
        b'{"type":""}\n' * (READ_BYTES // 12),
        b'{"type": "x", "payload_length": %d}\n' % PAYLOAD_MAX_BYTES + b"x" * 20_000_000,
        b'{"type": "x", "data_length": %d}\n' % DATA_MAX_BYTES + b'{"a":' + b"[" * DATA_MAX_BYTES,
    ],
    ids=["no line ends", "empty lines", "the smallest events", "payloads", "nesting"],
)
def test_no_read_takes_longer_than_a_twentieth_of_a_second(data: bytes) -> None:
    assert reading(lambda: EventReader().feed, data, READ_BYTES).slowest_s <= INPUT_MAX_S


def test_memory_does_not_grow_with_what_is_sent() -> None:
    reader = EventReader()
    data = genuine_stream() * 10
    reader.feed(data)
    tracemalloc.start()
    for _ in range(500):
        reader.feed(data)
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert grown < 50_000
