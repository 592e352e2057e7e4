"""One sound at a time, and the one that matters most."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from appliance.conversation.announcements import MAX_WAITING, RULINGS, Announcements, Ruling, Sound


def test_every_pair_of_sounds_is_decided() -> None:
    assert set(RULINGS) == set(product([None, *Sound], Sound))


def test_a_greater_sound_takes_the_loudspeaker_and_a_smaller_one_never_does() -> None:
    for (playing, wanted), ruling in RULINGS.items():
        if playing is not None and wanted > playing:
            assert ruling is Ruling.PREEMPT
        if playing is not None and wanted < playing:
            assert ruling in (Ruling.QUEUE, Ruling.DROP)


def test_a_sentence_said_during_an_answer_waits_for_its_end() -> None:
    announcements = Announcements()
    announcements.request(Sound.ANSWER, 1)
    assert announcements.request(Sound.SAID, 7) is Ruling.QUEUE
    assert announcements.finished(Sound.ANSWER, 1) == (Sound.SAID, 7)
    assert announcements.finished(Sound.SAID, 7) is None


def test_a_person_who_speaks_is_not_talked_over_by_announcements() -> None:
    announcements = Announcements()
    announcements.request(Sound.SAID, 1)
    announcements.request(Sound.SAID, 2)
    assert announcements.forget_announcements() == (Sound.SAID, 1)
    assert announcements.finished(Sound.SAID, 1) is None
    assert announcements.playing is None


def test_what_would_be_pushed_out_of_the_queue_at_once_is_dropped() -> None:
    announcements = Announcements()
    announcements.request(Sound.RING, 1)
    for answer in range(MAX_WAITING):
        announcements.request(Sound.ANSWER, answer)
    assert announcements.request(Sound.SAID, 7) is Ruling.DROP
    assert not announcements.waits(Sound.SAID, 7)


def test_a_full_queue_lets_go_of_the_oldest_of_the_lowest_rank() -> None:
    announcements = Announcements()
    announcements.request(Sound.RING, 1)
    for number in range(MAX_WAITING):
        announcements.request(Sound.SAID, number)
    assert announcements.request(Sound.ANSWER, 1) is Ruling.QUEUE
    assert [announcements.waits(Sound.SAID, number) for number in range(3)] == [False, True, True]


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(Sound), st.integers(0, 5)), max_size=60))
def test_whatever_is_asked_for_one_sound_plays_and_few_wait(steps: list[tuple[bool, Sound, int]]) -> None:
    announcements = Announcements()
    for wants, sound, number in steps:
        if wants:
            ruling = announcements.request(sound, number)
            if ruling in (Ruling.PLAY, Ruling.PREEMPT):
                assert announcements.playing == (sound, number)
        else:
            following = announcements.finished(sound, number)
            assert following is None or announcements.playing == following
    finished = 0
    while announcements.playing is not None:
        announcements.finished(*announcements.playing)
        finished += 1
    assert finished <= MAX_WAITING + 1
