"""A text is cut where a speaker would breathe, its first words soon, and no word of it is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.providers.clauses import GROWTH, pieces_of

FIRST, MOST = 30, 150
ends = st.sampled_from(["", "", "", ",", ".", ";", "?", "!", "...", '."', " -"])
words = st.builds(str.__add__, st.from_regex(r"[A-Za-z0-9'.$%üé]{1,12}", fullmatch=True), ends)
texts = st.lists(words, max_size=80).map(" ".join)


def cut(text: str, first_chars: int = FIRST, max_chars: int = MOST) -> list[str]:
    return [piece.text for piece in pieces_of(text, first_chars, max_chars)]


@given(texts, st.sampled_from([" ", "\n", "\n\n", "\t  "]))
def test_joined_the_pieces_are_the_same_words(text: str, space: str) -> None:
    spread = text.replace(" ", space)
    assert " ".join(cut(spread)).split() == text.split()


@given(st.text(max_size=400), st.integers(1, 60), st.integers(1, 200))
def test_any_text_keeps_every_letter_and_every_bound(text: str, first_chars: int, max_chars: int) -> None:
    pieces = cut(text, first_chars, max_chars)
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert all(0 < len(piece) <= max_chars for piece in pieces)
    assert all(len(piece) <= first_chars for piece in pieces[:1])
    assert all(piece.strip() for piece in pieces)


@given(texts)
def test_no_piece_is_longer_than_what_is_spoken_meanwhile_allows(text: str) -> None:
    said = 0
    for piece in cut(text):
        assert len(piece) <= max(FIRST, GROWTH * said)
        said += len(piece)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("It is 3:20 in the afternoon.", ["It is 3:20 in the afternoon."]),
        (
            "It is noon. Today is Saturday, the 21st of November 2026.",
            ["It is noon.", "Today is Saturday,", "the 21st of November 2026."],
        ),
        (
            "Sorry, I cannot reach anybody who could answer. I keep trying.",
            ["Sorry, I cannot reach anybody", "who could answer.", "I keep trying."],
        ),
        (
            "The museum in the old town, which opens at ten, is free.",
            ["The museum in the old town,", "which opens at ten, is free."],
        ),
        (
            "Yes, that is what everybody says about it.",
            ["Yes, that is what everybody", "says about it."],
        ),
        (
            "one two three four five six seven eight nine",
            ["one two three four five six", "seven eight nine"],
        ),
    ],
)
def test_the_first_piece_is_short_and_ends_where_a_speaker_would_breathe(
    text: str, pieces: list[str]
) -> None:
    assert cut(text) == pieces


@pytest.mark.parametrize(
    "text",
    [
        "Dr. Smith is here.",
        "It costs 3.50 in all.",
        "Pi is 3.14159.",
        "See you at 5 p.m. on Monday.",
        "J. S. Bach lived there.",
        "Take fruit, e.g. an apple.",
        "About 1,000 people came.",
        "It is version 2.0.1 of it.",
        "We meet on Nov. 21 at ten.",
    ],
)
def test_abbreviations_and_decimals_end_no_sentence(text: str) -> None:
    assert cut(text) == [text]


def test_a_sentence_ends_with_its_mark_and_what_closes_it() -> None:
    assert cut('He said "No!" Then he left. Why? (Nobody knows.) Well…', 200, 200) == [
        'He said "No!"',
        "Then he left.",
        "Why?",
        "(Nobody knows.)",
        "Well…",
    ]


def test_a_text_without_any_mark_is_cut_between_words_at_the_bound() -> None:
    pieces = cut("bla " * 400)
    assert all(len(piece) <= MOST for piece in pieces)
    assert len(pieces) < 400 * 4 / MOST + 5


def test_after_a_sentence_is_a_longer_pause_than_after_a_clause() -> None:
    pauses = [piece.pause_ms for piece in pieces_of("It is late, so good night. Bye.", 15, 150)]
    assert pauses[0] < pauses[-1]
    assert pauses == [100, 250, 250]


@pytest.mark.parametrize("text", ["", "  ", "\n\n"])
def test_where_there_is_no_word_there_is_no_piece(text: str) -> None:
    assert cut(text) == []
