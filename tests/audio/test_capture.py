"""The capture thread, on microphones made of queues."""

import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from appliance.audio.capture import REOPEN_EVERY_S, STALL_S, STILL_S, CaptureThread
from appliance.audio.process_link import NotWanted
from appliance.audio.seam import READ_WAIT_S, CaptureDevice
from appliance.conversation.vocabulary import DeviceChanged, DeviceState
from appliance.errors import DeviceError
from appliance.pcm.ring import SampleRing
from tests.audio.fake_devices import PATIENCE_S, FakeMicrophone, News

RING_HZ = 16_000


class Room:
    """A capture thread at work, and all that it says."""

    def __init__(self, microphone: FakeMicrophone | None = None, first: CaptureDevice | None = None) -> None:
        self.microphone = microphone or FakeMicrophone()
        self.replacements: list[FakeMicrophone | DeviceError] = []
        self.ring = SampleRing.allocate(20 * RING_HZ)
        self.wake = threading.Event()
        self.news = News()
        self.warnings = News()
        self.faults = News()
        self.resumed: list[int] = []
        self.capture = CaptureThread(
            first or self.microphone,
            self._reopen,
            self.ring,
            RING_HZ,
            self.wake,
            self.news.put,
            self.faults.put,
            lambda: self.resumed.append(self.ring.written),
            self.warnings.put,
        )
        self.capture.start()

    def _reopen(self, previous: str, keep_on: Callable[[], bool]) -> FakeMicrophone:
        while not self.replacements:
            if not keep_on():
                raise NotWanted("the test is over")
        replacement = self.replacements.pop(0)
        if isinstance(replacement, DeviceError):
            raise replacement
        self.microphone = replacement
        return replacement

    def wait_for(self, samples: int) -> None:
        """Return when so many samples stand in the ring."""
        while self.ring.written < samples:
            assert self.wake.wait(PATIENCE_S)
            self.wake.clear()


@pytest.fixture
def room() -> Iterator[Room]:
    room = Room(FakeMicrophone())
    yield room
    assert room.capture.stop()


def numbered(start: int, count: int = 512) -> bytes:
    return np.arange(start, start + count, dtype=np.int16).tobytes()


def lost(reason: str) -> DeviceChanged:
    return DeviceChanged("microphone", DeviceState.LOST, "fake", reason)


def ready(name: str = "fake") -> DeviceChanged:
    return DeviceChanged("microphone", DeviceState.READY, name)


def test_blocks_stand_in_the_ring_in_order_and_the_reader_is_woken(room: Room) -> None:
    for start in (0, 512, 1024):
        room.microphone.arrivals.put(numbered(start))
        assert room.wake.wait(PATIENCE_S)
        room.wake.clear()
    assert np.array_equal(room.ring.read(0, 1536)[1], np.arange(1536))


def test_a_late_block_is_waited_for(room: Room) -> None:
    room.microphone.arrivals.put(None)
    room.microphone.arrivals.put(numbered(0))
    room.wait_for(512)
    assert room.news.empty


def test_of_several_channels_the_first_is_taken() -> None:
    room = Room(FakeMicrophone(channels=6))
    array = np.full((512, 6), -9, np.int16)
    array[:, 0] = np.arange(512)
    room.microphone.arrivals.put(array.tobytes())
    room.wait_for(512)
    assert room.capture.stop()
    assert np.array_equal(room.ring.read(0, 512)[1], np.arange(512))


def test_a_dead_channel_is_told_once_and_the_other_one_is_heard() -> None:
    room = Room(FakeMicrophone(channels=2))
    said = np.zeros((8 * 512, 2), np.int16)
    said[:, 1] = 4000 * np.sin(np.arange(len(said)) / 8)
    for at in range(0, len(said), 512):
        room.microphone.arrivals.put(said[at : at + 512].tobytes())
    room.wait_for(len(said))
    reason = "nothing comes from its left channel, so it is heard by the other one"
    assert room.news.next() == DeviceChanged("microphone", DeviceState.READY, "fake", reason)
    assert room.news.empty
    assert room.capture.stop()


def test_a_microphone_that_falls_silent_for_good_is_lost(room: Room) -> None:
    room.microphone.arrivals.put(numbered(0))
    for _ in range(round(STALL_S / READ_WAIT_S)):
        room.microphone.arrivals.put(None)
    assert room.news.next() == lost("the microphone 'fake' has stopped delivering sound")


def test_a_sign_of_life_starts_the_wait_anew(room: Room) -> None:
    for _ in range(5):
        for _ in range(round(STALL_S / READ_WAIT_S) - 1):
            room.microphone.arrivals.put(None)
        room.microphone.arrivals.put(numbered(0))
    room.wait_for(5 * 512)
    assert room.news.empty


def test_a_lost_microphone_is_told_closed_and_opened_again(room: Room) -> None:
    first = room.microphone
    first.arrivals.put(numbered(0))
    first.arrivals.put(DeviceError("pulled"))
    assert room.news.next() == lost("pulled")
    assert first.closed_by == "microphone"
    back = FakeMicrophone()
    back.arrivals.put(numbered(512))
    room.replacements += [DeviceError("not there"), back]
    assert room.news.next() == ready()
    room.wait_for(1024)
    assert np.array_equal(room.ring.read(0, 1024)[1], np.arange(1024))
    assert room.resumed == [0, 512]


def test_a_microphone_that_opens_and_delivers_nothing_is_not_ready(room: Room) -> None:
    room.microphone.arrivals.put(DeviceError("pulled"))
    assert room.news.next() == lost("pulled")
    dumb, good = FakeMicrophone(), FakeMicrophone(name="good")
    dumb.arrivals.put(DeviceError("pulled again"))
    good.arrivals.put(numbered(0))
    room.replacements += [dumb, good]
    assert room.news.next() == ready("good")


def test_a_microphone_that_comes_back_with_another_rate_is_converted(room: Room) -> None:
    room.microphone.arrivals.put(bytes(1024))
    room.microphone.arrivals.put(DeviceError("pulled"))
    assert room.news.next() == lost("pulled")
    other = FakeMicrophone(rate_hz=48_000)
    tone = 8_000 * np.sin(2 * np.pi * 1_000 * np.arange(48_000) / 48_000)
    other.arrivals.put(tone.astype(np.int16).tobytes())
    room.replacements.append(other)
    room.wait_for(512 + 15_000)
    heard = room.ring.read(512 + 1_000, 8_000)[1]
    spectrum = abs(np.fft.rfft(heard.astype(float)))
    assert np.argmax(spectrum) * RING_HZ / 8_000 == pytest.approx(1_000, abs=2)


def test_a_muted_microphone_is_closed_and_that_is_no_news(room: Room) -> None:
    first = room.microphone
    first.arrivals.put(numbered(0))
    room.wait_for(512)
    room.capture.set_muted(True)
    assert first.closed.wait(PATIENCE_S)
    back = FakeMicrophone()
    back.arrivals.put(numbered(512))
    room.replacements.append(back)
    room.capture.set_muted(False)
    room.wait_for(1024)
    assert room.news.empty
    assert room.resumed == [0, 512]


def test_a_microphone_that_is_gone_when_it_is_wanted_again_is_news(room: Room) -> None:
    room.microphone.arrivals.put(numbered(0))
    room.wait_for(512)
    room.capture.set_muted(True)
    assert room.microphone.closed.wait(PATIENCE_S)
    room.replacements.append(DeviceError("there is no microphone"))
    room.capture.set_muted(False)
    assert room.news.next() == lost("there is no microphone")


def still(microphone: FakeMicrophone, seconds: float, sample: int = 0) -> FakeMicrophone:
    second = np.full(RING_HZ, sample, np.int16).tobytes()
    for _ in range(round(seconds)):
        microphone.arrivals.put(second)
    return microphone


def make_silent(room: Room, sample: int = 0) -> DeviceChanged:
    """Let opening it again be of no help; what is told then."""
    room.replacements.append(still(FakeMicrophone(), STILL_S, sample))
    still(room.microphone, STILL_S, sample)
    silent = room.news.next()
    assert isinstance(silent, DeviceChanged)
    return silent


def test_a_microphone_that_delivers_nothing_but_a_constant_is_opened_again(room: Room) -> None:
    first, second = room.microphone, FakeMicrophone()
    room.replacements.append(second)
    still(first, STILL_S, sample=-3)
    assert first.closed.wait(PATIENCE_S)
    second.arrivals.put(numbered(0))
    room.wait_for(round(STILL_S) * RING_HZ + 512)
    assert room.news.empty
    assert room.warnings.empty


@pytest.mark.parametrize(("sample", "words"), [(0, "digital silence"), (9, "one and the same sample")])
def test_where_that_did_not_help_it_is_told_once_and_is_no_loss(room: Room, sample: int, words: str) -> None:
    silent = make_silent(room, sample)
    assert (silent.state, silent.name) == (DeviceState.SILENT, "fake")
    assert f"nothing but {words} for 10 s" in silent.reason
    assert room.warnings.next() == silent.reason
    still(room.microphone, 2, sample)
    room.wait_for(round(2 * STILL_S + 2) * RING_HZ)
    assert room.news.empty
    assert room.warnings.empty


def test_while_it_stays_silent_it_is_opened_again_now_and_then(room: Room) -> None:
    make_silent(room)
    silent = room.microphone
    room.replacements.append(FakeMicrophone())
    still(silent, REOPEN_EVERY_S - STILL_S)
    assert silent.closed.wait(PATIENCE_S)
    assert room.news.empty


def test_with_its_first_other_sample_a_silent_microphone_is_ready(room: Room) -> None:
    assert make_silent(room).state is DeviceState.SILENT
    room.microphone.arrivals.put(numbered(0))
    room.microphone.arrivals.put(numbered(512))
    assert room.news.next() == ready()
    room.wait_for(round(2 * STILL_S) * RING_HZ + 1024)
    assert room.news.empty


def test_a_silent_microphone_stays_silent_over_a_mute_until_it_is_heard(room: Room) -> None:
    assert make_silent(room).state is DeviceState.SILENT
    room.capture.set_muted(True)
    assert room.microphone.closed.wait(PATIENCE_S)
    back = FakeMicrophone(name="back")
    back.arrivals.put(bytes(1024))
    back.arrivals.put(numbered(0))
    room.replacements.append(back)
    room.capture.set_muted(False)
    assert room.news.next() == ready("back")


def test_a_beat_is_a_block_or_a_try_to_open(room: Room) -> None:
    room.microphone.arrivals.put(numbered(0))
    room.wait_for(512)
    assert room.capture.beats == 1
    back = FakeMicrophone()
    room.replacements += [DeviceError("not there"), back]
    room.microphone.arrivals.put(DeviceError("pulled"))
    back.arrivals.put(numbered(512))
    room.wait_for(1024)
    assert room.capture.beats == 4


def test_an_unexpected_exception_is_a_fault_of_ours(room: Room) -> None:
    room.microphone.arrivals.put(ZeroDivisionError())
    assert isinstance(room.faults.next(), ZeroDivisionError)
    assert room.news.empty


def test_overruns_of_all_microphones_are_counted(room: Room) -> None:
    room.microphone.overruns = 2
    room.microphone.arrivals.put(numbered(0))
    room.wait_for(512)
    room.microphone.arrivals.put(DeviceError("pulled"))
    other = FakeMicrophone()
    other.overruns = 3
    other.arrivals.put(numbered(0))
    room.replacements.append(other)
    room.wait_for(1024)
    assert room.capture.overruns == 5


def test_after_an_overrun_the_samples_begin_anew(room: Room) -> None:
    for overruns, start in ((0, 0), (0, 512), (1, 1024), (1, 1536), (3, 2048)):
        room.microphone.overruns = overruns
        room.microphone.arrivals.put(numbered(start))
        room.wait_for(start + 512)
    assert room.resumed == [0, 1024, 2048]


def test_stop_ends_the_thread_while_it_waits_for_sound(room: Room) -> None:
    assert room.capture.stop()
    assert room.microphone.closed_by == "microphone"
    assert room.news.empty


def test_stop_ends_the_thread_while_there_is_no_microphone(room: Room) -> None:
    room.microphone.arrivals.put(DeviceError("pulled"))
    assert room.news.next() == lost("pulled")
    assert room.capture.stop()


def test_a_thread_that_hangs_is_left_behind() -> None:
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
