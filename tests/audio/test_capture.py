"""The capture thread, on a microphone made of a queue."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from appliance.audio.capture import STALL_S, CaptureThread
from appliance.audio.seam import READ_WAIT_S
from appliance.errors import DeviceError
from appliance.pcm.ring import SampleRing
from tests.audio.fake_devices import PATIENCE_S, FakeMicrophone


class Room:
    """A capture thread at work, and all that it says."""

    def __init__(self, microphone: FakeMicrophone) -> None:
        self.microphone = microphone
        self.ring = SampleRing.allocate(16_000)
        self.wake = threading.Event()
        self.ended = threading.Event()
        self.lost: DeviceError | None = None
        self.fault: Exception | None = None
        self.capture = CaptureThread(microphone, self.ring, self.wake, self._on_lost, self._on_fault)
        self.capture.start()

    def _on_lost(self, error: DeviceError) -> None:
        self.lost = error
        self.ended.set()

    def _on_fault(self, error: Exception) -> None:
        self.fault = error
        self.ended.set()


@pytest.fixture
def room() -> Iterator[Room]:
    room = Room(FakeMicrophone())
    yield room
    assert room.capture.stop()


def numbered(start: int, count: int = 512, channels: int = 1) -> bytes:
    return np.repeat(np.arange(start, start + count, dtype=np.int16), channels).tobytes()


def test_blocks_stand_in_the_ring_in_order_and_the_reader_is_woken(room: Room) -> None:
    for start in (0, 512, 1024):
        room.microphone.arrivals.put(numbered(start))
        assert room.wake.wait(PATIENCE_S)
        room.wake.clear()
    assert room.ring.written == 1536
    assert np.array_equal(room.ring.read(0, 1536)[1], np.arange(1536))


def test_a_late_block_is_waited_for(room: Room) -> None:
    room.microphone.arrivals.put(None)
    room.microphone.arrivals.put(numbered(0))
    assert room.wake.wait(PATIENCE_S)
    assert room.lost is None


def test_of_several_channels_the_first_is_taken() -> None:
    room = Room(FakeMicrophone(channels=2))
    stereo = np.column_stack((np.arange(512), np.full(512, -9))).astype(np.int16)
    room.microphone.arrivals.put(stereo.tobytes())
    assert room.wake.wait(PATIENCE_S)
    assert room.capture.stop()
    assert np.array_equal(room.ring.read(0, 512)[1], np.arange(512))


def test_a_microphone_that_falls_silent_for_good_is_lost(room: Room) -> None:
    for _ in range(round(STALL_S / READ_WAIT_S)):
        room.microphone.arrivals.put(None)
    assert room.ended.wait(PATIENCE_S)
    assert str(room.lost) == "the microphone 'fake' has stopped delivering sound"


def test_a_sign_of_life_starts_the_wait_anew(room: Room) -> None:
    for _ in range(5):
        for _ in range(round(STALL_S / READ_WAIT_S) - 1):
            room.microphone.arrivals.put(None)
        room.microphone.arrivals.put(numbered(0))
    while room.ring.written < 5 * 512:
        assert room.wake.wait(PATIENCE_S)
        room.wake.clear()
    assert room.lost is None


def test_a_device_failure_is_an_event_and_the_thread_lets_go_of_the_device(room: Room) -> None:
    room.microphone.arrivals.put(DeviceError("pulled"))
    assert room.ended.wait(PATIENCE_S)
    assert str(room.lost) == "pulled"
    assert room.fault is None
    assert room.capture.stop()
    assert room.microphone.closed_by == "capture"


def test_an_unexpected_exception_is_a_fault_of_ours(room: Room) -> None:
    room.microphone.arrivals.put(ZeroDivisionError())
    assert room.ended.wait(PATIENCE_S)
    assert isinstance(room.fault, ZeroDivisionError)
    assert room.lost is None


def test_stop_ends_the_thread_while_it_waits_for_sound(room: Room) -> None:
    assert room.capture.stop()
    assert room.microphone.closed_by == "capture"
    assert room.lost is None


def test_a_thread_that_hangs_in_its_driver_is_left_behind() -> None:
    class Hanging(FakeMicrophone):
        released = threading.Event()

        def read(self) -> bytes | None:
            self.released.wait(PATIENCE_S)
            return None

    microphone = Hanging()
    room = Room(microphone)
    assert not room.capture.stop()
    assert microphone.closed_by is None
    microphone.released.set()
    assert room.capture.stop()
