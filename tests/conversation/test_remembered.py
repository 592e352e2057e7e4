"""So much is remembered of what was said, and for so long."""

from appliance.conversation.remembered import (
    MAX_REMEMBERED,
    MAX_REMEMBERED_CHARACTERS,
    Remembered,
    still_remembered,
)

NOW_S = 1_000_000.0


def said(hours_ago: float, text: str = "hello") -> Remembered:
    return Remembered(NOW_S - hours_ago * 3600, "user", text)


def test_what_is_older_than_the_hours_is_forgotten() -> None:
    old, young = said(2.01), said(1.99)
    assert still_remembered([old, young], NOW_S, 2) == (young,)


def test_with_no_hours_nothing_is_remembered() -> None:
    assert still_remembered([said(0)], NOW_S, 0) == ()


def test_the_last_words_are_remembered_in_their_order() -> None:
    words = [said(1 - number / 1000, str(number)) for number in range(MAX_REMEMBERED + 10)]
    assert still_remembered(words, NOW_S, 24) == tuple(words[10:])


def test_no_session_is_told_a_novel() -> None:
    novel, word = said(1, "x" * MAX_REMEMBERED_CHARACTERS), said(0.5, "y")
    assert still_remembered([novel, word], NOW_S, 24) == (word,)
    assert still_remembered([novel], NOW_S, 24) == (novel,)
