"""Ends of turns by silence alone, at several lengths of it: the appliance's own ears, and no model."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from appliance.conversation.vocabulary import SpeechPossible, TurnEnded
from appliance.hearing.speech.silero import SileroDetector
from appliance.hearing.turns.turn_detector import TurnOptions
from appliance.pcm.formats import NEAR_RATE_HZ, ms_of_samples
from tests.hearing.listening import Ear, blocks_of
from tests.listening.cases import Case, read_wav
from tests.listening.scoring import Heard, Turn, answers_heard

END_SILENCES_MS = (300, 400, 500, 600, 800)


class SilenceOnly:
    """A turn ends after this much silence."""

    def __init__(self, end_silence_ms: int) -> None:
        self.name = f"silence, {end_silence_ms} ms"
        self._options = TurnOptions(end_silence_ms=end_silence_ms)

    @property
    def version(self) -> str:
        """Of the options; hearing's own code is not asked, it changes with ours."""
        return hashlib.sha256(f"{self._options} 2".encode()).hexdigest()[:10]

    def missing(self) -> str:
        """It is always here."""
        return ""

    def hears(self, case: Case) -> bool:
        """Where ends of turns are measured."""
        return case.condition in ("sentence", "pause")

    def hear(self, cases: Sequence[Case], folder: Path) -> Iterator[tuple[Case, Heard]]:
        """Each from a fresh start."""
        detector = SileroDetector()
        for case in cases:
            detector.reset()
            ear = Ear(detector, options=self._options)
            events = ear.hear(blocks_of(read_wav(folder / case.file)))
            ends = [_ms(event.at) for event in events if isinstance(event, TurnEnded)]
            onsets = [_ms(event.at) for event in events if isinstance(event, SpeechPossible)]
            turns, before = [], 0.0
            for end in ends:
                opened = next(at for at in onsets if at >= before)
                turns.append(Turn(opened, None, (end,)))
                before = end
            yield case, Heard(turns=tuple(turns), spoke_ms=answers_heard(turns))


def _ms(index: int) -> float:
    return ms_of_samples(index, NEAR_RATE_HZ)
