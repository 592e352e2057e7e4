"""A recording through the ears of the appliance, once, so that it can be tried again without them."""

from functools import cache
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from appliance.audio.wav import WavReader
from appliance.errors import InputFileError
from appliance.hearing.hearing import Hearing
from appliance.hearing.speech.detector import SpeechDetector
from appliance.hearing.speech.recorded_edges import EdgeRecorder, RecordedEdges
from appliance.hearing.turns.turn_detector import TurnOptions
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, samples_of_ms
from appliance.pcm.ring import SampleRing
from appliance.service.tune.trial import Complete, Heard, Stretch, Words

_BLOCK_MS: Final = 200
# What a recognizer hears before and after a stretch: a first and a last sound are softer than an edge.
_AROUND_MS: Final = 200
# After its end the room stays silent, so that its last turn ends: longer than any silence tried.
TAIL_MS: Final = 6000
# What is tried dozens of times has to have an end; a room says no more about itself in an hour than in half.
MAX_S: Final = 1800


class Model(Protocol):
    """Says whether a turn sounds complete (`SmartTurn`)."""

    def completeness(self, pcm: Pcm) -> float:
        """How likely the person is done, 0…1, by 16 kHz sound up to now."""


class Reader(Protocol):
    """Speech to text (`Recognizer`)."""

    def transcribe(self, pcm: Pcm) -> str:
        """The words in 16 kHz sound."""


class _Listener:
    """The detector, what it said, and what it heard."""

    def __init__(self, detector: SpeechDetector) -> None:
        self._detector = detector
        self.window_samples = detector.window_samples
        self.edges = EdgeRecorder(self.window_samples)
        self.probabilities: list[float] = []
        self.windows: list[Pcm] = []

    def probability(self, window: Pcm) -> float:
        self.edges.hear(window)
        self.windows.append(window.copy())
        self.probabilities.append(self._detector.probability(window))
        return self.probabilities[-1]

    def reset(self) -> None:
        self._detector.reset()


def hear_file(
    path: Path, detector: SpeechDetector, model: Model | None = None, reader: Reader | None = None
) -> Heard:
    """The first `MAX_S` of a WAV file, heard as live; `model` is asked about its pauses when they are tried,
    and `reader` for the words in it when it is not known what was said.

    Raises InputFileError.
    """
    with WavReader(path) as recording:
        rate_hz = recording.rate_hz
        capture = SampleRing.allocate(rate_hz)
        detector.reset()
        listener = _Listener(detector)
        hearing = Hearing(
            TurnOptions(),
            listener,
            capture,
            rate_hz,
            SampleRing.allocate(NEAR_RATE_HZ),
            post=lambda event: None,
        )
        left = MAX_S * rate_hz
        while left and len(block := recording.read(min(left, samples_of_ms(_BLOCK_MS, rate_hz)))):
            left -= len(block)
            _hear(hearing, capture, block)
        said = len(listener.probabilities)
        silence = np.zeros(samples_of_ms(_BLOCK_MS, rate_hz), dtype=np.int16)
        for _ in range(TAIL_MS // _BLOCK_MS):
            _hear(hearing, capture, silence)
    if not said:
        raise InputFileError(f"{path} is too short to say anything about a room")
    powers = RecordedEdges.before(listener.edges.powers())
    pcm = np.concatenate(listener.windows)
    complete = None if model is None else _asking(model, pcm)
    words = None if reader is None else _reading(reader, pcm)
    return Heard(listener.window_samples, tuple(listener.probabilities), powers, said, complete, words)


def _reading(reader: Reader, pcm: Pcm) -> Words:
    around = samples_of_ms(_AROUND_MS, NEAR_RATE_HZ)

    def words(stretch: Stretch) -> int:
        return len(reader.transcribe(pcm[max(stretch.start - around, 0) : stretch.end + around]).split())

    return words


def _asking(model: Model, pcm: Pcm) -> Complete:
    """Each question once: it takes a seventh of a second here, and many trials ask the same."""

    @cache
    def complete(start: int, at: int) -> float:
        return model.completeness(pcm[start:at])

    return lambda question: complete(question.start, question.at)


def _hear(hearing: Hearing, capture: SampleRing, block: Pcm) -> None:
    capture.write(block)
    while hearing.pump():
        pass
