"""The bytes that a chain of APA102 is sent (APA102 data sheet, Shiji Lighting).

A start frame of 32 zero bits, a frame of 32 bits for each pixel (three ones, five bits of global brightness,
blue, green, red) and an end: each pixel passes the data on half a clock late, so half a bit of clock for
each pixel is needed behind them. Zeros there are harmless to the SK9822, a common clone, which ones are not.
"""

from collections.abc import Sequence
from math import ceil

from appliance.panel.patterns import Colour

_START = bytes(4)
_GLOBAL = 0xFF  # full: the shades are in the colours, whose pulses are the faster ones


def frame_bytes(pixels: Sequence[Colour], brightness: float) -> bytes:
    """What sets `pixels`, of which white at full light is dimmed to `brightness` (0…1)."""
    body = bytearray()
    for red, green, blue in pixels:
        body += bytes((_GLOBAL, *(_level(light * brightness) for light in (blue, green, red))))
    return _START + bytes(body) + bytes(4 + ceil(len(pixels) / 16))


def _level(light: float) -> int:
    """0…255; what is lit at all stays lit, however dim it is wished."""
    return max(round(light * 255), 1) if light > 0 else 0
