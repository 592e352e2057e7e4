"""Two sound devices, each with a crystal of its own, seen late and by chance."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from appliance.pcm.formats import NEAR_RATE_HZ


@dataclass(frozen=True)
class Crystal:
    """A stream of 16 kHz samples that runs `ppm` too fast and is at `index` at `at_s`."""

    ppm: float = 0.0
    at_s: float = 0.0
    index: float = 0.0

    def index_at(self, instant_s: float) -> float:
        return self.index + (instant_s - self.at_s) * NEAR_RATE_HZ * (1 + self.ppm / 1e6)

    def instant_of(self, index: float) -> float:
        return self.at_s + (index - self.index) / (NEAR_RATE_HZ * (1 + self.ppm / 1e6))


def looks(
    crystal: Crystal, from_s: float, to_s: float, every_s: float, late_s: float, seed: int
) -> Iterator[tuple[float, int]]:
    """An instant and what is seen in it: the index of an instant that was up to `late_s` ago, most looks
    by little."""
    chance = np.random.default_rng(seed)
    at_s = from_s
    while at_s < to_s:
        late = min(chance.exponential(late_s / 5), late_s)
        yield at_s, int(crystal.index_at(at_s - late))
        at_s += every_s
