"""A-law and µ-law (ITU-T G.711): 8-bit codes, as telephone lines and old recordings have them.

Each code stands for one level, and each sample for one code, so both ways are a look into a table.
"""

import numpy as np
import numpy.typing as npt

from appliance.pcm.formats import Pcm

Codes = npt.NDArray[np.uint8]

_SIGN = 0x80
_EVEN_BITS = 0x55  # A-law inverts every other bit on the line
_MU_BIAS = 33  # of the 14-bit magnitude, so that every segment begins at a power of two


def decode_alaw(codes: Codes) -> Pcm:
    """The level of each A-law code, same shape; the largest magnitude is 32256."""
    return _ALAW_LEVELS[codes]


def decode_ulaw(codes: Codes) -> Pcm:
    """The level of each µ-law code, same shape; the largest magnitude is 32124."""
    return _ULAW_LEVELS[codes]


def encode_alaw(pcm: Pcm) -> Codes:
    """The A-law code in whose step each sample lies, same shape."""
    return _ALAW_CODES[pcm.view(np.uint16)]


def encode_ulaw(pcm: Pcm) -> Codes:
    """The µ-law code in whose step each sample lies, same shape.

    Of a sample the upper 14 bits count, and -1 therefore as -4: so it is done everywhere in the field.
    """
    return _ULAW_CODES[pcm.view(np.uint16)]


def _alaw_levels() -> Pcm:
    code = np.arange(256) ^ _EVEN_BITS
    segment, step = (code >> 4) & 7, code & 15
    middle = 2 * step + 1  # of the step, in halves of it
    magnitude = np.where(segment == 0, middle, (middle + 32) << np.maximum(segment - 1, 0)) << 3
    return np.where(code & _SIGN, magnitude, -magnitude).astype(np.int16)


def _ulaw_levels() -> Pcm:
    code = ~np.arange(256)
    segment, step = (code >> 4) & 7, code & 15
    magnitude = (((2 * step + _MU_BIAS) << segment) - _MU_BIAS) << 2
    return np.where(code & _SIGN, -magnitude, magnitude).astype(np.int16)


_ALAW_LEVELS = _alaw_levels()
_ULAW_LEVELS = _ulaw_levels()


def _codes(
    magnitude: npt.NDArray[np.int64], levels: npt.NDArray[np.int64], upward: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """The code of each magnitude: that of the step in which it lies.

    `levels` are the 128 positive ones, rising, and `upward` their codes.
    Steps are as wide as the distance between levels within their segment of 16, and begin half of it
    below their level (the decision values of the recommendation).
    """
    widths = np.repeat(np.diff(levels)[::16], 16)
    return upward[np.searchsorted(levels - widths // 2, magnitude, side="right") - 1]


def _alaw_codes() -> Codes:
    upward = np.arange(128) ^ _EVEN_BITS | _SIGN
    levels = _ALAW_LEVELS[upward].astype(np.int64)
    codes = _codes(np.where(_SAMPLES < 0, ~_SAMPLES, _SAMPLES), levels, upward)
    return np.where(_SAMPLES < 0, codes ^ _SIGN, codes).astype(np.uint8)


def _ulaw_codes() -> Codes:
    upward = 255 - np.arange(128)
    levels = _ULAW_LEVELS[upward].astype(np.int64) >> 2
    codes = _codes(np.abs(_SAMPLES >> 2), levels, upward)
    return np.where(_SAMPLES < 0, codes ^ _SIGN, codes).astype(np.uint8)


# Every sample, at the place of its bits taken as an unsigned number: so the tables of codes are ordered.
_SAMPLES = np.arange(1 << 16).astype(np.uint16).view(np.int16).astype(np.int64)
_ALAW_CODES = _alaw_codes()
_ULAW_CODES = _ulaw_codes()
