"""Edges of a stream that was heard before: to try other options on it costs next to nothing."""

import numpy as np

from appliance.hearing.speech.edges import BLOCKS_PER_WINDOW, KEPT_BLOCKS, Levels, SpeechEdges
from appliance.pcm.formats import Pcm


class EdgeRecorder(SpeechEdges):
    """Edges that remember the whole stream: an hour of it takes 3.6 MB."""

    def __init__(self, window_samples: int) -> None:
        super().__init__(window_samples)
        self._kept: list[Levels] = []

    def hear(self, window: Pcm) -> None:
        """Take in the next window."""
        super().hear(window)
        self._take_in()
        self._kept.append(self._powers[-BLOCKS_PER_WINDOW:].copy())

    def powers(self) -> Levels:
        """The power of every block so far."""
        return np.concatenate(self._kept) if self._kept else np.zeros(0)


class RecordedEdges(SpeechEdges):
    """The edges that SpeechEdges had after each window of a stream; `advance` stands for hearing it again."""

    def __init__(self, window_samples: int, powers: Levels) -> None:
        """`powers` as from `before`, which many may share."""
        super().__init__(window_samples)
        self._whole = powers

    @staticmethod
    def before(powers: Levels) -> Levels:
        """What `EdgeRecorder.powers` gave, with the silence before the stream."""
        return np.concatenate((np.zeros(KEPT_BLOCKS), powers))

    def advance(self) -> None:
        """The next window was heard."""
        self._heard_blocks += BLOCKS_PER_WINDOW
        self._powers = self._whole[self._heard_blocks : self._heard_blocks + KEPT_BLOCKS]
