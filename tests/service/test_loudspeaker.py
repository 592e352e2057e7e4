"""Who gets the loudspeaker, what becomes of the others, and that nobody is kept for ever."""

import gc
import weakref

import numpy as np
import pytest

from appliance.audio.playout import Playout, PlayoutOptions
from appliance.audio.playout_events import ClipDone
from appliance.conversation.announcements import MAX_WAITING, Ruling, Sound
from appliance.pcm.formats import Pcm
from appliance.service.loudspeaker import Loudspeaker
from tests.audio.playout_ear import RATE_HZ, Ear


class Room:
    """A loudspeaker on a playout that a test turns by hand."""

    def __init__(self) -> None:
        self.playout = Playout(PlayoutOptions(RATE_HZ, fade_ms=0))
        self.loudspeaker = Loudspeaker(self.playout, lambda: None)
        self._ear = Ear(self.playout)

    def announce(self, sound: Sound, level: int, samples: int = 320) -> Ruling:
        return self.loudspeaker.announce(sound, clip(level, samples))

    def answer(self, level: int) -> None:
        self.playout.begin(1)
        self.playout.append(1, clip(level, 16_000))
        self.loudspeaker.play_answer(1)

    def levels(self, blocks: int) -> list[int]:
        """What sounds in so many blocks of 320 samples; clips that were heard are told to be done."""
        heard = []
        for _ in range(blocks):
            heard.append(int(self._ear.listen(320)[0]))
            for event in self._ear.news:
                if isinstance(event, ClipDone):
                    self.loudspeaker.clip_done(event.clip)
        return heard


def clip(level: int, samples: int = 320) -> Pcm:
    return np.full(samples, level, np.int16)


@pytest.fixture
def room() -> Room:
    return Room()


def test_what_is_said_during_an_answer_sounds_after_it(room: Room) -> None:
    room.answer(5_000)
    assert room.announce(Sound.SAID, 7_000) is Ruling.QUEUE
    assert room.levels(1) == [5_000]
    room.playout.flush()
    room.loudspeaker.answer_over(1)
    assert room.levels(2) == [7_000, 0]
    assert not room.loudspeaker.busy


def test_a_ring_over_an_answer_says_that_it_cut_it_off(room: Room) -> None:
    room.answer(5_000)
    room.levels(1)
    assert room.loudspeaker.plays_answer(1)
    assert room.announce(Sound.RING, 9_000) is Ruling.PREEMPT
    assert not room.loudspeaker.plays_answer(1)
    assert room.levels(2) == [9_000, 0]
    assert room.playout.heard_samples(1) == 320


def test_an_earcon_during_an_answer_is_dropped_and_says_so(room: Room) -> None:
    room.answer(5_000)
    assert room.announce(Sound.EARCON, 3_000) is Ruling.DROP


def test_an_answer_waits_for_the_ring(room: Room) -> None:
    assert room.announce(Sound.RING, 9_000) is Ruling.PLAY
    room.answer(5_000)
    assert room.levels(2) == [9_000, 5_000]


def test_of_too_many_sentences_the_oldest_waiting_one_is_not_said(room: Room) -> None:
    for level in range(1_000, 1_000 * (MAX_WAITING + 3), 1_000):
        room.announce(Sound.SAID, level)
    said = [1_000, *range(3_000, 1_000 * (MAX_WAITING + 3), 1_000)]
    assert room.levels(len(said) + 1) == [*said, 0]


def test_a_sentence_pushed_out_by_an_answer_is_not_said(room: Room) -> None:
    room.announce(Sound.RING, 9_000)
    for level in range(1_000, 1_000 * (MAX_WAITING + 1), 1_000):
        room.announce(Sound.SAID, level)
    room.answer(5_500)
    assert room.levels(2) == [9_000, 5_500]
    room.playout.flush()
    room.loudspeaker.answer_over(1)
    assert room.levels(MAX_WAITING) == [*range(2_000, 1_000 * (MAX_WAITING + 1), 1_000), 0]


@pytest.mark.parametrize("over", [Sound.RING, Sound.EARCON, Sound.SAID])
def test_a_clip_that_never_sounds_is_not_kept(room: Room, over: Sound) -> None:
    room.announce(over, 9_000)
    kept = []
    for _ in range(3 * MAX_WAITING):
        for sound in (Sound.EARCON, Sound.SAID):
            pcm = clip(1_000)
            kept.append(weakref.ref(pcm))
            room.loudspeaker.announce(sound, pcm)
            del pcm
    gc.collect()
    assert sum(ref() is not None for ref in kept) <= MAX_WAITING + 1  # and one that plays


def test_a_person_who_speaks_silences_announcements_and_forgets_them(room: Room) -> None:
    room.announce(Sound.SAID, 1_000)
    room.announce(Sound.SAID, 2_000)
    room.loudspeaker.stop_announcements()
    assert room.levels(3) == [0, 0, 0]
    assert not room.loudspeaker.busy


class TestWhoIsOver:
    """An announcement is told to be over once, and whether anybody can have heard it."""

    @pytest.fixture
    def over(self) -> list[bool]:
        return []

    def test_played_to_its_end_it_was_heard(self, room: Room, over: list[bool]) -> None:
        room.loudspeaker.announce(Sound.SAID, clip(7_000), over.append)
        assert over == []
        room.levels(2)
        assert over == [True]
        room.loudspeaker.silence()
        assert over == [True]

    def test_who_wants_silence_has_heard_it(self, room: Room, over: list[bool]) -> None:
        room.loudspeaker.announce(Sound.SAID, clip(7_000), over.append)
        room.loudspeaker.stop_announcements()
        assert over == [True]

    def test_nobody_heard_what_waited_until_somebody_wanted_silence(
        self, room: Room, over: list[bool]
    ) -> None:
        room.answer(5_000)
        room.loudspeaker.announce(Sound.SAID, clip(7_000), over.append)
        room.loudspeaker.stop_announcements()
        assert over == [False]

    @pytest.mark.parametrize("louder", [Sound.ANSWER, Sound.RING])
    def test_what_an_answer_or_an_alarm_took_the_place_of_was_not_heard(
        self, room: Room, over: list[bool], louder: Sound
    ) -> None:
        room.loudspeaker.announce(Sound.SAID, clip(7_000), over.append)
        if louder is Sound.ANSWER:
            room.answer(5_000)
        else:
            room.announce(Sound.RING, 9_000)
        assert over == [False]

    def test_what_is_dropped_at_once_was_not_heard(self, room: Room, over: list[bool]) -> None:
        room.announce(Sound.RING, 9_000)
        assert room.loudspeaker.announce(Sound.EARCON, clip(7_000), over.append) is Ruling.DROP
        assert over == [False]
