"""The speaker thread, on a loudspeaker and a clock that the test moves."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from appliance.audio.playout import Playout, PlayoutOptions
from appliance.audio.playout_events import AnswerAudible, AnswerHeard, PlayoutEvent
from appliance.audio.speaker import Speaker
from appliance.errors import DeviceError
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from appliance.pcm.ring import SampleRing
from tests.audio.fake_devices import PATIENCE_S, FakeSpeaker, SteppedTime

RATE_HZ = 24_000


class Room:
    """A speaker at work, and all that it says."""

    def __init__(self, channels: int = 1) -> None:
        self.time = SteppedTime()
        self.device = FakeSpeaker(self.time.clock, RATE_HZ, channels)
        self.far = SampleRing.allocate(10 * NEAR_RATE_HZ)
        self.events: list[tuple[PlayoutEvent, float, float]] = []  # event, when it was told, its instant
        self.ended = threading.Event()
        self.lost: DeviceError | None = None
        self.fault: Exception | None = None
        self.speaker = Speaker(
            Playout(PlayoutOptions(RATE_HZ)),
            self.device,
            self.far,
            self._on_event,
            self._on_lost,
            self._on_fault,
            self.time.clock,
            self.time.sleep,
        )
        self.speaker.start()
        self.time.advance(0.1)

    def _on_event(self, event: PlayoutEvent) -> None:
        self.events.append((event, self.time.clock(), self.speaker.instant_s(event.position)))

    def _on_lost(self, error: DeviceError) -> None:
        self.lost = error
        self.ended.set()

    def _on_fault(self, error: Exception) -> None:
        self.fault = error
        self.ended.set()

    def answer(self, pcm: Pcm) -> None:
        self.speaker.begin(1)
        self.speaker.append(1, pcm)
        self.speaker.end(1)
        self.speaker.play()

    def close(self, *, fade: bool = True) -> float:
        """Close the speaker; returns how long that took by its own clock."""
        asked_s = self.time.clock()
        self.speaker.start_closing(fade=fade)
        self.time.run_free()
        assert self.speaker.close()
        return self.time.clock() - asked_s


@pytest.fixture
def room() -> Iterator[Room]:
    room = Room()
    yield room
    room.close()


def tone(seconds: float) -> Pcm:
    return (8_000 * np.cos(2 * np.pi * 440 * np.arange(int(seconds * RATE_HZ)) / RATE_HZ)).astype(np.int16)


def test_silence_is_played_while_nobody_speaks(room: Room) -> None:
    room.time.advance(1.0)
    assert len(room.device.written) >= RATE_HZ
    assert not room.device.written.any()
    assert (room.device.ran_dry, room.speaker.underruns) == (0, 0)


def test_an_answer_is_played_to_the_sample(room: Room) -> None:
    room.answer(tone(0.5))
    room.time.advance(1.0)
    written = room.device.written
    start = int(np.flatnonzero(written)[0])
    assert np.array_equal(written[start : start + RATE_HZ // 2], tone(0.5))
    assert not written[start + RATE_HZ // 2 :].any()


def test_a_stereo_loudspeaker_gets_the_same_on_both_sides() -> None:
    room = Room(channels=2)
    room.answer(tone(0.2))
    room.time.advance(0.5)
    written = room.device.written
    assert written.any()
    assert np.array_equal(written[::2], written[1::2])
    room.close()


def test_no_more_than_40_ms_are_queued_in_the_device(room: Room) -> None:
    room.answer(tone(0.5))
    room.time.advance(1.0)
    assert room.device.most_queued <= RATE_HZ * 40 // 1000


def test_events_come_with_the_instant_at_which_they_are_heard(room: Room) -> None:
    room.answer(tone(0.5))
    room.time.advance(1.0)
    (audible, told_s, audible_s), (heard, _, heard_s) = room.events
    assert isinstance(audible, AnswerAudible)
    assert isinstance(heard, AnswerHeard)
    first_sample = int(np.flatnonzero(room.device.written)[0])
    assert audible_s == pytest.approx(first_sample / RATE_HZ, abs=0.002)
    assert told_s <= audible_s
    assert heard_s - audible_s == pytest.approx(0.5, abs=0.003)


def test_what_is_heard_counts_the_queue_in_the_device(room: Room) -> None:
    room.answer(tone(2.0))
    started_s = room.time.clock()
    room.time.advance(1.0)
    first_sample = int(np.flatnonzero(room.device.written)[0])
    leaves_s = first_sample / RATE_HZ
    assert started_s < leaves_s
    heard_s = room.speaker.heard_samples(1) / RATE_HZ
    assert heard_s == pytest.approx(room.time.clock() - leaves_s, abs=0.021)


def test_the_far_end_hears_it_too(room: Room) -> None:
    room.answer(tone(0.5))
    room.time.advance(1.0)
    far = room.far.read(0, room.far.written)[1]
    first_far_s = np.flatnonzero(abs(far) > 1_000)[0] / NEAR_RATE_HZ
    assert first_far_s == pytest.approx(np.flatnonzero(room.device.written)[0] / RATE_HZ, abs=0.001)


def test_a_flush_is_silence_within_the_queue_and_a_fade(room: Room) -> None:
    room.answer(tone(5.0))
    room.time.advance(0.5)
    room.speaker.flush()
    already = len(room.device.written)
    room.time.advance(0.5)
    tail = np.flatnonzero(room.device.written[already:])
    assert tail[-1] < RATE_HZ * 10 // 1000


def test_closing_fades_out_what_plays_within_100_ms_and_lets_it_be_heard(room: Room) -> None:
    room.answer(tone(5.0))
    room.time.advance(0.5)
    assert room.close() <= 0.1
    end = room.device.written[-room.device.block_samples :]
    fade = RATE_HZ * 10 // 1000
    assert abs(end[: fade // 10]).max() > 6_000
    assert not end[fade:].any()
    assert room.device.delay_samples() == 0
    assert room.device.closed_by == "speaker"


def test_closing_without_a_fade_is_immediate() -> None:
    room = Room()
    room.answer(tone(5.0))
    room.time.advance(0.5)
    assert room.close(fade=False) <= 0.025
    assert room.device.closed_by == "speaker"


def test_a_device_failure_is_an_event_and_the_thread_lets_go_of_the_device() -> None:
    room = Room()
    room.device.error = DeviceError("pulled")
    room.time.run_free()
    assert room.ended.wait(PATIENCE_S)
    assert str(room.lost) == "pulled"
    assert room.fault is None
    assert room.speaker.close()
    assert room.device.closed_by == "speaker"


def test_an_unexpected_exception_is_a_fault_of_ours() -> None:
    room = Room()
    room.device.error = ZeroDivisionError()
    room.time.run_free()
    assert room.ended.wait(PATIENCE_S)
    assert isinstance(room.fault, ZeroDivisionError)
    assert room.lost is None


def test_after_the_device_is_gone_the_verbs_still_answer() -> None:
    room = Room()
    room.device.error = DeviceError("pulled")
    room.time.run_free()
    assert room.ended.wait(PATIENCE_S)
    room.answer(tone(0.5))
    assert room.speaker.heard_samples(1) == 0
