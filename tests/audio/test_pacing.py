"""How much is queued in the loudspeaker's device."""

import numpy as np
import pytest

from appliance.audio.outlet import Outlet
from appliance.audio.pacing import MAX_QUEUED_MS, STALL_S, SWALLOWED_S, Pacer
from appliance.errors import DeviceError
from tests.audio.fake_devices import FakeSpeaker, FreeTime


def paced(speaker: FakeSpeaker, time: FreeTime, playout_hz: int = 0) -> Pacer:
    """A pacer on `speaker`, at its rate or through a converter."""
    return Pacer(Outlet(speaker, playout_hz or speaker.rate_hz), time.clock, time.sleep)


def speak(pacer: Pacer, speaker: FakeSpeaker, blocks: int) -> list[int]:
    """Write so many blocks; returns the delay that each of them met."""
    delays = []
    for _ in range(blocks):
        delays.append(pacer.wait_for_room(speaker.block_samples))
        speaker.write(bytes(2 * speaker.block_samples))
    return delays


@pytest.mark.parametrize("late_ms", [0, 5, 15])
@pytest.mark.parametrize("rate_hz", [16_000, 24_000, 44_100, 48_000])
def test_never_more_than_the_limit_and_never_dry(rate_hz: int, late_ms: int) -> None:
    time = FreeTime(late_ms / 1000)
    speaker = FakeSpeaker(time.clock, rate_hz)
    pacer = paced(speaker, time)
    speak(pacer, speaker, 500)
    assert speaker.most_queued <= rate_hz * MAX_QUEUED_MS // 1000
    assert (speaker.ran_dry, pacer.underruns, pacer.beyond_limit) == (0, 0, 0)


def test_the_stream_runs_as_fast_as_the_device_plays() -> None:
    time = FreeTime()
    speaker = FakeSpeaker(time.clock)
    speak(paced(speaker, time), speaker, 500)
    assert time.now_s == pytest.approx(500 * 0.020 - MAX_QUEUED_MS / 1000, abs=0.003)


def test_the_delay_that_is_told_is_what_stands_before_the_block() -> None:
    time = FreeTime()
    speaker = FakeSpeaker(time.clock)
    delays = speak(paced(speaker, time), speaker, 5)
    assert delays == [0, 480, 480, 480, 480]


@pytest.mark.parametrize("step_ms", [5, 10, 20])
def test_of_a_device_that_tells_its_progress_in_steps_the_delay_is_true_to_3_ms(step_ms: int) -> None:
    time = FreeTime(late_s=0.0003)
    speaker = FakeSpeaker(time.clock, step_samples=24 * step_ms)
    pacer = paced(speaker, time)
    speak(pacer, speaker, 10)
    for _ in range(200):
        told = pacer.wait_for_room(speaker.block_samples)
        assert told - speaker.queued <= 3 * 24
        speaker.write(bytes(2 * speaker.block_samples))


def test_a_device_that_only_starts_with_more_gets_it_and_it_is_counted() -> None:
    time = FreeTime()
    speaker = FakeSpeaker(time.clock, starts_at_samples=1440)
    pacer = paced(speaker, time)
    speak(pacer, speaker, 50)
    assert pacer.beyond_limit == 1
    assert pacer.underruns == 0


def test_a_machine_that_wakes_too_late_is_counted() -> None:
    time = FreeTime()
    speaker = FakeSpeaker(time.clock)
    pacer = paced(speaker, time)
    speak(pacer, speaker, 10)
    time.now_s += 0.2
    speak(pacer, speaker, 10)
    assert pacer.underruns == 1


def test_a_device_that_stands_still_is_lost() -> None:
    time = FreeTime()
    speaker = FakeSpeaker(time.clock, starts_at_samples=10**6)
    pacer = paced(speaker, time)
    with pytest.raises(DeviceError, match=r"^the loudspeaker 'fake' has stopped playing$"):
        speak(pacer, speaker, 10)
    assert time.now_s == pytest.approx(STALL_S, abs=0.2)


def test_a_device_that_swallows_everything_at_once_plays_nothing() -> None:
    time = FreeTime()
    speaker = FakeSpeaker(lambda: 1000 * time.now_s)
    pacer = paced(speaker, time)

    def swallow() -> None:
        for _ in range(200):
            pacer.wait_for_room(speaker.block_samples)
            time.now_s += 0.0001  # a write, on its way
            speaker.write(bytes(2 * speaker.block_samples))

    with pytest.raises(DeviceError, match=r"^the loudspeaker 'fake' takes sound without playing it$"):
        swallow()
    assert speaker.written_frames <= (SWALLOWED_S + 0.1) * speaker.rate_hz + speaker.capacity_samples


def test_a_device_whose_clock_is_a_little_fast_is_none_that_plays_nothing() -> None:
    time = FreeTime()
    speaker = FakeSpeaker(lambda: 1.002 * time.now_s)
    speak(paced(speaker, time), speaker, 60_000)
    assert time.now_s > 1000


@pytest.mark.parametrize(("playout_hz", "device_hz"), [(24_000, 48_000), (48_000, 44_100), (24_000, 44_100)])
def test_a_converter_never_lets_the_device_run_dry(playout_hz: int, device_hz: int) -> None:
    time = FreeTime(0.005)
    speaker = FakeSpeaker(time.clock, device_hz)
    outlet = Outlet(speaker, playout_hz)
    pacer = Pacer(outlet, time.clock, time.sleep)
    for _ in range(500):
        pacer.wait_for_room(outlet.block_samples)
        outlet.write(np.zeros(outlet.block_samples, np.int16))
    assert speaker.most_queued <= device_hz * MAX_QUEUED_MS // 1000
    assert (speaker.ran_dry, pacer.underruns, pacer.beyond_limit) == (0, 0, 0)
