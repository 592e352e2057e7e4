"""Hearing as it is called: a wake word opens a turn, as the conversation would have it."""

from dataclasses import dataclass

import numpy as np

from appliance.conversation.vocabulary import Forgotten, SpeechEvent, SpeechReal, WakeWordHeard
from appliance.hearing.hearing import Hearing
from appliance.hearing.speech.silero import SileroDetector
from appliance.hearing.turns.turn_detector import TurnOptions
from appliance.hearing.wake_word.wake_word import Hit, WakeWordDetector
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from appliance.pcm.ring import SampleRing

BLOCK = 320
# From the notice until the turn is open: the event loop and the next window.
LATE_BLOCKS = 2


@dataclass
class Heard:
    """What became of a recording: the first wake word, where it was noticed, and whether a turn followed."""

    word: WakeWordHeard | None = None
    noticed: int = 0
    real: bool = False


class Caller:
    """Hears recordings one after the other, each as the first of a stream."""

    def __init__(self, word: WakeWordDetector) -> None:
        self._word = word
        self._detector = SileroDetector()

    def hear(self, near: Pcm) -> Heard:
        """What `near` comes to."""
        self._word.reset()
        self._detector.reset()
        capture, events = SampleRing.allocate(NEAR_RATE_HZ), list[SpeechEvent]()
        history = SampleRing.allocate(20 * NEAR_RATE_HZ)
        watched = _Watched(self._word)
        hearing = Hearing(
            TurnOptions(), self._detector, capture, NEAR_RATE_HZ, history, events.append, wake_word=watched
        )
        heard, due, forgotten = Heard(), -1, False
        for number, at in enumerate(range(0, len(near), BLOCK)):
            capture.write(np.ascontiguousarray(near[at : at + BLOCK]))
            hearing.pump()
            for event in events:
                if isinstance(event, WakeWordHeard) and heard.word is None:
                    heard.word, heard.noticed = event, event.at - watched.noticed
                    due = number + LATE_BLOCKS
                forgotten |= isinstance(event, Forgotten)
                heard.real |= forgotten and isinstance(event, SpeechReal)
            events.clear()
            if number == due and heard.word is not None:
                hearing.forget_all()
                hearing.call(heard.word)
        return heard


class _Watched:
    """A detector whose last hit is kept."""

    def __init__(self, word: WakeWordDetector) -> None:
        self._word = word
        self.name, self.phrase = word.name, word.phrase
        self.noticed = 0

    def hear(self, samples: Pcm) -> Hit | None:
        hit = self._word.hear(samples)
        if hit is not None:
            self.noticed = hit.noticed
        return hit

    def reset(self) -> None:
        self._word.reset()
