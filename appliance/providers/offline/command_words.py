"""Whether a short clip is one of the words that stop an answer, from what the recognizer's encoder hears.

Pure. The recognizer writes what it can make a sentence of: of a "stop" that rings in a room it makes "So?",
where its encoder has heard the difference.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from appliance.pcm.formats import NEAR_RATE_HZ, Float32, samples_of_ms

WORDS: Final = ("stop", "wait")
# What is longer is read in the ordinary way: nobody says one of the words for so long.
LONGEST_SAMPLES: Final = samples_of_ms(1000, NEAR_RATE_HZ)
# What the canceller leaves of the appliance's own voice sounds like a "stop" now and then, up to 0.94; most
# that are said have 0.98 and more.
SURE: Final = 0.95
# Who said more than that is understood by his words.
_FEW_WORDS: Final = 2


@dataclass(frozen=True)
class CommandWords:
    """A linear judgement of the mean and the greatest of each of the encoder's outputs over a clip.

    `mean`, `scale`: of shape (2 · width,), what is usual of them; `weights`: (2 · width, 1 + words), `bias`:
    (1 + words,), where the first column is anything else.
    """

    mean: Float32
    scale: Float32
    weights: Float32
    bias: Float32

    @classmethod
    def of(cls, arrays: Mapping[str, npt.NDArray[np.floating]]) -> "CommandWords":
        """Out of a file. Raises KeyError or ValueError where they do not belong together."""
        mean, scale, weights, bias = (
            np.asarray(arrays[name], np.float32) for name in ("mean", "scale", "weights", "bias")
        )
        if (
            weights.shape != (len(mean), 1 + len(WORDS))
            or scale.shape != mean.shape
            or len(bias) != 1 + len(WORDS)
        ):
            raise ValueError("weights of other words")
        return cls(mean, scale, weights, bias)

    def probabilities(self, states: Float32) -> Float32:
        """Of each of `WORDS`, given the encoder's outputs of a clip: (frames, width), a frame at least."""
        scores = (pooled(states) - self.mean) / self.scale @ self.weights + self.bias
        odds = np.exp(scores - scores.max())
        probabilities: Float32 = (odds / odds.sum())[1:]
        return probabilities

    def word(self, states: Float32) -> str:
        """The one that it is, or ""."""
        probabilities = self.probabilities(states)
        likeliest = int(probabilities.argmax())
        return WORDS[likeliest] if probabilities[likeliest] >= SURE else ""


def pooled(states: Float32) -> Float32:
    """Of (frames, width) the mean and the greatest over time: (2 · width,)."""
    return np.concatenate((states.mean(axis=0), states.max(axis=0)))


def corrected(read: str, word: str) -> str:
    """What was read, or the word that was heard in it, where it was no sentence."""
    return f"{word.capitalize()}." if word and len(read.split()) <= _FEW_WORDS else read
