"""Whoever speaks over an answer is heard to the end, once, however his words and the answer's end cross."""

import numpy as np
import pytest

from appliance.conversation.vocabulary import CommitWanted
from tests.service.event_schema import problems
from tests.service.live_stage import Live, at, is_told, play_live, post
from tests.service.stage import sample, silence, speech, tone

QUESTION = (silence(500), speech(1000))  # asked at 2.3 s
LATE_MS = [0, 10, 30]


@pytest.mark.parametrize("late_ms", LATE_MS)
def test_words_that_wait_for_the_end_of_a_sentence_are_all_asked(late_ms: float) -> None:
    last = speech(3000, seed=3)
    played = play_live(
        *QUESTION,
        silence(1700),
        speech(700, seed=2),
        silence(6300),
        last,  # while a sentence of 20 s gives way to the words before
        silence(8000),
        answers=[tone(20_000), tone(4000), tone(300)],
        settings=["interruption.strategy=deferred"],
        late_ms=late_ms,
    )
    told = np.concatenate(played.provider.turns)
    begins = np.flatnonzero(told == last[0])
    assert any(np.array_equal(told[begin : begin + len(last)], last) for begin in begins)
    assert problems(played.events) == []


@pytest.mark.parametrize("late_ms", LATE_MS)
def test_who_holds_the_button_after_his_words_has_the_floor_until_it_comes_up(late_ms: float) -> None:
    played = play_live(
        *QUESTION,
        silence(1700),
        speech(700, seed=2),
        silence(1500),
        speech(1000, seed=3),  # with the button down
        silence(5000),
        answers=[tone(20_000), tone(300)],
        settings=["interruption.strategy=deferred"],
        acts=at((5200, Live.press), (6600, Live.let_go)),
        late_ms=late_ms,
    )
    words = np.concatenate((speech(700, seed=2), silence(1500), speech(1000, seed=3)))
    assert len(played.provider.turns) == 2
    turn = played.provider.turns[1]
    first = int(np.flatnonzero(turn)[0])
    assert np.array_equal(turn[first : first + len(words)], words)
    assert played.of("turn_committed")[-1]["cause"] == "button"
    assert problems(played.events) == []


# Windows and ticks fall here so that hearing tells it later than `confirm_ms` after its first word.
@pytest.mark.parametrize("begins_ms", [3320, 3352])
@pytest.mark.parametrize("late_ms", LATE_MS)
def test_who_clears_his_throat_first_is_not_overruled_at_the_last_moment(
    begins_ms: int, late_ms: float
) -> None:
    words = speech(3000, seed=3)
    played = play_live(
        *QUESTION,
        silence(begins_ms - 1500),
        speech(60, seed=2),
        silence(150),
        words,
        silence(4000),
        answers=[tone(4000), tone(300)],
        late_ms=late_ms,
    )
    (interruption,) = played.of("interruption")
    assert (interruption["decision"], interruption["cause"]) == ("confirmed", "speech_confirmed")
    assert problems(played.events) == []


@pytest.mark.parametrize("late_ms", LATE_MS)
def test_a_turn_that_is_ended_in_mid_word_does_not_tell_what_was_kept_again(late_ms: float) -> None:
    words = speech(5000)
    commit_ms = 4409
    played = play_live(
        silence(500),
        words,
        silence(6000),
        answers=[tone(1500), tone(300)],
        settings=["hearing.max_turn_s=2"],
        acts=at((commit_ms, post(CommitWanted(sample(commit_ms))))),
        late_ms=late_ms,
    )
    assert is_told(played, words)
    assert problems(played.events) == []
