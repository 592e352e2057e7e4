"""Turns as the labels have them: what a recognizer makes of the same noise, whoever hears the turns."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from appliance.pcm.formats import NEAR_RATE_HZ, samples_of_ms
from tests.listening.cases import Case, read_wav
from tests.listening.reading import clean_words, recognizer
from tests.listening.scoring import Heard, Turn

# As much as hearing keeps before and after speech.
BEFORE_MS = 300.0
AFTER_MS = 300.0


class PerfectTurns:
    """Begins a little before each label and ends a little after it."""

    name = "perfect turns"
    version = "1"
    only = "words wrong"  # the other numbers say nothing here

    def missing(self) -> str:
        """It is always here."""
        return ""

    def hears(self, case: Case) -> bool:
        """Where words are compared."""
        return case.scene == "turn" and case.real

    def hear(self, cases: Sequence[Case], folder: Path) -> Iterator[tuple[Case, Heard]]:
        """All of them from the label."""
        for case in cases:
            label = case.labels[0]
            start_ms, end_ms = label.start_ms - BEFORE_MS, label.end_ms + AFTER_MS
            start, end = (samples_of_ms(at, NEAR_RATE_HZ) for at in (start_ms, end_ms))
            said = np.ascontiguousarray(read_wav(folder / case.file)[start:end])
            turn = Turn(label.start_ms, start_ms, (end_ms,))
            words = recognizer().transcribe(said)
            yield case, Heard((turn,), words=words, clean_words=clean_words(case.half, label.text))
