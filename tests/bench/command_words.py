"""`python -m tests.bench.command_words`: "stop" and "wait" in short clips, in voices not learnt from.

`--learn FILE.npz` makes the weights that are shipped. Voices are espeak-ng's, in rooms made of numbers; and
Piper's joe, where he is installed.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from appliance.pcm.formats import Float32
from appliance.providers.offline.command_ear import WEIGHTS, Encoder, load_weights
from appliance.providers.offline.command_words import SURE, WORDS, CommandWords, pooled
from tests.bench.command_words_made import Clip, clips, of_piper
from tests.bench.table import Row

LEARNT_FROM, LEARNT_SEED = 5000, 1
TRIED, TRIED_SEED = 1500, 2
ASSENTS = (
    "yes",
    "yeah",
    "okay",
    "uh-huh",
    "mm-hmm",
    "right",
    "sure",
    "really",
    "good",
    "oh",
    "go on",
    "hold on",
)
# Of a linear judgement: how strongly small weights are preferred, and Adam's steps.
PREFER_SMALL, STEPS, STEP = 3e-3, 600, 0.02
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Heard:
    """A clip and what the encoder makes of it."""

    clip: Clip
    states: Float32


def heard(count: int, seed: int, *, known: bool) -> list[Heard]:
    """Of so many clips those in voices that are learnt from, or those in the others."""
    encoder = Encoder()
    chosen = (clip for clip in clips(count, seed) if clip.known == known or not (known or clip.voice))
    return [Heard(clip, encoder.states(clip.pcm)) for clip in chosen]


def learn(of: Sequence[Heard]) -> CommandWords:
    """Softmax regression with Adam, all at once."""
    features = np.array([pooled(one.states) for one in of], np.float64)
    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-3
    features = (features - mean) / scale
    wanted = np.eye(1 + len(WORDS))[[_column(one.clip) for one in of]]
    weights, bias = np.zeros((features.shape[1], 1 + len(WORDS))), np.zeros(1 + len(WORDS))
    steps = (_Adam(weights), _Adam(bias))
    for _ in range(STEPS):
        scores = features @ weights + bias
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        wrong = (odds / odds.sum(axis=1, keepdims=True) - wanted) / len(features)
        steps[0].step(features.T @ wrong + PREFER_SMALL * weights)
        steps[1].step(wrong.sum(axis=0))
    half = np.float16  # a third of the file, and nothing is lost
    return CommandWords.of(
        {
            "mean": mean.astype(half),
            "scale": scale.astype(half),
            "weights": weights.astype(half),
            "bias": bias,
        }
    )


def _column(clip: Clip) -> int:
    return 1 + WORDS.index(clip.word) if clip.word else 0


class _Adam:
    """D. Kingma and J. Ba, "Adam: a method for stochastic optimization" (2015)."""

    def __init__(self, changed: Numbers) -> None:
        self._changed = changed
        self._mean, self._square = np.zeros_like(changed), np.zeros_like(changed)
        self._number = 0

    def step(self, gradient: Numbers) -> None:
        self._number += 1
        self._mean += 0.1 * (gradient - self._mean)
        self._square += 0.001 * (gradient**2 - self._square)
        mean = self._mean / (1 - 0.9**self._number)
        self._changed -= STEP * mean / (np.sqrt(self._square / (1 - 0.999**self._number)) + 1e-8)


def rows(words: CommandWords, of: Sequence[Heard]) -> list[Row]:
    """How many of each are told, and what else is taken for one."""
    found = []
    for word in WORDS:
        mine = [words.word(one.states) for one in of if one.clip.word == word]
        right = sum(said == word for said in mine)
        values = {"n": float(len(mine)), "right": float(right)}
        found.append(Row(f"“{word}”", f"{right} of {len(mine)}", "-", None, values))
    for name, kind in (("other words", True), ("coughs, clicks, humming, noise", False)):
        others = [one for one in of if not one.clip.word and bool(one.clip.voice) == kind]
        taken = [one.clip.said for one in others if words.word(one.states)]
        told = f"{len(taken)} of {len(others)}: {', '.join(sorted(taken)) or 'none'}"
        found.append(Row(f"{name}, taken for one", told, "-", None, {"n": len(others), "taken": len(taken)}))
    return found


def main() -> None:
    """Print the rows; with `--learn` after the weights were learnt anew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learn", type=Path, metavar="FILE.npz")
    learnt_into: Path | None = parser.parse_args().learn
    if learnt_into is None:
        words = load_weights(WEIGHTS)
    else:
        words = learn(heard(LEARNT_FROM, LEARNT_SEED, known=True))
        half = np.float16  # a third of the file, and nothing is lost
        np.savez_compressed(
            learnt_into,
            mean=words.mean.astype(half),
            scale=words.scale.astype(half),
            weights=words.weights.astype(half),
            bias=words.bias,
        )
    print(f"Taken for a word from a probability of {SURE:g} on.")
    for row in rows(words, heard(TRIED, TRIED_SEED, known=False)):
        print(f"{row.name}: {row.measured}", flush=True)
    encoder = Encoder()
    of_joe = [Heard(clip, encoder.states(clip.pcm)) for clip in of_piper((*WORDS, "so", *ASSENTS))]
    for row in rows(words, of_joe)[:3]:
        print(f"Piper's joe: {row.name}: {row.measured}", flush=True)


if __name__ == "__main__":
    main()
