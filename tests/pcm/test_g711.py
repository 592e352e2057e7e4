"""A-law and µ-law, code by code."""

import importlib.util
import warnings
from collections.abc import Callable
from types import ModuleType

import numpy as np
import pytest

from appliance.pcm.formats import Pcm
from appliance.pcm.g711 import Codes, decode_alaw, decode_ulaw, encode_alaw, encode_ulaw

Encode = Callable[[Pcm], Codes]
Decode = Callable[[Codes], Pcm]
CODES = np.arange(256, dtype=np.uint8)
SAMPLES = np.arange(-32768, 32768).astype(np.int16)


@pytest.fixture
def audioop() -> ModuleType:
    """Python's own codec, another hand than ours."""
    if importlib.util.find_spec("audioop") is None:
        pytest.skip("Python 3.13 has no audioop to compare with")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return importlib.import_module("audioop")


def test_every_code_is_decoded_as_python_does(audioop: ModuleType) -> None:
    assert decode_alaw(CODES).tobytes() == audioop.alaw2lin(CODES.tobytes(), 2)
    assert decode_ulaw(CODES).tobytes() == audioop.ulaw2lin(CODES.tobytes(), 2)


def test_every_sample_is_encoded_as_python_does(audioop: ModuleType) -> None:
    assert encode_alaw(SAMPLES).tobytes() == audioop.lin2alaw(SAMPLES.tobytes(), 2)
    assert encode_ulaw(SAMPLES).tobytes() == audioop.lin2ulaw(SAMPLES.tobytes(), 2)


def test_the_levels_are_those_of_the_recommendation() -> None:
    """G.711, tables 1a and 2a: the ends, the smallest levels and the first of the upper segments."""
    alaw = np.array([0xAA, 0x2A, 0xD5, 0x55, 0xD4, 0xC5, 0xF5, 0xA5], np.uint8)
    assert decode_alaw(alaw).tolist() == [32256, -32256, 8, -8, 24, 264, 528, 16896]
    ulaw = np.array([0x80, 0x00, 0xFF, 0x7F, 0xFE, 0x7E, 0xEF, 0x8F], np.uint8)
    assert decode_ulaw(ulaw).tolist() == [32124, -32124, 0, 0, 8, -8, 132, 16764]


def test_a_level_keeps_its_code() -> None:
    assert np.array_equal(encode_alaw(decode_alaw(CODES)), CODES)
    without_minus_zero = CODES[CODES != 0x7F]
    assert np.array_equal(encode_ulaw(decode_ulaw(without_minus_zero)), without_minus_zero)


@pytest.mark.parametrize(("encode", "decode"), [(encode_alaw, decode_alaw), (encode_ulaw, decode_ulaw)])
def test_a_sample_moves_by_a_thirtieth_of_itself_at_most(encode: Encode, decode: Decode) -> None:
    moved = np.abs(decode(encode(SAMPLES)).astype(np.int32) - SAMPLES)
    assert (moved <= np.abs(SAMPLES.astype(np.int32)) / 30 + 16).all()
