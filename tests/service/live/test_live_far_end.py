"""The far end of two devices, with a clock that the test moves."""

import numpy as np

from appliance.hearing.echo.far_alignment import READ_AHEAD_MS
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from appliance.pcm.ring import SampleRing
from appliance.service.live.live_far_end import LOST_S, LiveFarEnd

BLOCK = 320  # 20 ms, of both devices
AHEAD = round(READ_AHEAD_MS * NEAR_RATE_HZ / 1000)
QUEUED = 640


class Room:
    """Both devices deliver and take 20 ms every 20 ms, and nothing is late."""

    def __init__(self, echo_delay_ms: float = 0.0) -> None:
        self.now_s = 100.0
        self.ring = SampleRing.allocate(NEAR_RATE_HZ)
        self.far = LiveFarEnd(self.ring, NEAR_RATE_HZ, echo_delay_ms, clock=lambda: self.now_s)
        self.near_written = self.rendered = self.underruns = 0
        self.hears = True

    def sound(self, start: int, count: int) -> Pcm:
        return ((np.arange(start, start + count) * 37) % 4001 - 2000).astype(np.int16)

    def run(self, seconds: float, *, sounds: bool = True, plays: bool = True, records: bool = True) -> None:
        for _ in range(round(seconds * 50)):
            self.now_s += BLOCK / NEAR_RATE_HZ
            if plays:
                block = self.sound(self.rendered, BLOCK)
                self.ring.write(block if sounds else np.zeros(BLOCK, np.int16))
                self.far.rendered(self.now_s, self.rendered - QUEUED, self.underruns)
                self.rendered += BLOCK
            if records:
                self.near_written += BLOCK
                self.far.captured(self.near_written)
                if self.hears:
                    self.far.read_into(self.near_written - BLOCK, np.ones(BLOCK, np.int16))

    def read(self) -> Pcm:
        out = np.ones(BLOCK, np.int16)
        assert self.far.read_into(self.near_written - BLOCK, out)
        return out


def test_what_left_the_loudspeaker_is_what_is_read() -> None:
    room = Room()
    room.run(5)
    leaving = room.rendered - BLOCK - QUEUED + AHEAD
    assert np.array_equal(room.read(), room.sound(leaving - BLOCK, BLOCK))


def test_with_a_measured_delay_it_is_read_as_much_earlier_less_a_margin() -> None:
    room = Room(echo_delay_ms=READ_AHEAD_MS + 20)
    room.run(5)
    leaving = room.rendered - BLOCK - QUEUED - BLOCK
    assert np.array_equal(room.read(), room.sound(leaving - BLOCK, BLOCK))


def test_after_an_underrun_it_is_right_again_at_once() -> None:
    room = Room()
    room.run(5)
    room.now_s += 0.1
    room.near_written += round(0.1 * NEAR_RATE_HZ)
    room.underruns += 1
    room.run(0.2)
    leaving = room.rendered - BLOCK - QUEUED + AHEAD
    assert np.array_equal(room.read(), room.sound(leaving - BLOCK, BLOCK))


def test_a_loudspeaker_that_is_away_plays_nothing_and_is_not_lost() -> None:
    room = Room()
    room.run(3)
    room.run(1, plays=False)
    assert not room.read().any()
    room.run(2, sounds=False)
    assert not room.far.lost


def test_what_sounds_and_is_never_read_is_lost_until_it_is() -> None:
    room = Room()
    room.run(2)
    room.hears = False
    room.run(LOST_S / 2)
    assert not room.far.lost
    room.run(LOST_S)
    assert room.far.lost
    room.hears = True
    room.run(0.1)
    assert not room.far.lost


def test_while_the_microphone_is_away_nothing_is_lost() -> None:
    room = Room()
    room.run(2)
    room.run(3, records=False)
    assert not room.far.lost
    room.far.resumed()
    room.hears = False
    room.run(0.5)
    assert not room.far.lost


def test_in_silence_nothing_is_lost() -> None:
    room = Room()
    room.hears = False
    room.run(5, sounds=False)
    assert not room.far.lost
