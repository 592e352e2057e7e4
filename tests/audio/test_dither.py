"""A loudspeaker that falls asleep in digital silence is kept awake, and nobody hears what keeps it so."""

import numpy as np
import pytest

from appliance.audio.dither import LEVEL, Dither
from appliance.audio.outlet import Outlet
from tests.audio.fake_devices import FakeSpeaker, FreeTime

RATE_HZ = 24_000
BLOCK = 480


def test_no_sample_is_zero_and_none_is_louder_than_one_step() -> None:
    dither = Dither(RATE_HZ)
    blocks = [dither.fill(np.zeros(BLOCK, np.int16)) for _ in range(200)]
    assert np.all(np.abs(np.concatenate(blocks)) == LEVEL)
    assert 20 * np.log10(LEVEL / 32_768) < -90


def test_it_is_noise_and_no_tone() -> None:
    noise = Dither(RATE_HZ).fill(np.zeros(RATE_HZ, np.int16)).astype(np.float64)
    spectrum = np.abs(np.fft.rfft(noise))
    assert spectrum.max() < 5 * np.sqrt(np.mean(spectrum**2))
    assert abs(noise.mean()) < 0.05


def test_sound_is_left_as_it_is() -> None:
    loud = np.array([32_767, -32_768, 1, -1, 500], np.int16)
    assert np.array_equal(Dither(RATE_HZ).fill(loud), loud)


@pytest.mark.parametrize(("device_hz", "channels"), [(24_000, 1), (48_000, 2)])
def test_a_device_that_is_kept_awake_gets_no_silent_block(device_hz: int, channels: int) -> None:
    speaker = FakeSpeaker(FreeTime().clock, device_hz, channels, capacity_ms=200_000, starts_at_samples=10**9)
    outlet = Outlet(speaker, RATE_HZ, keep_awake=True)
    for _ in range(50):
        outlet.write(np.zeros(BLOCK, np.int16))
    assert np.all(np.abs(speaker.written) == LEVEL)


def test_without_the_wish_silence_stays_silence() -> None:
    speaker = FakeSpeaker(FreeTime().clock, RATE_HZ, 1, capacity_ms=200_000, starts_at_samples=10**9)
    outlet = Outlet(speaker, RATE_HZ)
    outlet.write(np.zeros(BLOCK, np.int16))
    assert not speaker.written.any()
