"""Alarms and sentences come between people: they cost nobody a word, and no answer its loudspeaker."""

import numpy as np
import pytest

from appliance.conversation.announcements import Sound
from appliance.conversation.vocabulary import Asked
from appliance.pcm.formats import samples_of_ms
from tests.service.event_schema import problems
from tests.service.live_stage import Act, announce, at, is_told, play_live, post, ring
from tests.service.stage import OUT_RATE_HZ, Played, silence, speech, tone


def loudest(played: Played, from_ms: float, to_ms: float) -> int:
    stretch = played.out[samples_of_ms(from_ms, OUT_RATE_HZ) : samples_of_ms(to_ms, OUT_RATE_HZ)]
    return int(np.abs(stretch.astype(np.int32)).max())


def test_an_answer_waits_for_one_alarm_and_not_for_ever() -> None:
    played = play_live(
        silence(500),
        speech(1000),
        silence(9000),
        answers=[tone(2000)],
        acts=at((2200, ring(2000)), (3000, ring(2000))),
    )
    (done,) = played.of("answer_done")
    assert done["complete"]
    assert problems(played.events) == []


@pytest.mark.parametrize("sound", [ring(1500), announce(Sound.SAID, tone(1500) // 2)], ids=["ring", "say"])
def test_what_sounds_while_somebody_speaks_costs_him_no_word(sound: Act) -> None:
    words = speech(5000)
    played = play_live(
        silence(500),
        words,
        silence(6000),
        answers=[tone(500), tone(300)],
        settings=["interruption.strategy=ignore"],
        acts=at((1500, sound)),
    )
    assert is_told(played, words)
    assert problems(played.events) == []


def test_an_answer_whose_alarm_ends_under_speech_does_not_begin_over_the_person() -> None:
    played = play_live(
        silence(500),
        speech(1000),
        silence(1700),
        speech(2500, seed=2),  # from 3.2 s on, over the alarm and what waits behind it
        silence(6000),
        answers=[tone(5000), tone(300)],
        acts=at((2200, ring(1340))),
    )
    assert loudest(played, 3400, 4900) <= 4500  # the answer's own level is 8000, the alarm's 4000
    assert problems(played.events) == []


def test_a_question_in_writing_leaves_a_ringing_alarm_alone() -> None:
    played = play_live(
        silence(6000),
        answers=[tone(300)],
        acts=at((500, ring(3000)), (1500, post(Asked("hi", spoken=False)))),
    )
    assert loudest(played, 2500, 3400) > 100
    assert problems(played.events) == []
