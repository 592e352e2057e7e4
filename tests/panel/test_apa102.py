"""The bytes on the wire are those of the data sheet."""

import pytest

from appliance.panel.apa102 import frame_bytes

RED, OFF = (1.0, 0.0, 0.0), (0.0, 0.0, 0.0)


def test_a_pixel_is_full_brightness_blue_green_red() -> None:
    assert frame_bytes([(0.2, 0.4, 0.6)], 1.0)[4:8] == bytes((0xFF, 153, 102, 51))


def test_it_begins_with_32_zero_bits_and_one_pixel_follows_the_other() -> None:
    frame = frame_bytes([RED, OFF, RED], 1.0)
    assert frame[:16] == bytes((0, 0, 0, 0, 255, 0, 0, 255, 255, 0, 0, 0, 255, 0, 0, 255))


@pytest.mark.parametrize("count", [1, 3, 12, 64])
def test_the_last_pixel_has_its_clock(count: int) -> None:
    """Half a bit for each pixel, and 32 bits more for the clones that latch by them."""
    end_bits = 8 * (len(frame_bytes([RED] * count, 1.0)) - 4 - 4 * count)
    assert end_bits >= 32 + count // 2


def test_what_is_lit_is_never_dimmed_away() -> None:
    assert frame_bytes([(0.01, 0.0, 0.0)], 0.01)[4:8] == bytes((0xFF, 0, 0, 1))
