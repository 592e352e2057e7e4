"""An answer whose sound tells, at every sample and at any level, which answer it is and where in it.

Each sample is +A or -A, by chance. So the level is the same in every millisecond, the signs of 64 samples
occur once in all answers, and a gain, however small, leaves the signs as they are.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from appliance.pcm.formats import Pcm

AMPLITUDE = 8000
LEVEL_DBFS = 20 * float(np.log10(AMPLITUDE / 32768))
WORD = 64  # samples whose signs tell the place: 2^64 patterns for some 2^26 places

Signs = npt.NDArray[np.int8]
Words = npt.NDArray[np.uint64]


def answer(number: int, samples: int) -> Pcm:
    """Answer `number`, at constant level from the first sample to the last."""
    return (_signs(number, samples).astype(np.int16) * AMPLITUDE).astype(np.int16)


def _signs(number: int, samples: int) -> Signs:
    chance = np.random.default_rng([51, number])
    return (chance.integers(0, 2, samples, dtype=np.int8) * 2 - 1).astype(np.int8)


@dataclass(frozen=True)
class Stretch:
    """Samples [start, stop) of the loudspeaker are those of an answer from `position` on."""

    start: int
    stop: int
    answer: int
    position: int

    @property
    def end_position(self) -> int:
        """The position after the last sample."""
        return self.position + self.stop - self.start


@dataclass(frozen=True)
class Reading:
    """What the loudspeaker played of the answers, in order, and how many samples were no answer's."""

    stretches: list[Stretch]
    foreign_samples: int

    @property
    def late_starts(self) -> int:
        """How many samples were left out before the first of each answer that was heard."""
        begun: dict[int, int] = {}
        for stretch in self.stretches:
            begun.setdefault(stretch.answer, stretch.position)
        return sum(begun.values())


class Reader:
    """Finds the answers 0…`count`-1, each of `samples`, in a sound."""

    def __init__(self, count: int, samples: int) -> None:
        self._answers = [_signs(number, samples) for number in range(count)]
        places = np.arange(0, samples - WORD + 1, WORD)
        words = np.concatenate([_words_in_a_row(signs) for signs in self._answers])
        self._order = np.argsort(words)
        self._sorted = words[self._order]
        self._places = places

    def read(self, out: Pcm) -> Reading:
        """Every stretch of an answer in `out`; a stretch ends where silence or another place begins."""
        signs = np.sign(out).astype(np.int8)
        stretches: list[Stretch] = []
        foreign = 0
        for start, stop in _runs(signs):
            at = start
            while at < stop:
                found = self._find(signs[:stop], at)
                if found is None:
                    foreign += stop - at
                    break
                foreign += found.start - at
                stretches.append(found)
                at = found.stop
        return Reading(stretches, foreign)

    def _find(self, signs: Signs, at: int) -> Stretch | None:
        """The first stretch that begins at or after `at`."""
        for chunk in range(at, len(signs) - WORD + 1, 50 * WORD):
            words = _words(signs[chunk : chunk + 51 * WORD])
            slots = np.minimum(np.searchsorted(self._sorted, words), len(self._sorted) - 1)
            hits = np.flatnonzero(self._sorted[slots] == words)
            if len(hits):
                number, place = divmod(int(self._order[slots[hits[0]]]), len(self._places))
                return self._extend(signs, chunk + int(hits[0]), at, number, int(self._places[place]))
        return None

    def _extend(self, signs: Signs, found: int, floor: int, number: int, position: int) -> Stretch:
        """Both ways, as far as the signs agree, not before `floor`."""
        mine = self._answers[number]
        back = min(found - floor, position)
        agree = signs[found - back : found] == mine[position - back : position]
        wrong = np.flatnonzero(~agree)
        back -= int(wrong[-1]) + 1 if len(wrong) else 0
        ahead = min(len(signs) - found, len(mine) - position)
        wrong = np.flatnonzero(signs[found : found + ahead] != mine[position : position + ahead])
        ahead = int(wrong[0]) if len(wrong) else ahead
        return Stretch(found - back, found + ahead, number, position - back)


def _runs(signs: Signs) -> list[tuple[int, int]]:
    """Where it sounds: [start, stop) without a zero in it."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], signs != 0, [0]))))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _words(signs: Signs) -> Words:
    """At each place, the signs of the `WORD` samples from there on as one number."""
    positive = (signs > 0).astype(np.uint64)
    count = max(0, len(signs) - WORD + 1)
    words = np.zeros(count, dtype=np.uint64)
    for bit in range(WORD):
        words |= positive[bit : bit + count] << np.uint64(bit)
    return words


def _words_in_a_row(signs: Signs) -> Words:
    """As `_words`, but only at every `WORD`-th place."""
    whole = signs[: len(signs) // WORD * WORD].reshape(-1, WORD)
    return np.packbits(whole > 0, axis=1, bitorder="little").view(np.uint64).ravel()
