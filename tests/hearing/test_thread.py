"""The hearing thread hears, ends when told to, and does not die in silence."""

import threading

import numpy as np

from appliance.hearing.speech.quiet_gate import QuietGate
from appliance.hearing.speech.quiet_spell import QUIET_WINDOWS
from appliance.hearing.thread import HearingThread
from appliance.pcm.formats import Pcm
from tests.hearing.listening import Ear
from tests.hearing.scripted import LevelDetector

DEADLINE_S = 5.0


class TellingDetector(LevelDetector):
    """Tells when a window was judged; may be told to fail."""

    def __init__(self, error: Exception | None = None) -> None:
        self.judged = threading.Event()
        self._error = error

    def probability(self, window: Pcm) -> float:
        self.judged.set()
        if self._error:
            raise self._error
        return 0.0


def test_it_hears_when_it_is_woken_and_ends_when_told_to() -> None:
    detector = TellingDetector()
    ear = Ear(detector)
    wake = threading.Event()
    deaths: list[Exception] = []
    thread = HearingThread(ear.hearing, wake, deaths.append)
    thread.start()
    ear.capture.write(np.zeros(512, dtype=np.int16))
    wake.set()
    assert detector.judged.wait(DEADLINE_S)
    assert thread.stop()
    assert deaths == []


def test_while_it_rests_it_hears_by_itself() -> None:
    detector = TellingDetector()
    ear = Ear(QuietGate(detector))
    ear.hear([np.zeros((QUIET_WINDOWS + 1) * 512, dtype=np.int16)])
    assert ear.hearing.resting
    detector.judged.clear()
    deaths: list[Exception] = []
    thread = HearingThread(ear.hearing, threading.Event(), deaths.append)
    thread.start()
    ear.capture.write(np.full(512, 10, dtype=np.int16) * np.resize([1, -1], 512).astype(np.int16))
    assert detector.judged.wait(DEADLINE_S)
    assert thread.stop()
    assert deaths == []


def test_what_kills_it_is_reported() -> None:
    error = ArithmeticError("the detector broke")
    ear = Ear(TellingDetector(error))
    wake = threading.Event()
    reported = threading.Event()
    deaths: list[Exception] = []

    def fatal(death: Exception) -> None:
        deaths.append(death)
        reported.set()

    thread = HearingThread(ear.hearing, wake, fatal)
    thread.start()
    ear.capture.write(np.zeros(512, dtype=np.int16))
    wake.set()
    assert reported.wait(DEADLINE_S)
    assert deaths == [error]
    assert thread.stop()
