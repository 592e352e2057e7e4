"""Who is long, is not understood and draws breath finds the answer still standing when he goes on."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from appliance.pcm.formats import Pcm, samples_of_ms
from appliance.service.waits import BREATH_MS
from tests.service.event_schema import problems
from tests.service.stage import OUT_RATE_HZ, Played, play, silence, speech, tone

LONG_MS = 600.0
COMES_MS = 3100.0
ANSWER_MS = 6000.0


class ReadingAnew:
    """Reads the first of these in a piece of the first run, the second in one of the next."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = list(words)
        self._longest = 0

    def read(self, pcm: Pcm, on_words: Callable[[str | None], None]) -> None:
        if len(pcm) < self._longest:
            self._words, self._longest = self._words[1:], 0
        self._longest = len(pcm)
        on_words(self._words[0])


def over_the_answer(pause_ms: float, rest_ms: float, *words: str) -> Played:
    """`LONG_MS` of speech over an answer, a pause, and the rest."""
    return play(
        silence(500),
        speech(1000),
        silence(COMES_MS - 1500),
        speech(LONG_MS, seed=2),
        silence(pause_ms),
        speech(rest_ms, seed=3),
        silence(4500),
        answers=[tone(ANSWER_MS), tone(300)],
        reader=ReadingAnew(words),
    )


def sounds(played: Played, from_ms: float, to_ms: float) -> bool:
    start, end = samples_of_ms(from_ms, OUT_RATE_HZ), samples_of_ms(to_ms, OUT_RATE_HZ)
    return bool((np.abs(played.out[start:end].astype(np.int32)) > 100).any())


def test_the_answer_does_not_start_into_what_is_said_after_the_breath() -> None:
    played = over_the_answer(300, 1500, "", "It was a long way.")
    first, second = played.of("interruption")
    assert (first["decision"], first["cause"]) == ("rejected", "no_words")
    assert second["decision"] == "confirmed"
    assert not sounds(played, first["hushed_ms"] + 100, second["t_ms"])
    assert second["heard_ms"] == first["heard_ms"]
    assert problems(played.events) == []


def test_the_turn_has_both_halves_of_it() -> None:
    played = over_the_answer(300, 1500, "", "It was a long way.")
    second, whole = played.provider.turns[1], speech(LONG_MS, seed=2)
    start = int(np.flatnonzero(second)[0])
    assert np.array_equal(second[start : start + len(whole)], whole)


def test_after_a_cough_the_answer_goes_on_from_where_it_stood() -> None:
    played = over_the_answer(3000, 0, "")
    (interruption,) = played.of("interruption")
    assert (interruption["decision"], interruption["cause"]) == ("rejected", "no_words")
    goes_on_ms = interruption["t_ms"] + BREATH_MS
    assert not sounds(played, interruption["hushed_ms"] + 100, goes_on_ms - 20)
    assert sounds(played, goes_on_ms, goes_on_ms + 150)
    (done,) = played.of("answer_done")
    assert (done["complete"], done["heard_ms"]) == (True, ANSWER_MS)


def test_a_cough_that_comes_twice_does_not_take_the_floor() -> None:
    played = over_the_answer(300, LONG_MS, "", "")
    assert [one["decision"] for one in played.of("interruption")] == ["rejected", "rejected"]
    assert [done["complete"] for done in played.of("answer_done")] == [True]
    assert problems(played.events) == []


@pytest.mark.parametrize("words", ["Mm-hmm.", "Okay."])
def test_who_was_understood_to_listen_is_not_waited_for(words: str) -> None:
    played = over_the_answer(3000, 0, words)
    (interruption,) = played.of("interruption")
    assert interruption["cause"] == "backchannel"
    assert sounds(played, interruption["t_ms"], interruption["t_ms"] + 200)
