"""The speaker thread, on a loudspeaker and a clock that the test moves."""

import queue
from collections.abc import Callable, Iterator
from contextlib import suppress

import numpy as np
import pytest

from appliance.audio.playout import Playout, PlayoutOptions
from appliance.audio.playout_events import AnswerAudible, AnswerHeard, PlayoutEvent
from appliance.audio.process_link import NotWanted
from appliance.audio.speaker import Speaker
from appliance.conversation.vocabulary import DeviceChanged, DeviceState
from appliance.errors import DeviceError
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from appliance.pcm.ring import SampleRing
from tests.audio.fake_devices import PATIENCE_S, FakeSpeaker, News, SteppedTime
from tests.rig.cable import lag_of

RATE_HZ = 24_000


class Room:
    """A speaker at work, and all that it says."""

    def __init__(self, channels: int = 1) -> None:
        self.time = SteppedTime()
        self.device = FakeSpeaker(self.time.clock, RATE_HZ, channels)
        self.far = SampleRing.allocate(10 * NEAR_RATE_HZ)
        self.events: list[tuple[PlayoutEvent, float, float]] = []  # event, when it was told, its instant
        self.news = News()
        self.faults = News()
        self.replacements: queue.SimpleQueue[FakeSpeaker] = queue.SimpleQueue()
        self.speaker = Speaker(
            Playout(PlayoutOptions(RATE_HZ)),
            RATE_HZ,
            self.device,
            self._reopen,
            self.far,
            self._on_event,
            self.news.put,
            self.faults.put,
            self.time.clock,
            self.time.sleep,
        )
        self.speaker.start()
        self.time.advance(0.1)

    def _on_event(self, event: PlayoutEvent) -> None:
        self.events.append((event, self.time.clock(), self.speaker.instant_s(event.position)))

    def _reopen(self, previous: str, keep_on: Callable[[], bool]) -> FakeSpeaker:
        while keep_on():
            with suppress(queue.Empty):
                self.device = self.replacements.get(timeout=0.01)
                return self.device
        raise NotWanted("the test is over")

    def unplug(self) -> FakeSpeaker:
        """Lose the loudspeaker; returns it."""
        before, before.error = self.device, DeviceError("pulled")
        self.time.let_go()
        assert self.news.next() == DeviceChanged("loudspeaker", DeviceState.LOST, "fake", "pulled")
        return before

    def replug(self, device: FakeSpeaker) -> None:
        """Plug in another one, and let it play until it is known to be ready."""
        self.replacements.put(device)
        self.time.advance(0.5)
        assert self.news.next() == DeviceChanged("loudspeaker", DeviceState.READY, "fake")

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


def noise(seconds: float) -> Pcm:
    return (
        np.random.default_rng(3)
        .normal(0, 4_000, int(seconds * RATE_HZ))
        .clip(-32_768, 32_767)
        .astype(np.int16)
    )


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
    assert room.device.closed_by == "loudspeaker"


def test_closing_without_a_fade_is_immediate() -> None:
    room = Room()
    room.answer(tone(5.0))
    room.time.advance(0.5)
    assert room.close(fade=False) <= 0.025
    assert room.device.closed_by == "loudspeaker"


def test_an_unexpected_exception_is_a_fault_of_ours() -> None:
    room = Room()
    room.device.error = ZeroDivisionError()
    room.time.run_free()
    assert isinstance(room.faults.next(), ZeroDivisionError)
    assert room.news.empty


def test_a_lost_loudspeaker_is_told_and_let_go_of() -> None:
    room = Room()
    before = room.unplug()
    assert before.closed.wait(PATIENCE_S)
    assert before.closed_by == "loudspeaker"
    assert room.speaker.close()


def test_a_replacement_that_swallows_sound_is_never_ready() -> None:
    class Nowhere(FakeSpeaker):
        name = "nowhere"

        def delay_samples(self) -> int:
            return 0

        def write(self, block: bytes) -> None:
            pass

    room = Room()
    room.unplug()
    room.replacements.put(Nowhere(room.time.clock))
    room.replug(FakeSpeaker(room.time.clock))  # the first that is told to be ready
    room.close()


def test_without_a_loudspeaker_nothing_counts_as_heard() -> None:
    room = Room()
    room.answer(tone(1.0))
    room.time.advance(0.5)
    heard = room.speaker.heard_samples(1)
    room.unplug()
    assert room.speaker.heard_samples(1) - heard <= RATE_HZ // 50
    assert [type(event) for event, _, _ in room.events] == [AnswerAudible]
    assert room.speaker.close()


def test_the_answer_goes_on_without_losing_a_sample_and_repeats_no_more_than_a_block() -> None:
    room = Room()
    said = noise(1.0)
    room.answer(said)
    room.time.advance(0.5)
    before = room.unplug()
    assert before.queued > 0
    start = int(np.flatnonzero(before.written)[0])
    heard = len(before.written) - round(before.queued) - start
    after = FakeSpeaker(room.time.clock, RATE_HZ)
    room.replug(after)
    room.time.advance(1.0)
    fade = RATE_HZ * 5 // 1000
    first, alike = lag_of(after.written[fade : RATE_HZ // 4], said)
    assert alike > 0.999
    again = heard - (first - fade)
    assert 0 <= again <= room.device.block_samples
    rest = said[heard - again :]
    assert np.array_equal(after.written[fade : len(rest)], rest[fade:])
    assert not after.written[len(rest) :].any()
    assert room.speaker.heard_samples(1) == len(said)
    assert [type(event) for event, _, _ in room.events] == [AnswerAudible, AnswerHeard]
    room.close()


def test_what_was_flushed_meanwhile_is_not_heard() -> None:
    room = Room()
    room.answer(tone(1.0))
    room.time.advance(0.5)
    room.unplug()
    room.speaker.flush()
    after = FakeSpeaker(room.time.clock, RATE_HZ)
    room.replug(after)
    fade = RATE_HZ * 10 // 1000
    assert not after.written[fade:].any()
    room.close()


def test_a_loudspeaker_of_another_rate_plays_the_same() -> None:
    room = Room()
    room.unplug()
    other = FakeSpeaker(room.time.clock, 48_000, channels=2)
    room.replug(other)
    room.answer(tone(1.0))
    room.time.advance(2.0)
    left, right = other.written[::2].astype(float), other.written[1::2]
    assert np.array_equal(left, right)
    loud = np.flatnonzero(abs(left) > 1_000)
    assert loud[-1] - loud[0] == pytest.approx(48_000, abs=100)
    spectrum = abs(np.fft.rfft(left[loud[0] : loud[0] + 40_000]))
    assert np.argmax(spectrum) * 48_000 / 40_000 == pytest.approx(440, abs=2)
    (audible, _, audible_s), (_, _, heard_s) = room.events
    assert isinstance(audible, AnswerAudible)
    assert heard_s - audible_s == pytest.approx(1.0, abs=0.003)
    assert audible_s == pytest.approx(other.began_s + loud[0] / 48_000, abs=0.003)
    assert (other.ran_dry, room.speaker.underruns) == (0, 0)
    room.close()


def test_after_the_device_is_gone_the_verbs_still_answer() -> None:
    room = Room()
    room.unplug()
    room.answer(tone(0.5))
    assert room.speaker.heard_samples(1) == 0
    assert room.speaker.close()
