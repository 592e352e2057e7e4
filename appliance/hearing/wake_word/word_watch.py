"""The wake word's detector over the history: it sleeps while nothing stirs, and misses nothing of a word."""

from typing import Final, Protocol

import numpy as np

from appliance.conversation.vocabulary import WakeWordHeard
from appliance.hearing.wake_word.wake_word import WakeWordDetector
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, samples_of_ms

# What is heard after all when something stirs: the beginning of a word that was soft, and the noise of the
# room, by which the features tell what stands out of it. Takes 5 ms.
AFTER_ALL: Final = samples_of_ms(1000, NEAR_RATE_HZ)


class History(Protocol):
    """The processed samples of the near end, 16 kHz (`SampleRing`)."""

    def read_into(self, start: int, out: Pcm) -> int: ...


class WordWatch:
    """Gives `word` the samples of `history`, window by window. One stream, one thread."""

    def __init__(self, word: WakeWordDetector, history: History, window_samples: int) -> None:
        self._word = word
        self._history = history
        self._window = np.zeros(window_samples, np.int16)
        self._until = 0
        self._after_all = AFTER_ALL // window_samples * window_samples

    def hear(self, now: int, *, asleep: bool) -> tuple[int, WakeWordHeard] | None:
        """The history holds every sample before `now`, and nothing stirs where `asleep`: where the word was
        noticed, and what is told of it."""
        if asleep:
            return None
        found = None
        self._until = max(self._until, now - self._after_all)
        while self._until + len(self._window) <= now:
            self._history.read_into(self._until, self._window)
            self._until += len(self._window)
            hit = self._word.hear(self._window)
            if hit is not None:
                end, over = max(self._until - hit.earliest, 0), self._until - hit.latest
                word = WakeWordHeard(now, self._word.name, hit.probability, end, over)
                found = self._until - hit.noticed, word
        return found

    def reset(self) -> None:
        """What was heard so far is no beginning of a word."""
        self._word.reset()
