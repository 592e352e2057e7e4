"""The pipes to the worker: every message arrives as it was sent, and garbage is named as such."""

import itertools
from datetime import datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import FailureCategory, ProtocolViolation
from appliance.providers.offline.frames import (
    FRAME_MAX_BYTES,
    decoder_of_reports,
    decoder_of_requests,
    encode,
)
from appliance.providers.offline.messages import (
    AUDIO_MAX_SAMPLES,
    READ_MAX_SAMPLES,
    SPEED_MAX,
    SPEED_MIN,
    Audio,
    Broken,
    Cancel,
    Commit,
    Discard,
    Done,
    Notice,
    Part,
    Read,
    Reopen,
    Reply,
    Report,
    Request,
    Sound,
    Speak,
    Transcribe,
    Transcript,
    Warm,
)

NOW = datetime(2026, 11, 21, 15, 20, 30, tzinfo=timezone(timedelta(hours=-3)))

numbers = st.integers(0, 2**32 - 1)
texts = st.text(st.characters(codec="utf-8"), max_size=200)
samples = st.lists(st.integers(-32768, 32767), max_size=50).map(lambda values: np.array(values, np.int16))
requests: st.SearchStrategy[Request] = st.one_of(
    st.builds(Audio, samples),
    st.builds(Commit, numbers, st.datetimes(timezones=st.none() | st.just(NOW.tzinfo)), st.booleans()),
    st.builds(Speak, numbers, texts, st.floats(SPEED_MIN, SPEED_MAX)),
    st.builds(Read, numbers, samples),
    st.builds(Part, numbers, samples),
    st.builds(Transcribe, numbers),
    st.builds(Cancel, numbers),
    st.sampled_from([Reopen(), Discard()]),
)
reports: st.SearchStrategy[Report] = st.one_of(
    st.just(Warm()),
    st.builds(Notice, texts),
    st.builds(Transcript, numbers, texts),
    st.builds(Reply, numbers, texts),
    st.builds(Sound, numbers, samples),
    st.builds(Done, numbers, numbers, numbers),
    st.builds(Broken, numbers, st.sampled_from(FailureCategory), texts),
)


def chunks_of(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(edges)]


@given(st.lists(requests, max_size=5), st.lists(st.integers(0, 10_000), max_size=10))
def test_requests_arrive_as_they_were_sent_however_the_stream_is_cut(
    sent: list[Request], cuts: list[int]
) -> None:
    stream = b"".join(map(encode, sent))
    decoder = decoder_of_requests()
    arrived = [message for chunk in chunks_of(stream, cuts) for message in decoder.feed(chunk)]
    assert list(map(encode, arrived)) == list(map(encode, sent))
    assert list(map(type, arrived)) == list(map(type, sent))


@given(st.lists(reports, max_size=5), st.lists(st.integers(0, 10_000), max_size=10))
def test_reports_arrive_as_they_were_sent_however_the_stream_is_cut(
    sent: list[Report], cuts: list[int]
) -> None:
    stream = b"".join(map(encode, sent))
    decoder = decoder_of_reports()
    arrived = [message for chunk in chunks_of(stream, cuts) for message in decoder.feed(chunk)]
    assert list(map(encode, arrived)) == list(map(encode, sent))
    assert list(map(type, arrived)) == list(map(type, sent))


@given(st.lists(st.binary(max_size=100), max_size=10))
def test_garbage_is_a_violation_or_waits_for_more_and_nothing_else(chunks: list[bytes]) -> None:
    for decoder in (decoder_of_requests(), decoder_of_reports()):
        try:
            for chunk in chunks:
                decoder.feed(chunk)
        except ProtocolViolation:
            continue


@given(st.integers(0, 255), st.binary(max_size=60))
def test_a_well_framed_body_of_any_content_is_a_message_or_a_violation(kind: int, body: bytes) -> None:
    frame = (len(body) + 1).to_bytes(4, "little") + bytes([kind]) + body
    for decoder in (decoder_of_requests(), decoder_of_reports()):
        try:
            assert len(decoder.feed(frame)) == 1
        except ProtocolViolation:
            continue


@pytest.mark.parametrize("length", [0, FRAME_MAX_BYTES + 1, 2**32 - 1])
def test_a_length_out_of_bounds_is_refused_before_its_body_arrives(length: int) -> None:
    with pytest.raises(ProtocolViolation, match="allowed are"):
        decoder_of_reports().feed(length.to_bytes(4, "little"))


def test_requests_do_not_pass_as_reports() -> None:
    with pytest.raises(ProtocolViolation, match="unknown kind"):
        decoder_of_reports().feed(encode(Discard()))


def test_more_sound_than_one_message_may_hold_is_a_violation() -> None:
    too_much = encode(Audio(np.zeros(AUDIO_MAX_SAMPLES + 1, np.int16)))
    with pytest.raises(ProtocolViolation, match="samples in one message"):
        decoder_of_requests().feed(too_much)


def test_the_longest_piece_that_may_be_read_arrives_and_no_longer_one() -> None:
    (message,) = decoder_of_requests().feed(encode(Read(1, np.ones(READ_MAX_SAMPLES, np.int16))))
    assert isinstance(message, Read)
    assert len(message.pcm) == READ_MAX_SAMPLES
    with pytest.raises(ProtocolViolation, match="samples in one message"):
        decoder_of_requests().feed(encode(Read(1, np.ones(READ_MAX_SAMPLES + 1, np.int16))))


def test_what_fits_into_no_frame_is_refused_by_the_sender() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        encode(Reply(1, "x" * FRAME_MAX_BYTES))


def test_a_transcript_that_is_no_unicode_still_arrives() -> None:
    (message,) = decoder_of_reports().feed(encode(Transcript(1, "half a pair: \ud800")))
    assert message == Transcript(1, "half a pair: ?")
