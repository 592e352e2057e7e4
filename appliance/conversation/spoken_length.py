"""How long a text is when it is spoken, in characters of plain words. Pure."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

# What stands for more sound than its character, in characters of plain words: a pause between sentences
# (espeak-ng 9, for 450 ms; readers 6…10), one within (espeak-ng 5; readers 3…4), and a digit (4…9: "7" is
# "seven", "42" "forty-two").
_SENTENCE_PAUSE = 6.0
_CLAUSE_PAUSE = 3.0
_DIGIT = 5.0

_PAUSE = re.compile(r"([.!?\u2026:;,])[\"')\]\u2019\u201d]*\s")
_NUMBER = re.compile(r"\d")


def spoken_lengths(text: str) -> list[float]:
    """For each place in `text`, from 0 to its end: the length of what is before it; ascending."""
    each = [1.0] * len(text)
    for pause in _PAUSE.finditer(text):
        each[pause.end() - 1] += _CLAUSE_PAUSE if pause[1] in ",;:" else _SENTENCE_PAUSE
    for digit in _NUMBER.finditer(text):
        each[digit.start()] = _DIGIT
    return list(accumulate(each, initial=0.0))


def place_of(length: float, lengths: Sequence[float]) -> float:
    """The place, a fraction of a character included, that `length` reaches in a text of these `lengths`."""
    after = bisect_right(lengths, length)
    if after == 0:
        return 0.0
    if after == len(lengths):
        return float(len(lengths) - 1)
    before = lengths[after - 1]
    return after - 1 + (length - before) / (lengths[after] - before)
