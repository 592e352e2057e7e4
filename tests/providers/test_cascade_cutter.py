"""A text that is being written can be spoken from its first clause on."""

import pytest

from appliance.providers.cascade.cutter import FIRST_CHARS, MAX_CHARS, Cutter
from appliance.providers.cascade.plain_speech import plain_speech
from appliance.providers.cascade.thoughts import ThoughtFilter

TEXT = "Well, it is noon, and the sun shines. You might go out. Take a hat with you, though."


def written(text: str, *, chars: int = 3) -> list[str]:
    """The pieces that come out when each is taken as soon as it is there."""
    cutter, pieces = Cutter(), []
    for start in range(0, len(text), chars):
        cutter.add(text[start : start + chars])
        while (piece := cutter.take()) is not None:
            pieces.append(piece)
    cutter.end()
    while (piece := cutter.take()) is not None:
        pieces.append(piece)
    return pieces


def test_the_first_piece_is_the_first_clause_that_is_worth_a_breath() -> None:
    assert written(TEXT) == [
        "Well, it is noon,",
        "and the sun shines.",
        "You might go out.",
        "Take a hat with you, though.",
    ]


def test_what_is_there_already_is_taken_in_whole_sentences() -> None:
    cutter = Cutter()
    cutter.add(TEXT)
    cutter.end()
    assert cutter.take() == "Well, it is noon,"
    assert cutter.take() == "and the sun shines. You might go out."
    assert cutter.take() == "Take a hat with you, though."
    assert cutter.over


def test_a_word_that_is_still_being_written_is_not_taken() -> None:
    cutter = Cutter()
    cutter.add("That costs 3.")
    assert cutter.take() is None
    cutter.add("50 euros. ")
    assert cutter.take() == "That costs 3.50 euros."


@pytest.mark.parametrize("text", ["Dr. Who is here.", "It is approx. 5 km away.", "At 3.5 m, e.g. here."])
def test_abbreviations_and_decimals_end_nothing(text: str) -> None:
    assert written(text) == [text]


def test_a_short_sentence_is_spoken_at_once() -> None:
    assert written("Yes. It is noon.")[0] == "Yes."


def test_without_any_mark_it_is_cut_between_words() -> None:
    pieces = written("word " * 200)
    assert all(len(piece) <= MAX_CHARS for piece in pieces)
    assert len(pieces[0]) <= FIRST_CHARS
    assert " ".join(pieces).split() == ["word"] * 200


def test_a_language_without_spaces_is_cut_at_its_full_stops() -> None:
    assert written("今は正午です。太陽が輝いています。", chars=1) == [
        "今は正午です。",
        "太陽が輝いています。",
    ]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("**It** is `noon`.", "It is noon."),
        ("# Weather", "Weather"),
        ("- one thing", "one thing"),
        ("See [the page](https://example.org/x).", "See the page."),
        ("snake_case stays, _this_ goes", "snake_case stays, this goes"),
        ("2*3*4 is 24, and 3 * 4 is **12**.", "2 \u00d7 3 \u00d7 4 is 24, and 3 \u00d7 4 is 12."),
        ("***", ""),
        ("…", ""),
    ],
)
def test_marks_for_the_eye_are_not_spoken(written: str, said: str) -> None:
    assert plain_speech(written) == said


@pytest.mark.parametrize("chars", [1, 2, 5, 1000])
@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("<think>Hm.</think>It is noon.", "It is noon."),
        ("\n<think>\na < b\n</think>\n\nIt is noon.", "It is noon."),
        ("It is <think>noon</think>.", "It is <think>noon</think>."),
        ("<thin ice>", "<thin ice>"),
        ("<", "<"),
        ("<think>never done", ""),
        ("<think></think>" * 2000 + "Noon.", "Noon."),
        ("", ""),
    ],
)
def test_thoughts_at_the_beginning_are_not_said(written: str, said: str, chars: int) -> None:
    thoughts = ThoughtFilter()
    pieces = [thoughts.feed(written[start : start + chars]) for start in range(0, len(written), chars)]
    assert ("".join(pieces) + thoughts.end()).strip() == said
