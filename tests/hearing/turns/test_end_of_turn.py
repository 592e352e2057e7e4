"""How much silence ends a turn, by what a model thinks of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.hearing.turns.end_of_turn import (
    QUESTION_EVERY_S,
    QUESTIONS_IN_A_ROW,
    EndOfTurn,
    Question,
    SilenceLimits,
    Verdict,
    end_silence,
)

MS = 16
LIMITS = SilenceLimits(800 * MS, 200 * MS, 3000 * MS)
WINDOW = 512
ONSET = 20_000


def pausing(
    windows: int, spoken_until: int = 50_000, *, asks: bool = True
) -> tuple[EndOfTurn, list[Question]]:
    """A turn in which nothing was said for so many windows, and what was asked meanwhile."""
    turn = EndOfTurn(LIMITS, asks=asks, learns=False)
    turn.begin()
    turn.speak(spoken_until)
    return turn, wait(turn, spoken_until, windows)


def wait(turn: EndOfTurn, since: int, windows: int) -> list[Question]:
    asked = []
    for n in range(1, windows + 1):
        turn.wait(ONSET, since + n * WINDOW)
        question = turn.take_question()
        asked += [question] if question is not None else []
    return asked


@given(st.none() | st.floats(0, 1))
def test_no_verdict_leaves_the_limits(complete: float | None) -> None:
    assert LIMITS.shortest <= end_silence(LIMITS, complete) <= LIMITS.longest


@given(st.floats(0, 1), st.floats(0, 1))
def test_who_is_more_surely_done_never_waits_longer(one: float, other: float) -> None:
    less, more = sorted((one, other))
    assert end_silence(LIMITS, more) <= end_silence(LIMITS, less)


def test_without_a_verdict_silence_alone_decides() -> None:
    assert end_silence(LIMITS, None) == LIMITS.silence


def test_who_is_surely_done_waits_least_and_who_surely_is_not_waits_most() -> None:
    assert end_silence(LIMITS, 1.0) == LIMITS.shortest
    assert LIMITS.silence < end_silence(LIMITS, 0.0) <= LIMITS.longest


def test_it_is_asked_soon_and_again_in_a_long_pause() -> None:
    _, asked = pausing(40)
    assert [round((q.at - q.pause) / MS) for q in asked] == [64, 384, 800]


def test_the_sound_that_is_asked_about_is_the_turn_with_its_lead_up_to_now() -> None:
    _, (question,) = pausing(5)
    assert question == Question(ONSET - 300 * MS, 50_000 + 2 * WINDOW, 50_000)


def test_after_a_word_or_two_it_is_not_asked() -> None:
    assert pausing(40, ONSET + 600 * MS)[1] == []


def test_a_verdict_about_a_pause_that_is_over_is_dropped() -> None:
    turn, (question,) = pausing(4)
    turn.speak(60_000)
    turn.judge(Verdict(question, 1.0))
    assert turn.silence == LIMITS.silence
    wait(turn, 60_000, 2)
    turn.judge(Verdict(question, 1.0))
    assert turn.silence == LIMITS.silence


def test_a_late_verdict_counts_while_the_pause_goes_on() -> None:
    turn, asked = pausing(20)
    turn.judge(Verdict(asked[0], 1.0))
    assert turn.silence == LIMITS.shortest
    assert turn.is_early


def test_the_newest_verdict_about_a_pause_counts() -> None:
    turn, asked = pausing(20)
    turn.judge(Verdict(asked[0], 1.0))
    turn.judge(Verdict(asked[1], 0.0))
    assert turn.silence > LIMITS.silence
    assert not turn.is_early


def test_questions_are_rationed() -> None:
    """Who stammers is not judged at every syllable: that would cost more than all the rest of hearing."""
    turn, at, asked = EndOfTurn(LIMITS, asks=True, learns=False), ONSET + 16_000, 0
    for _ in range(60):  # a syllable and a break of 160 ms, again and again for half a minute
        at += 10 * WINDOW
        turn.speak(at)
        asked += len(wait(turn, at, 5))
        at += 5 * WINDOW
    assert asked == QUESTIONS_IN_A_ROW + (at - ONSET - 16_000) // (16_000 * QUESTION_EVERY_S)


def test_where_nobody_could_say_silence_decides() -> None:
    turn, asked = pausing(5)
    turn.judge(Verdict(asked[0], None))
    assert turn.silence == LIMITS.silence


def test_without_a_model_nothing_is_asked() -> None:
    assert pausing(40, asks=False)[1] == []


def test_who_went_on_after_an_end_is_not_cut_off_again_in_that_turn() -> None:
    turn, asked = pausing(5)
    turn.err(500 * MS)
    turn.judge(Verdict(asked[0], 1.0))
    assert turn.silence == LIMITS.silence
    turn.begin()
    assert turn.silence == LIMITS.shortest


@pytest.mark.parametrize("pause_ms", [300, 900, 2500])
def test_pauses_teach_only_where_they_may(pause_ms: int) -> None:
    turn = EndOfTurn(LIMITS, asks=False, learns=False)
    for _ in range(100):
        turn.go_on(pause_ms * MS)
    assert turn.learnt == (LIMITS.silence, 0)
