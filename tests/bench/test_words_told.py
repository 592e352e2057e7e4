"""The grid of voices and manners: its calculation keeps its promises, and sees it when they are broken."""

import random
from dataclasses import replace

import pytest

from tests.bench.words_told import Case, Known, Told, rows, run, told
from tests.bench.words_told_speech import MANNERS, Manner, Sound, Text, speech, stream


@pytest.fixture(scope="module")
def grid() -> list[Told]:
    return run(each=1, seed=7)


def test_hardly_ever_more_than_one_word_too_many_is_told(grid: list[Told]) -> None:
    missed = [row for row in rows(grid) if row.met is False]
    assert missed == []


@pytest.mark.parametrize("known", [Known.NOTHING, Known.VOICE])
def test_words_that_come_one_by_one_with_their_sound_are_told_to_a_word(known: Known) -> None:
    losses = [
        loss
        for seed in range(100)
        for loss in told(Case(70.0, MANNERS[0], "words", 40, pauses=True, seed=seed), known)
    ]
    off = [max(loss.too_many, loss.too_few) for loss in losses]
    assert sum(each <= 1.25 for each in off) >= 0.9 * len(off)
    assert max(off) <= 3.0


def test_words_that_are_lost_are_seen(grid: list[Told]) -> None:
    all_that_came = [replace(each, told=each.came) for each in grid]
    assert any(row.met is False for row in rows(all_that_came))


@pytest.mark.parametrize("manner", MANNERS, ids=lambda manner: manner.name)
@pytest.mark.parametrize("delta", ["words", "clauses", "sentences"])
def test_all_words_and_all_of_the_sound_are_sent(manner: Manner, delta: str) -> None:
    words = speech(random.Random(1), 70.0, pauses=True)
    events = stream(words, manner, delta, 400)
    texts = [event.text for event in events if isinstance(event, Text)]
    assert texts[-1] == " ".join(word.word for word in words)
    assert texts == sorted(texts, key=len)
    assert sum(event.ms for event in events if isinstance(event, Sound)) == pytest.approx(words[-1].until_ms)
