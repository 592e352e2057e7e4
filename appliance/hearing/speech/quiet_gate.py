"""A speech detector that sleeps while nothing stirs."""

from typing import Final

import numpy as np

from appliance.hearing.speech.detector import SpeechDetector
from appliance.hearing.speech.quiet_spell import QUIET_WINDOWS, SPEECH_PROBABILITY
from appliance.hearing.speech.stirring import Stirring
from appliance.pcm.formats import Pcm

# What the detector is given again when it wakes, 1.3 s. Silero forgets everything every two seconds, and is
# hard of hearing just after that: of 56 soft utterances it noticed the first word after 7 … 12 windows,
# depending on when it had forgotten last, and some not at all; with so much given again after 7, at most 15.
REMEMBERED_WINDOWS: Final = 40


class QuietGate:
    """Asks a recurrent detector only while something stirs, and for two seconds after that.

    Those are the two seconds after which Silero forgets its state by itself (see QuietSpell), so there is
    nothing that it could miss of its sleep but the noise of the room; of that it gets the last
    `REMEMBERED_WINDOWS` again when it wakes, before the window that woke it: then its probabilities are as
    if it had never slept. The probability of a window in its sleep is 0. One stream, one thread; waking
    takes 7 ms.

    For detectors that may be reset at any time in the noise of a room, and that cost more than a `Stirring`.
    """

    def __init__(self, detector: SpeechDetector) -> None:
        self.window_samples = detector.window_samples
        self._detector = detector
        self._stirring = Stirring(detector.window_samples)
        self._remembered = np.zeros((REMEMBERED_WINDOWS, detector.window_samples), dtype=np.int16)
        self._heard = 0  # windows of this stream
        self._quiet = 0
        self._asleep = False

    @property
    def asleep(self) -> bool:
        """Whether the detector is not asked."""
        return self._asleep

    def probability(self, window: Pcm) -> float:
        """How likely this window of exactly `window_samples` holds speech, 0…1; 0 where it was not asked."""
        stirs = self._stirring.hear(window)
        if self._asleep and stirs:
            self._wake()
        self._remembered[self._heard % REMEMBERED_WINDOWS] = window
        self._heard += 1
        if self._asleep:
            return 0.0
        probability = self._detector.probability(window)
        self._quiet = 0 if stirs or probability >= SPEECH_PROBABILITY else self._quiet + 1
        self._asleep = self._quiet >= QUIET_WINDOWS
        return probability

    def reset(self) -> None:
        """Forget the stream so far: the next window is the first of a new one."""
        self._detector.reset()
        self._stirring.reset()
        self._heard = self._quiet = 0
        self._asleep = False

    def _wake(self) -> None:
        """Bring the detector to where it would be; what it says of windows that were quiet is dropped."""
        self._asleep = False
        self._quiet = 0
        self._detector.reset()
        for number in range(max(0, self._heard - REMEMBERED_WINDOWS), self._heard):
            self._detector.probability(self._remembered[number % REMEMBERED_WINDOWS])
