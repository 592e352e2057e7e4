"""From a microphone's bytes to the samples of the ring."""

import numpy as np
import pytest

from appliance.audio.intake import Intake

RING_HZ = 16_000


def test_what_fits_goes_through_untouched() -> None:
    block = np.arange(-256, 256, dtype=np.int16)
    assert np.array_equal(Intake(RING_HZ, 1, RING_HZ).take(block.tobytes()), block)


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 22_050, 32_000, 44_100, 48_000, 96_000, 192_000])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_every_rate_and_number_of_channels_ends_as_the_same_sound(rate_hz: int, channels: int) -> None:
    intake = Intake(rate_hz, channels, RING_HZ)
    tone = (8_000 * np.sin(2 * np.pi * 1_000 * np.arange(2 * rate_hz) / rate_hz)).astype(np.int16)
    frames = np.repeat(tone, channels)
    step = rate_hz * 32 // 1000 * channels
    heard = np.concatenate(
        [intake.take(frames[at : at + step].tobytes()) for at in range(0, len(frames), step)]
    )
    assert len(heard) == pytest.approx(2 * RING_HZ, abs=RING_HZ // 10)
    expected = 8_000 * np.sin(2 * np.pi * 1_000 * np.arange(len(heard)) / RING_HZ)
    middle = slice(RING_HZ // 2, 3 * RING_HZ // 2)
    assert abs(heard[middle] - expected[middle]).max() < 80, "index n is the instant n / 16000 s"


SECOND = np.zeros((48_000, 2), np.int16)


@pytest.mark.parametrize("frame", [(0, 0), (-5, 1200)])
def test_the_same_frame_over_and_over_is_stillness_until_another_one_comes(frame: tuple[int, int]) -> None:
    intake = Intake(48_000, 2, RING_HZ)
    for _ in range(10):
        intake.take((SECOND + np.array(frame, np.int16)).tobytes())
    assert intake.still_s == 10.0
    assert intake.zero == (frame == (0, 0))
    intake.take(np.arange(96, dtype=np.int16).tobytes())
    assert intake.still_s == 0.0


def test_another_constant_is_a_new_stillness() -> None:
    intake = Intake(48_000, 2, RING_HZ)
    intake.take(SECOND.tobytes())
    intake.take((SECOND + np.int16(7)).tobytes())
    assert intake.still_s == 1.0
    assert not intake.zero


def test_the_faintest_noise_is_a_sign_of_life() -> None:
    intake = Intake(RING_HZ, 1, RING_HZ)
    second = np.zeros(RING_HZ, np.int16)
    second[77] = -1
    for _ in range(20):
        intake.take(second.tobytes())
        assert intake.still_s == 0.0
