"""When a sample was spoken, of a microphone that comes and goes."""

import pytest

from appliance.service.microphone_time import MicrophoneTime
from appliance.service.network.clock import TickerClock


class Room:
    """A microphone whose samples are known `late_ms` after they were spoken."""

    def __init__(self) -> None:
        self.clock = TickerClock()
        self.written = 0
        self.time = MicrophoneTime(self.clock, lambda: self.written)

    def hear(self, until_ms: float, late_ms: float = 30.0, drift: float = 1.0) -> None:
        """Samples come in 32 ms blocks, `drift` times as fast as they should, until the clock shows that."""
        while self.clock.now_ms() < until_ms:
            self.clock.move_to(self.clock.now_ms() + 32 * drift)
            self.written += 512
            now_ms = self.clock.now_ms()
            self.clock.move_to(now_ms + late_ms)
            self.time.heard()
            self.clock.move_to(now_ms)

    def wait(self, until_ms: float) -> None:
        """Nothing comes, and somebody looks all the same."""
        while self.clock.now_ms() < until_ms:
            self.clock.move_to(self.clock.now_ms() + 100)
            self.time.heard()


def test_the_least_late_sample_tells_the_time() -> None:
    room = Room()
    room.hear(1_000, late_ms=80)
    room.hear(2_000, late_ms=30)
    room.hear(3_000, late_ms=400)
    assert room.time.ms_of(16_000) == pytest.approx(1_000 + 30)


def test_before_anything_was_heard_it_is_the_present() -> None:
    room = Room()
    room.clock.move_to(70)
    assert room.time.ms_of(0) == 70


def test_a_microphone_whose_clock_goes_wrong_is_followed() -> None:
    room = Room()
    room.hear(600_000, drift=1.0001)  # 60 ms slow by now
    assert room.time.ms_of(room.written) == pytest.approx(600_000 + 30, abs=40)
    room = Room()
    room.hear(600_000, drift=0.9999)
    assert room.time.ms_of(room.written) == pytest.approx(600_000 + 30, abs=40)


def test_after_a_gap_new_samples_have_the_new_time_and_old_ones_the_old() -> None:
    room = Room()
    room.hear(3_200)
    end = room.written
    room.wait(10_000)
    room.time.resume()
    room.hear(13_000)
    assert room.time.ms_of(end - 16_000) == pytest.approx(2_200 + 30, abs=1)
    assert room.time.ms_of(end + 16_000) == pytest.approx(10_000 + 1_000 + 30, abs=33)


def test_after_an_overrun_the_very_next_sample_has_the_right_time() -> None:
    room = Room()
    room.hear(20_000)
    room.wait(20_600)
    room.time.resume()
    room.hear(20_640)
    assert room.time.ms_of(room.written) == pytest.approx(room.clock.now_ms() + 30, abs=1)


def test_a_long_gap_in_which_somebody_looks_spoils_nothing() -> None:
    room = Room()
    room.hear(3_200)
    end = room.written
    room.wait(3_600_000)
    assert room.time.ms_of(end) == pytest.approx(3_200 + 30, abs=1)


def test_before_the_first_sample_after_a_gap_the_old_time_is_told() -> None:
    room = Room()
    room.hear(3_200)
    room.wait(10_000)
    room.time.resume()
    assert room.time.ms_of(room.written) == pytest.approx(3_200 + 30, abs=1)


def test_many_gaps_are_remembered_up_to_a_bound() -> None:
    room = Room()
    for number in range(1, 21):
        room.hear(number * 10_000 - 5_000)
        room.wait(number * 10_000)
        room.time.resume()
    room.hear(205_000)
    assert room.time.ms_of(room.written) == pytest.approx(205_000 + 30, abs=33)
    assert room.time.ms_of(0) > 0
