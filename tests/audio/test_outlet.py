"""A loudspeaker of any rate, at the playout's rate."""

import numpy as np
import pytest

from appliance.audio.outlet import Outlet
from appliance.pcm.formats import Pcm
from tests.audio.fake_devices import FakeSpeaker, FreeTime

RATES_HZ = (8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000)


def device(rate_hz: int, channels: int = 1) -> FakeSpeaker:
    return FakeSpeaker(FreeTime().clock, rate_hz, channels, capacity_ms=200_000, starts_at_samples=10**9)


def play(outlet: Outlet, pcm: Pcm) -> None:
    for at in range(0, len(pcm), outlet.block_samples):
        outlet.write(pcm[at : at + outlet.block_samples])


def test_equal_rates_go_through_untouched_on_every_channel() -> None:
    speaker = device(24_000, channels=2)
    outlet = Outlet(speaker, 24_000)
    pcm = np.arange(480, dtype=np.int16)
    outlet.write(pcm)
    assert outlet.held_samples == 0
    assert np.array_equal(speaker.written, np.repeat(pcm, 2))


@pytest.mark.parametrize("playout_hz", [16_000, 24_000, 44_100, 48_000])
@pytest.mark.parametrize("device_hz", RATES_HZ)
def test_a_block_in_is_a_block_out_from_the_first_one_on(playout_hz: int, device_hz: int) -> None:
    speaker = device(device_hz)
    outlet = Outlet(speaker, playout_hz)
    block = np.ones(outlet.block_samples, np.int16)
    for number in range(1, 5_000):
        outlet.write(block)
        assert speaker.written_frames == number * outlet.block_samples * device_hz // playout_hz


@pytest.mark.parametrize(("playout_hz", "device_hz"), [(24_000, 48_000), (24_000, 44_100), (48_000, 16_000)])
def test_the_delay_tells_when_a_sample_is_heard(playout_hz: int, device_hz: int) -> None:
    speaker = device(device_hz)
    outlet = Outlet(speaker, playout_hz)
    click = np.zeros(playout_hz, np.int16)
    at = 30 * outlet.block_samples
    click[at : at + playout_hz // 1000] = 8_000
    play(outlet, click[:at])
    told_s = outlet.delay_samples() / playout_hz
    play(outlet, click[at:])
    loud = np.flatnonzero(speaker.written > 4_000)[0] / device_hz
    assert loud == pytest.approx(told_s, abs=0.001)


@pytest.mark.parametrize("device_hz", [r for r in RATES_HZ if r >= 16_000])
def test_between_usual_rates_it_holds_no_more_than_a_block_and_a_bit(device_hz: int) -> None:
    for playout_hz in (24_000, 44_100, 48_000):
        assert Outlet(device(device_hz), playout_hz).held_samples <= playout_hz * 23 // 1000


def test_the_capacity_counts_what_the_converter_holds() -> None:
    speaker = FakeSpeaker(FreeTime().clock, 48_000, capacity_ms=60)
    outlet = Outlet(speaker, 24_000)
    assert outlet.capacity_samples == 1440 + outlet.held_samples
