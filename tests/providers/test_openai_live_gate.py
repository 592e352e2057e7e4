"""Which part of an endless output is the answer: by level and by time in samples, without a clock."""

import numpy as np
import pytest

from appliance.pcm.formats import Pcm
from appliance.providers.openai_live.gate import (
    BACKCHANNEL_SAMPLES,
    BUSY_SAMPLES,
    END_QUIET_SAMPLES,
    MAX_HELD_SAMPLES,
    AnswerGate,
    Heed,
)

RATE = 24_000
TAIL = RATE * 8 // 10


def quiet(seconds: float) -> Pcm:
    return np.zeros(round(seconds * RATE), np.int16)


def loud(seconds: float, level: int = 5000) -> Pcm:
    return np.full(round(seconds * RATE), level, np.int16)


def listening() -> AnswerGate:
    gate = AnswerGate(TAIL)
    gate.take(quiet(0.5))
    gate.listen()
    return gate


def awaiting() -> AnswerGate:
    gate = listening()
    assert not gate.ask().began
    return gate


def test_the_answer_begins_with_its_first_sound_after_the_commit() -> None:
    gate = awaiting()
    assert not len(gate.take(quiet(0.5)).pcm)
    passage = gate.take(np.concatenate((quiet(0.1), loud(0.2))))
    assert passage.began
    assert np.array_equal(passage.pcm, loud(0.2))
    assert not gate.take(loud(0.1)).began


def test_the_answer_ends_after_its_silence_and_not_a_sample_later() -> None:
    gate = awaiting()
    gate.take(loud(0.3))
    assert not gate.take(quiet(0.78)).ended
    passage = gate.take(quiet(0.1))
    assert passage.ended
    assert len(passage.pcm) == END_QUIET_SAMPLES - len(quiet(0.78))
    assert gate.heed is Heed.NONE


def test_a_pause_between_sentences_is_passed_on_and_ends_nothing() -> None:
    gate = awaiting()
    spoken = np.concatenate((loud(0.3), quiet(0.7), loud(0.3)))
    passages = [gate.take(part) for part in np.array_split(spoken, 17)]
    assert np.array_equal(np.concatenate([p.pcm for p in passages]), spoken)
    assert not any(p.ended for p in passages)


@pytest.mark.parametrize(("level", "is_sound"), [(19, False), (20, True)])
def test_sound_is_what_is_above_six_ten_thousandths(level: int, is_sound: bool) -> None:
    assert awaiting().take(loud(0.1, level)).began is is_sound


def test_a_backchannel_while_the_person_talks_is_no_answer() -> None:
    gate = listening()
    gate.take(np.concatenate((loud(0.3), quiet(1.5))))  # "mhm", and the person talks on
    assert not gate.ask().began
    passage = gate.take(np.concatenate((quiet(0.6), loud(0.4))))
    assert passage.began
    assert np.array_equal(passage.pcm, loud(0.4))


def test_an_answer_that_begins_before_our_end_of_turn_is_heard_from_its_first_sample() -> None:
    gate = listening()
    gate.take(np.concatenate((quiet(2.0), loud(0.4))))  # the person fell silent 0.5 s ago
    passage = gate.ask()
    assert passage.began
    assert np.array_equal(passage.pcm, loud(0.4))


def test_a_short_answer_given_in_the_silence_before_the_commit_is_heard() -> None:
    gate = listening()
    said = np.concatenate((loud(0.3), quiet(0.3)))  # "No."
    gate.take(said)
    assert np.array_equal(gate.ask().pcm, said)
    assert gate.take(quiet(2.0)).ended


def test_a_short_sound_before_the_commit_does_not_end_the_answer_that_follows_it() -> None:
    gate = listening()
    gate.take(np.concatenate((loud(0.3), quiet(0.3))))  # "Mhm …"
    assert gate.ask().began
    passage = gate.take(np.concatenate((quiet(1.0), loud(1.0))))
    assert not passage.ended
    assert np.count_nonzero(passage.pcm) == len(loud(1.0))


def test_talk_that_began_over_the_person_and_goes_on_at_the_commit_is_the_answer() -> None:
    gate = listening()
    gate.take(loud(1.5))
    assert len(gate.ask().pcm) == len(loud(1.5))


def test_a_backchannel_that_turns_out_to_be_a_sentence_is_the_answer() -> None:
    gate = listening()
    gate.take(np.concatenate((loud(0.2), quiet(0.7))))
    assert not gate.ask().began
    gate.take(loud(0.1))
    assert gate.heed is Heed.PASSING


def test_the_tick_of_a_fresh_session_is_no_answer_and_delays_none() -> None:
    gate = AnswerGate(TAIL)
    gate.ask()
    passage = gate.take(np.concatenate((quiet(0.06), loud(0.4, 100), quiet(0.4), loud(0.3))))
    assert passage.began
    assert np.array_equal(passage.pcm, loud(0.3))


def test_an_answer_that_is_there_as_soon_as_the_session_is_loses_nothing() -> None:
    gate = AnswerGate(TAIL)
    gate.ask()
    assert not gate.take(loud(0.4)).began
    passage = gate.take(loud(0.4))
    assert passage.began
    assert len(passage.pcm) == len(loud(0.8))


def test_what_sounds_when_the_person_begins_is_not_about_what_they_say() -> None:
    gate = AnswerGate(TAIL)
    gate.take(np.concatenate((quiet(1.0), loud(1.0))))
    gate.listen()
    gate.take(loud(1.0))
    assert not gate.ask().began
    assert not len(gate.take(loud(1.0)).pcm)
    assert gate.take(np.concatenate((quiet(0.6), loud(0.1)))).began


def test_after_a_cancel_nothing_comes_until_the_next_turn() -> None:
    gate = awaiting()
    gate.take(loud(1.0))
    gate.stop()
    assert not len(gate.take(loud(1.0)).pcm)
    assert not len(gate.take(np.concatenate((quiet(1.0), loud(1.0)))).pcm)


@pytest.mark.parametrize(("goes_on_s", "talks_on"), [(0.5, False), (2.0, False), (3.0, True), (10.0, True)])
def test_who_talks_on_after_a_cancel_is_told_from_who_stops(goes_on_s: float, talks_on: bool) -> None:
    gate = awaiting()
    gate.take(loud(1.0))
    gate.stop()
    gate.take(loud(goes_on_s))
    assert gate.talks_on is talks_on
    gate.take(quiet(0.5))
    assert not gate.talks_on


def test_silence_ends_nothing_while_a_tool_runs_but_not_for_ever() -> None:
    gate = awaiting()
    gate.take(loud(0.3), busy=True)
    assert not gate.take(quiet(5.0), busy=True).ended
    assert gate.take(quiet(BUSY_SAMPLES / RATE), busy=True).ended


def test_after_work_of_the_backend_the_rest_of_the_answer_is_waited_for() -> None:
    gate = awaiting()
    gate.take(loud(1.0))
    gate.expect_more()
    assert not gate.take(quiet(3.0)).ended
    gate.take(loud(1.0))
    assert gate.take(quiet(0.8)).ended


def test_the_whole_life_of_an_answer_may_come_in_one_piece() -> None:
    passage = awaiting().take(np.concatenate((quiet(0.1), loud(0.5), quiet(2.0), loud(0.5))))
    assert passage.began
    assert passage.ended
    assert len(passage.pcm) == len(loud(0.5)) + END_QUIET_SAMPLES


def test_how_the_output_is_cut_makes_no_difference_to_what_is_heard() -> None:
    output = np.concatenate((quiet(0.2), loud(0.5), quiet(0.4), loud(0.9), quiet(1.2)))
    heard = []
    for parts in (1, 7, 60):
        gate = awaiting()
        pieces = [gate.take(part).pcm for part in np.array_split(output, parts)]
        heard.append(np.count_nonzero(np.concatenate(pieces)))
    assert heard == [len(loud(0.5)) + len(loud(0.9))] * 3


def test_what_is_held_is_bounded() -> None:
    gate = listening()
    for _ in range(100):
        gate.take(loud(0.5))
    assert MAX_HELD_SAMPLES - RATE <= len(gate.ask().pcm) <= MAX_HELD_SAMPLES
    assert BACKCHANNEL_SAMPLES < MAX_HELD_SAMPLES
