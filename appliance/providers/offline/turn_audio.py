"""The samples of the turn that the worker is being told. Pure."""

from collections import deque

import numpy as np

from appliance.pcm.formats import NEAR_RATE_HZ, Pcm

MAX_SAMPLES = 60 * NEAR_RATE_HZ  # twice the longest turn by default


class TurnAudio:
    """What was appended since the last commit, 16 kHz.

    Bound: `MAX_SAMPLES`. Policy: the oldest are dropped and counted. The turn committed last is kept
    beside it, until the next commit, in case that it goes on.
    """

    def __init__(self) -> None:
        self._chunks: deque[Pcm] = deque()
        self._samples = 0
        self._dropped_samples = 0
        self._committed: Pcm = np.empty(0, np.int16)

    def append(self, pcm: Pcm) -> None:
        """The next samples of the turn."""
        self._chunks.append(pcm)
        self._samples += len(pcm)
        self._make_room()

    def commit(self) -> tuple[Pcm, int]:
        """The turn's samples, and how many older ones were dropped; a new turn begins."""
        pcm = np.concatenate((np.empty(0, np.int16), *self._chunks))
        dropped_samples = self._dropped_samples
        self._committed = pcm
        self.discard()
        return pcm, dropped_samples

    def reopen(self) -> None:
        """Put the turn committed last before what was appended since; the second time: nothing."""
        self._chunks.appendleft(self._committed)
        self._samples += len(self._committed)
        self._committed = np.empty(0, np.int16)
        self._make_room()

    def discard(self) -> None:
        """Forget what was appended since the last commit."""
        self._chunks.clear()
        self._samples = 0
        self._dropped_samples = 0

    def _make_room(self) -> None:
        while (excess := self._samples - MAX_SAMPLES) > 0:
            oldest = self._chunks.popleft()
            if len(oldest) > excess:
                self._chunks.appendleft(oldest[excess:])
            gone = min(excess, len(oldest))
            self._samples -= gone
            self._dropped_samples += gone
