"""Talk without a breath is the room's; somebody breathes, or is louder."""

from collections.abc import Iterator

import numpy as np

from appliance.hearing.speech.room_talk import Found, RoomTalk

WINDOW = 512
SECOND = 31  # windows
SPEECH, QUIET = 0.9, 0.0


class Room:
    """Windows by their level, and whether the detector takes them for speech."""

    def __init__(self) -> None:
        self.talk = RoomTalk(WINDOW, 0.35)
        self.now = 0
        self._chance = np.random.default_rng(1)

    def hear(
        self, seconds: float, dbfs: float = -40.0, probability: float = SPEECH, *, sounding: bool = False
    ) -> list[float]:
        return list(self._hear(round(seconds * SECOND), dbfs, probability, sounding))

    def _hear(self, windows: int, dbfs: float, probability: float, sounding: bool) -> Iterator[float]:
        for _ in range(windows):
            noise = self._chance.standard_normal(WINDOW) * 32768 * 10 ** (dbfs / 20)
            self.now += WINDOW
            yield self.talk.judge(self.now, probability, noise.astype(np.int16), sounding=sounding)


def test_what_goes_on_without_a_breath_is_taken_for_speech_for_ten_seconds_only() -> None:
    room = Room()
    judged = room.hear(60)
    heard = judged.index(0.0)
    assert abs(heard - 10 * SECOND) <= 2
    assert set(judged[heard:]) == {0.0}
    assert room.talk.goes_on


def test_it_is_found_out_once_and_nobody_was_louder() -> None:
    room = Room()
    room.hear(1, probability=QUIET)
    room.hear(60)
    assert room.talk.take_found() == Found(since=SECOND * WINDOW, louder_until=0)
    assert room.talk.take_found() is None


def test_who_breathes_is_somebody_however_long_he_speaks() -> None:
    room = Room()
    for _ in range(10):
        assert 0.0 not in room.hear(9)
        room.hear(0.07, probability=QUIET)
    assert room.talk.take_found() is None


def test_the_words_of_who_began_louder_than_the_room_end_where_only_the_room_went_on() -> None:
    room = Room()
    room.hear(3, dbfs=-28.0)
    end = room.now
    room.hear(8)
    found = room.talk.take_found()
    assert found is not None
    assert abs(found.louder_until - end) <= 6 * WINDOW


def test_a_crack_over_the_room_is_nobodys_words() -> None:
    room = Room()
    room.hear(3)
    room.hear(0.1, dbfs=-20.0)
    room.hear(8)
    found = room.talk.take_found()
    assert found is not None
    assert found.louder_until == 0


def test_over_the_room_only_who_is_louder_is_heard() -> None:
    room = Room()
    room.hear(12)
    assert set(room.hear(2, dbfs=-35.0)) == {0.0}
    assert room.hear(2, dbfs=-28.0)[SECOND // 4 :] == [SPEECH] * (2 * SECOND - SECOND // 4)
    assert room.hear(2)[SECOND // 2 :] == [0.0] * (2 * SECOND - SECOND // 2)


def test_a_room_that_grows_louder_is_found_out_anew_and_one_that_grows_quieter_is_followed() -> None:
    room = Room()
    room.hear(12)
    room.talk.take_found()
    assert room.hear(12, dbfs=-30.0)[-1] == 0.0
    assert room.talk.take_found() is not None
    room.hear(12, dbfs=-50.0)
    assert room.hear(1, dbfs=-38.0)[-1] == SPEECH


def test_a_room_that_has_fallen_silent_stands_in_nobodys_way() -> None:
    room = Room()
    room.hear(12)
    room.hear(2.1, dbfs=-70.0, probability=QUIET)
    assert not room.talk.goes_on
    assert room.hear(1, dbfs=-60.0) == [SPEECH] * SECOND


def test_nothing_is_learnt_while_the_loudspeaker_sounds() -> None:
    room = Room()
    assert 0.0 not in room.hear(30, sounding=True)
    assert room.talk.take_found() is None
    room.hear(12)
    room.hear(12, dbfs=-60.0, sounding=True)
    assert room.hear(1, dbfs=-35.0) == [0.0] * SECOND


def test_who_goes_on_speaking_over_the_room_is_not_stopped_by_what_is_found_out() -> None:
    room = Room()
    for _ in range(4):  # words between which the room is heard, and taken for speech as well
        room.hear(1.6, dbfs=-41.0)
        judged = room.hear(1, dbfs=-28.0)
    assert judged[-1] == SPEECH
    assert room.talk.goes_on
    assert room.talk.take_found() is None
