"""Whatever samples are written as, they become 16-bit ones."""

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.audio.wav_format import Encoding, WavFormat, parse_wav
from appliance.audio.wav_samples import first_channel
from appliance.pcm.formats import Pcm
from tests.audio.wav_files import recording

LOSSLESS = [e for e in Encoding if e not in (Encoding.UNSIGNED_8, Encoding.ALAW, Encoding.ULAW)]
EVERY = np.arange(-32768, 32768).astype(np.int16)
PCM = st.lists(st.integers(-32768, 32767), min_size=1, max_size=50).map(lambda some: np.array(some, np.int16))


def samples(encoding: Encoding, content: bytes) -> list[int]:
    """Those of a mono recording."""
    return list(first_channel(content, WavFormat(encoding, 1, 16_000, 0, 1)))


def read_back(file: bytes) -> Pcm:
    parsed = parse_wav(lambda offset, count: file[offset : offset + count], len(file))
    start = parsed.data_start
    return first_channel(file[start : start + parsed.frames * parsed.frame_bytes], parsed)


@pytest.mark.parametrize("encoding", LOSSLESS)
def test_16_bits_survive_every_wider_encoding(encoding: Encoding) -> None:
    assert np.array_equal(read_back(recording(EVERY, encoding)), EVERY)


@pytest.mark.parametrize(
    ("encoding", "off"), [(Encoding.UNSIGNED_8, 255), (Encoding.ALAW, 512), (Encoding.ULAW, 644)]
)
def test_narrow_encodings_keep_what_they_can(encoding: Encoding, off: int) -> None:
    assert np.abs(read_back(recording(EVERY, encoding)).astype(int) - EVERY).max() <= off


@given(PCM, st.sampled_from(LOSSLESS), st.integers(1, 8))
def test_of_several_channels_the_first_is_read(pcm: Pcm, encoding: Encoding, channels: int) -> None:
    assert np.array_equal(read_back(recording(pcm, encoding, channels)), pcm)


def test_8_bits_are_unsigned_around_128() -> None:
    assert samples(Encoding.UNSIGNED_8, bytes([0, 127, 128, 255])) == [-32768, -256, 0, 32512]


@pytest.mark.parametrize(
    ("value", "sample"),
    [
        (0x7F, 0),
        (0x80, 1),
        (-0x80, 0),
        (-0x81, -1),
        (0x7FFFFF, 32767),
        (-0x800000, -32768),
        (0x1234FF, 0x1235),
    ],
)
def test_wider_integers_are_rounded_to_the_nearest(value: int, sample: int) -> None:
    assert samples(Encoding.SIGNED_24, value.to_bytes(3, "little", signed=True)) == [sample]
    assert samples(Encoding.SIGNED_32, (value * 256).to_bytes(4, "little", signed=True)) == [sample]


@pytest.mark.parametrize(("encoding", "code"), [(Encoding.FLOAT_32, "<f"), (Encoding.FLOAT_64, "<d")])
@pytest.mark.parametrize(
    ("value", "sample"),
    [
        (0.5, 16384),
        (-1.0, -32768),
        (1.0, 32767),
        (1.5, 32767),
        (-3e38, -32768),
        (float("nan"), 0),
        (float("inf"), 0),
        (float("-inf"), 0),
        (1e-45, 0),
    ],
)
def test_floats_are_clipped_and_what_is_no_number_is_silence(
    encoding: Encoding, code: str, value: float, sample: int
) -> None:
    assert samples(encoding, struct.pack(code, value)) == [sample]


@given(st.sampled_from(list(Encoding)), st.integers(1, 8), st.integers(0, 9), st.data())
def test_any_bytes_are_samples(encoding: Encoding, channels: int, frames: int, data: st.DataObject) -> None:
    wav = WavFormat(encoding, channels, 16_000, 0, frames)
    content = data.draw(st.binary(min_size=frames * wav.frame_bytes, max_size=frames * wav.frame_bytes))
    pcm = first_channel(content, wav)
    assert pcm.dtype == np.int16
    assert pcm.shape == (frames,)
