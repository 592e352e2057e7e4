"""What the header of a WAV file says, and what can be made of one that is wrong."""

import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.audio.wav_format import MAX_CHANNELS, MAX_CHUNKS, Encoding, WavFormat, parse_wav
from appliance.errors import InputFileError
from tests.audio.wav_files import (
    ALAW,
    EXTENSIBLE,
    FLOAT,
    INTEGER,
    TAGS,
    ULAW,
    chunk,
    description,
    extensible,
    riff,
    wav,
)

FMT = chunk(b"fmt ", description())
SOUND = bytes(range(1, 101))  # 50 samples that look like no chunk


def parse(file: bytes) -> WavFormat:
    return parse_wav(lambda offset, count: file[offset : offset + count], len(file))


def refused(file: bytes) -> str:
    with pytest.raises(InputFileError) as caught:
        parse(file)
    assert "\n" not in str(caught.value)
    return str(caught.value)


# --------------------------------------------------------------------------- what it says


@pytest.mark.parametrize("encoding", Encoding)
@pytest.mark.parametrize("fmt", [description, extensible])
def test_every_encoding_is_known_by_both_kinds_of_description(
    encoding: Encoding, fmt: Callable[[int, int, int, int], bytes]
) -> None:
    content = fmt(TAGS[encoding], 3, 44_100, 8 * encoding.sample_bytes)
    parsed = parse(wav(bytes(3 * 8 * 10), content))
    assert (parsed.encoding, parsed.channels, parsed.rate_hz) == (encoding, 3, 44_100)
    assert parsed.frames == 80 // encoding.sample_bytes


def test_fewer_bits_than_bytes_are_the_upper_ones() -> None:
    assert parse(wav(SOUND, description(bits=12, frame_bytes=2))).encoding is Encoding.SIGNED_16
    assert parse(wav(SOUND, description(bits=24, frame_bytes=4))).encoding is Encoding.SIGNED_32


@pytest.mark.parametrize("rate_hz", [8000, 11_025, 12_345, 22_050, 44_100, 48_000, 95_999, 96_000, 192_000])
def test_any_rate_of_sound_is_taken(rate_hz: int) -> None:
    assert parse(wav(SOUND, description(rate_hz=rate_hz))).rate_hz == rate_hz


def test_what_lies_before_the_sound_is_skipped_with_its_padding() -> None:
    parsed = parse(riff(chunk(b"bext", b"x" * 603), FMT, chunk(b"LIST", b"INFOISFT"), chunk(b"data", SOUND)))
    assert parsed.frames == 50
    assert parsed.data_start == 12 + 612 + 24 + 16 + 8


def test_what_lies_behind_the_sound_is_no_sound() -> None:
    assert parse(riff(FMT, chunk(b"data", SOUND), chunk(b"LIST", b"INFO" * 9))).frames == 50


def test_a_broken_last_frame_does_not_count() -> None:
    assert parse(wav(SOUND[:99], description())).frames == 49


def test_the_long_form_has_its_size_elsewhere() -> None:
    sizes = chunk(b"ds64", struct.pack("<QQQI", 0, 60, 0, 0))
    data = chunk(b"data", SOUND, size=0xFFFFFFFF)
    assert parse(riff(sizes, FMT, data, magic=b"RF64")).frames == 30
    assert parse(riff(FMT, data, magic=b"RF64")).frames == 50


# --------------------------------------------------------------------------- cut off


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF, 0x7FFFFFFF, 0x80000000, 101, 5_000])
def test_a_size_that_cannot_be_true_means_to_the_end(size: int) -> None:
    assert parse(riff(FMT, chunk(b"data", SOUND, size=size), size=0)).frames == 50


def test_no_sound_before_another_chunk_is_no_sound() -> None:
    assert "is empty" in refused(riff(FMT, chunk(b"data", b""), chunk(b"LIST", b"INFOISFT")))


def test_a_header_that_is_cut_off_is_called_so() -> None:
    whole = wav(SOUND)
    for length in range(12, 44):
        assert "ends in its header" in refused(whole[:length])
    assert "is empty" in refused(whole[:44])
    assert "is empty" in refused(whole[:45])
    assert parse(whole[:46]).frames == 1


@pytest.mark.parametrize("length", range(16))
def test_a_description_that_is_too_short_is_called_so(length: int) -> None:
    file = riff(chunk(b"fmt ", description()[:length]), chunk(b"data", SOUND))
    assert "description of its sound is cut off" in refused(file)


# --------------------------------------------------------------------------- refused


@pytest.mark.parametrize(
    "content", [b"", b"RIFF", b"just some text, no sound at all", riff()[:11], b"\0" * 99]
)
def test_what_is_no_wav_is_called_so(content: bytes) -> None:
    assert refused(content) == "is not a WAV file"


def test_a_big_endian_file_is_refused_by_name() -> None:
    assert "RIFX" in refused(riff(FMT, chunk(b"data", SOUND), magic=b"RIFX"))


@pytest.mark.parametrize(
    ("fmt", "sentence"),
    [
        (description(rate_hz=7999), "has 7999 samples a second; 8000 to 192000 can be read"),
        (description(rate_hz=0), "has 0 samples a second"),
        (description(rate_hz=0xFFFFFFFF), "has 4294967295 samples a second"),
        (description(channels=0), "has 0 channels"),
        (description(channels=MAX_CHANNELS + 1), f"has {MAX_CHANNELS + 1} channels"),
        (description(bits=0, frame_bytes=2), "0-bit samples of 1 channels in 2 bytes"),
        (description(bits=17, frame_bytes=2), "17-bit samples"),
        (description(bits=64), "64-bit samples"),
        (description(channels=2, frame_bytes=5), "in 5 bytes"),
        (description(frame_bytes=0), "in 0 bytes"),
        (description(FLOAT, bits=16), "16-bit samples"),
        (description(ALAW, bits=16), "16-bit samples"),
        (description(ULAW, bits=4, frame_bytes=1), "4-bit samples"),
        (description(0x0055), "holds sound of the kind MP3"),
        (description(0x1234), "holds sound of the kind 0x1234"),
        (description(EXTENSIBLE), "of an unknown kind"),
        (extensible()[:-1] + b"\0", "of an unknown kind"),
        (extensible(0x0002), "holds sound of the kind ADPCM"),
    ],
)
def test_sound_that_cannot_be_read_is_refused_with_the_reason(fmt: bytes, sentence: str) -> None:
    assert sentence in refused(wav(SOUND, fmt))


def test_sound_without_a_description_is_refused() -> None:
    assert "does not say how its sound is written" in refused(riff(chunk(b"data", SOUND), FMT))


def test_a_file_of_nothing_but_small_chunks_is_given_up() -> None:
    asked = []

    def read_at(offset: int, count: int) -> bytes:
        asked.append(offset)
        return b"RIFF" if offset == 0 else b"WAVE" if offset == 8 else b"LIST\0\0\0\0"

    with pytest.raises(InputFileError, match="no sound within its first"):
        parse_wav(read_at, 1 << 40)
    assert len(asked) <= MAX_CHUNKS + 2


# --------------------------------------------------------------------------- any bytes

NUMBERS = st.one_of(
    st.integers(0, 70), st.sampled_from([0xFFFF, 0xFFFE, 8000, 16_000]), st.integers(0, 0xFFFF)
)
LONG_NUMBERS = st.one_of(NUMBERS, st.integers(0, 0xFFFFFFFF))
DESCRIPTIONS = st.one_of(
    st.binary(max_size=60),
    st.builds(
        lambda *numbers: struct.pack("<HHIIHH", *numbers),
        st.one_of(st.sampled_from([INTEGER, FLOAT, ALAW, ULAW, EXTENSIBLE]), NUMBERS),
        *(NUMBERS, LONG_NUMBERS, LONG_NUMBERS, NUMBERS, NUMBERS),
    ),
)
CHUNKS = st.one_of(
    st.binary(max_size=30),
    st.builds(chunk, st.just(b"fmt "), DESCRIPTIONS),
    st.builds(
        chunk,
        st.sampled_from([b"data", b"LIST", b"ds64", b"bext"]),
        st.binary(max_size=40),
        st.one_of(st.none(), LONG_NUMBERS),
    ),
)
FILES = st.one_of(
    st.binary(max_size=100),
    st.lists(CHUNKS, max_size=5).map(lambda chunks: riff(*chunks)),
    st.tuples(st.sampled_from([wav(SOUND), wav(SOUND, extensible())]), st.integers(0, 120)).map(
        lambda pair: pair[0][: pair[1]]
    ),
)


@given(FILES)
def test_any_bytes_have_a_format_that_lies_within_them_or_are_refused(file: bytes) -> None:
    try:
        parsed = parse(file)
    except InputFileError:
        return
    assert parsed.frames >= 1
    assert parsed.data_start + parsed.frames * parsed.frame_bytes <= len(file)
