"""How long a text is when it is spoken."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.conversation.spoken_length import place_of, spoken_lengths


def length(text: str) -> float:
    return spoken_lengths(text)[-1]


def test_plain_words_are_as_long_as_their_characters() -> None:
    assert spoken_lengths("a lamp") == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]


@pytest.mark.parametrize(
    ("longer", "shorter"),
    [
        ("It rains. Stay in.", "It rains, stay in."),
        ("It rains, stay in", "It rains a stay in"),
        ('"It rains." Stay in', "It rains... stayin"),
        ("at 3:20", "at noon"),
    ],
)
def test_pauses_and_digits_take_their_time(longer: str, shorter: str) -> None:
    assert length(longer) > length(shorter)


@pytest.mark.parametrize("text", ["one.two", "what's a.b", "The end."])
def test_a_mark_that_nothing_follows_is_no_pause(text: str) -> None:
    assert length(text) == len(text)


@given(st.text(max_size=200), st.floats(0, 1))
def test_lengths_ascend_and_places_are_found_again(text: str, share: float) -> None:
    lengths = spoken_lengths(text)
    assert len(lengths) == len(text) + 1
    assert all(after > before for before, after in pairwise(lengths))
    place = place_of(share * lengths[-1], lengths)
    assert 0.0 <= place <= len(text)
    assert lengths[int(place)] <= share * lengths[-1] + 1e-6
