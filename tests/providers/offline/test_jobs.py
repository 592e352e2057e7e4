"""What the worker does first, what it forgets, and how much it takes."""

from datetime import datetime

import numpy as np
import pytest

from appliance.errors import ProtocolViolation
from appliance.providers.offline.jobs import MAX_JOBS, Jobs, Question, Reading, Sentence
from appliance.providers.offline.messages import Audio, Cancel, Commit, Part, Read, Speak, Transcribe
from appliance.providers.offline.turn_audio import MAX_SAMPLES

NOW = datetime(2026, 11, 21, 15, 20)
SOUND = np.ones(160, np.int16)


def test_what_is_said_over_an_answer_is_read_before_a_turn_is_transcribed() -> None:
    jobs = Jobs()
    for request in (Commit(1, NOW), Read(2, SOUND), Read(3, SOUND)):
        jobs.take(request)
    assert [jobs.next_heard().number for _ in range(3)] == [2, 3, 1]


def test_a_text_to_be_said_stands_in_nobodys_way() -> None:
    jobs = Jobs()
    jobs.take(Speak(1, "A long story."))
    jobs.take(Read(2, SOUND))
    assert isinstance(jobs.next_heard(), Reading)
    assert jobs.next_said().text == "A long story."


def test_reading_takes_nothing_of_the_turn() -> None:
    jobs = Jobs()
    jobs.take(Audio(SOUND))
    jobs.take(Read(1, SOUND))
    jobs.take(Audio(SOUND))
    jobs.take(Commit(2, NOW))
    jobs.next_heard()
    question = jobs.next_heard()
    assert isinstance(question, Question)
    assert len(question.pcm) == 2 * len(SOUND)


def test_a_turn_in_parts_is_transcribed_in_its_turn_and_takes_nothing_of_another() -> None:
    jobs = Jobs()
    for request in (Audio(SOUND), Part(1, SOUND), Part(1, SOUND), Commit(2, NOW), Transcribe(1)):
        jobs.take(request)
    question, turn = jobs.next_heard(), jobs.next_heard()
    assert (question.number, len(question.pcm)) == (2, len(SOUND))
    assert isinstance(turn, Reading)
    assert (turn.number, len(turn.pcm), turn.dropped_samples) == (1, 2 * len(SOUND), 0)


def test_parts_that_were_never_asked_for_are_forgotten() -> None:
    jobs = Jobs()
    for request in (Part(1, SOUND), Part(2, SOUND), Transcribe(2), Transcribe(3)):
        jobs.take(request)
    assert [len(jobs.next_heard().pcm) for _ in range(2)] == [len(SOUND), 0]


def test_of_a_turn_that_is_too_long_the_end_is_transcribed() -> None:
    jobs = Jobs()
    for start in range(0, MAX_SAMPLES + 160, 160):
        jobs.take(Part(1, np.full(160, start // 16_000, np.int16)))
    jobs.take(Transcribe(1))
    turn = jobs.next_heard()
    assert isinstance(turn, Reading)
    assert (len(turn.pcm), turn.dropped_samples) == (MAX_SAMPLES, 160)


def test_a_text_keeps_its_pace() -> None:
    jobs = Jobs()
    jobs.take(Speak(1, "Yes.", 1.5))
    assert jobs.next_said().speed == 1.5


def test_an_answer_carries_what_was_taken_for_its_question() -> None:
    jobs = Jobs()
    jobs.take(Audio(SOUND))
    jobs.take(Commit(1, NOW))
    question = jobs.next_heard()
    assert isinstance(question, Question)
    jobs.reply(question, "It is noon.")
    sentence = jobs.next_said()
    assert (sentence.number, sentence.text, sentence.taken_samples) == (1, "It is noon.", len(SOUND))


@pytest.mark.parametrize("request_of_two", [Commit(2, NOW), Read(2, SOUND), Transcribe(2)])
def test_what_is_cancelled_while_it_waits_is_never_done(request_of_two: Commit | Read | Transcribe) -> None:
    jobs = Jobs()
    jobs.take(request_of_two)
    jobs.take(Cancel(2))
    jobs.take(Commit(3, NOW))
    assert jobs.next_heard().number == 3


def test_who_speaks_takes_a_cancelled_text_too_and_knows_it() -> None:
    jobs = Jobs()
    jobs.take(Speak(1, "Yes."))
    jobs.take(Speak(2, "No."))
    jobs.take(Cancel(1))
    assert [jobs.next_said().cancelled.is_set() for _ in range(2)] == [True, False]


def test_a_cancel_reaches_the_answer_of_the_question_it_was_meant_for() -> None:
    told: list[int] = []
    jobs = Jobs(told.append)
    jobs.take(Commit(1, NOW))
    question = jobs.next_heard()
    assert isinstance(question, Question)
    jobs.reply(question, "It is noon.")
    sentence = jobs.next_said()
    jobs.take(Cancel(1))
    assert sentence.cancelled.is_set()
    assert told == [1]


def test_what_waits_to_be_heard_or_is_unknown_is_not_broken_off() -> None:
    told: list[int] = []
    jobs = Jobs(told.append)
    jobs.take(Read(1, SOUND))
    jobs.take(Cancel(1))
    jobs.take(Cancel(7))
    assert told == []


def test_one_job_more_than_can_be_kept_is_a_violation() -> None:
    jobs = Jobs()
    for number in range(MAX_JOBS):
        jobs.take(Read(number, SOUND))
    with pytest.raises(ProtocolViolation, match="jobs at once"):
        jobs.take(Read(MAX_JOBS, SOUND))


def test_what_is_finished_or_cancelled_makes_room() -> None:
    jobs = Jobs()
    for number in range(10 * MAX_JOBS):
        jobs.take(Read(number, SOUND))
        if number % 2:
            jobs.take(Cancel(number))
        else:
            jobs.finish(jobs.next_heard().number)
    jobs.take(Speak(0, "The last one."))
    assert isinstance(jobs.next_said(), Sentence)
