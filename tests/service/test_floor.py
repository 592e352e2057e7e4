"""Whole conversations in which somebody makes a sound over the answer."""

from collections.abc import Callable

import numpy as np
import pytest

from appliance.pcm.formats import Pcm, samples_of_ms
from tests.service.event_schema import problems
from tests.service.stage import OUT_RATE_HZ, Played, play, silence, speech, tone


class Reading:
    """Reads these words out of anything, at once."""

    def __init__(self, words: str | None) -> None:
        self.words = words
        self.asked: list[Pcm] = []

    def read(self, pcm: Pcm, on_words: Callable[[str | None], None]) -> None:
        self.asked.append(pcm)
        on_words(self.words)


def over_the_answer(ms: float, words: str | None, *settings: str, answer: Pcm | None = None) -> Played:
    """Speech of this length, read so, 800 ms into an answer."""
    return play(
        silence(500),
        speech(1000),
        silence(1600),
        speech(ms, seed=2),
        silence(5500 - ms),
        answers=[tone(3000) if answer is None else answer, tone(300)],
        settings=settings,
        reader=None if words is None else Reading(words),
    )


@pytest.mark.parametrize("words", ["Stop.", "Wait!", "Hold on."])
def test_a_command_takes_the_floor_however_short_it_is(words: str) -> None:
    played = over_the_answer(350, words)
    (interruption,) = played.of("interruption")
    assert (interruption["decision"], interruption["cause"]) == ("confirmed", "command")
    assert interruption["t_ms"] - interruption["onset_ms"] <= 500
    assert len(played.provider.turns) == 2
    assert problems(played.events) == []


def test_words_are_read_once_when_they_end_and_not_again_when_the_pause_is_one() -> None:
    reader = Reading("Mm-hmm.")
    play(
        silence(500),
        speech(1000),
        silence(1600),
        speech(250, seed=2),
        silence(5250),
        answers=[tone(3000)],
        reader=reader,
    )
    assert len(reader.asked) == 1


@pytest.mark.parametrize("ms", [300, 600])
@pytest.mark.parametrize("words", ["Mm-hmm.", "Go."])
def test_a_backchannel_does_not_take_the_floor(ms: float, words: str) -> None:
    played = over_the_answer(ms, words)
    (interruption,) = played.of("interruption")
    assert (interruption["decision"], interruption["cause"]) == ("rejected", "backchannel")
    assert interruption["t_ms"] - interruption["onset_ms"] <= 730
    assert [done["complete"] for done in played.of("answer_done")] == [True]
    assert len(played.provider.turns) == 1
    assert problems(played.events) == []


def test_a_first_word_that_was_taken_for_a_noise_is_told_with_the_rest() -> None:
    first, rest = speech(300, seed=2), speech(1500, seed=3)
    played = play(
        silence(500),
        speech(1000),
        silence(1600),
        first,
        silence(500),
        rest,
        silence(4000),
        answers=[tone(6000), tone(300)],
    )
    assert [event["decision"] for event in played.of("interruption")] == ["rejected", "confirmed"]
    second = played.provider.turns[1]
    start = int(np.flatnonzero(second)[0])
    assert np.array_equal(second[start : start + len(first)], first)
    assert problems(played.events) == []


def test_without_a_reader_length_decides() -> None:
    assert over_the_answer(350, None).of("interruption")[0]["decision"] == "rejected"
    assert over_the_answer(600, None).of("interruption")[0]["decision"] == "confirmed"


def test_the_log_knows_when_it_ducked_and_when_it_stood_still() -> None:
    (interruption,) = over_the_answer(800, None).of("interruption")
    assert 0 <= interruption["ducked_ms"] - interruption["onset_ms"] <= 50
    assert 100 <= interruption["hushed_ms"] - interruption["onset_ms"] <= 180


def sentences() -> Pcm:
    """Two sentences with a pause between them."""
    return np.concatenate((tone(1500), np.zeros(samples_of_ms(400, OUT_RATE_HZ), np.int16), tone(1500)))


def test_deferred_lets_the_answer_end_its_sentence_and_loses_no_word() -> None:
    words = speech(1200, seed=2)
    played = over_the_answer(1200, None, "interruption.strategy=deferred", answer=sentences())
    assert problems(played.events) == []
    (interruption,) = played.of("interruption")
    assert interruption["decision"] == "confirmed"
    assert abs(interruption["heard_ms"] - 1500) <= 60
    second = played.provider.turns[1]
    first = int(np.flatnonzero(second)[0])
    assert np.array_equal(second[first : first + len(words)], words)


def test_deferred_asks_what_was_said_while_the_sentence_went_on() -> None:
    played = over_the_answer(550, None, "interruption.strategy=deferred", answer=tone(4000))
    assert problems(played.events) == []
    assert played.phases.count("thinking") == 2
    assert len(played.provider.turns) == 2


def test_deferred_is_not_moved_by_a_cough() -> None:
    played = over_the_answer(200, None, "interruption.strategy=deferred", answer=sentences())
    (interruption,) = played.of("interruption")
    assert interruption["decision"] == "rejected"
    loud = np.abs(played.out) > 7000
    assert loud.sum() > 0.1 * len(sentences())
    assert [done["complete"] for done in played.of("answer_done")] == [True]


def test_ignore_hears_nothing_while_it_speaks() -> None:
    played = over_the_answer(1200, None, "interruption.strategy=ignore")
    assert played.of("interruption") == []
    assert len(played.provider.turns) == 1
    assert problems(played.events) == []
