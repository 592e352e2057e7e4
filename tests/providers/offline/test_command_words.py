"""What a clip is told to be, with an encoder's outputs that are known by construction."""

import numpy as np
import pytest

from appliance.providers.offline.command_words import CommandWords, corrected

WIDTH = 4


def words(bias: float = 0.0) -> CommandWords:
    """The first output stands for "stop", the second for "wait"; `bias` is that of anything else."""
    weights = np.zeros((2 * WIDTH, 3), np.float32)
    weights[0, 1] = weights[1, 2] = 10
    return CommandWords.of(
        {
            "mean": np.zeros(2 * WIDTH),
            "scale": np.ones(2 * WIDTH),
            "weights": weights,
            "bias": np.array([bias, 0, 0]),
        }
    )


def states(stop: float, wait: float) -> np.ndarray:
    return np.array([[stop, wait, 0, 0]] * 5, np.float32)


def test_the_likeliest_word_is_told_where_it_is_sure() -> None:
    assert words().word(states(1, 0)) == "stop"
    assert words().word(states(0, 1)) == "wait"


@pytest.mark.parametrize(("stop", "wait"), [(0.0, 0.0), (1.0, 1.0)])
def test_nothing_is_told_where_it_is_not_sure(stop: float, wait: float) -> None:
    assert words(bias=5.0).word(states(stop / 2, wait / 2)) == ""
    assert words().word(states(stop, wait)) == ""


def test_probabilities_are_those_of_the_words_beside_anything_else() -> None:
    told = words().probabilities(states(0, 0))
    assert told == pytest.approx([1 / 3, 1 / 3])


def test_weights_of_other_words_are_refused() -> None:
    few = {name: np.zeros(8) for name in ("mean", "scale", "bias")}
    with pytest.raises(ValueError, match="other words"):
        CommandWords.of({**few, "weights": np.zeros((8, 2))})
    with pytest.raises(KeyError):
        CommandWords.of(few)


@pytest.mark.parametrize(
    ("read", "word", "told"),
    [
        ("So?", "stop", "Stop."),
        ("", "wait", "Wait."),
        ("Oh, no.", "stop", "Stop."),
        ("Stop the timer.", "stop", "Stop the timer."),
        ("It is two hundred years old.", "wait", "It is two hundred years old."),
        ("Yes.", "", "Yes."),
    ],
)
def test_what_was_read_is_corrected_where_it_was_no_sentence(read: str, word: str, told: str) -> None:
    assert corrected(read, word) == told
