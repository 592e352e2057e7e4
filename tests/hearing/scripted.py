"""Stand-ins: a detector that says what it is told, and edges that stay where the windows are."""

from collections.abc import Iterable
from itertools import pairwise

import numpy as np

from appliance.conversation.vocabulary import SpeechEvent
from appliance.hearing.turns.turn_detector import TurnDetector, TurnOptions
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm

WINDOW = 512
WINDOW_MS = WINDOW * 1000 // NEAR_RATE_HZ


class WindowEdges:
    """Speech begins and ends exactly where the detector's windows do."""

    def onset_near(self, window_start: int) -> int:
        return window_start

    def end_near(self, window_end: int) -> int:
        return window_end


class LevelDetector:
    """Anything louder than -40 dBFS is speech: a detector whose answer can be seen in the sound."""

    window_samples = WINDOW

    def probability(self, window: Pcm) -> float:
        return 1.0 if np.abs(window).max() > 328 else 0.0

    def reset(self) -> None:
        pass


def turn_events(probabilities: Iterable[float], options: TurnOptions | None = None) -> list[SpeechEvent]:
    """What a turn detector says to these windows, one after the other from sample 0."""
    turns = TurnDetector(options or TurnOptions(), WindowEdges(), WINDOW)
    return [e for n, p in enumerate(probabilities, start=1) for e in turns.hear(n * WINDOW, p)]


def pieces(pcm: Pcm, cuts: Iterable[int]) -> list[Pcm]:
    """`pcm` in pieces, cut at these places."""
    inside = sorted({cut for cut in cuts if 0 < cut < len(pcm)})
    return [pcm[a:b] for a, b in pairwise([0, *inside, len(pcm)])]
