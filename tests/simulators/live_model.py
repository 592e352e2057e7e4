"""The simulated model: it hears and speaks at once, window by window, and time moves with what it hears."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from appliance.pcm.formats import Pcm
from tests.simulators.live_script import RATE_HZ, SAMPLES_PER_MS, Answer, Behaviour
from tests.simulators.openai_script import chirp

WINDOW_SAMPLES = RATE_HZ // 100
# Below this the simulated model hears nothing: room noise of real recordings, and no word.
SPEECH_RMS = 0.01 * 32768
# Speech of this length over an answer is an interruption.
INTERRUPTION_SAMPLES = 200 * SAMPLES_PER_MS
# So much speech makes an utterance; less is a noise.
UTTERANCE_SAMPLES = 100 * SAMPLES_PER_MS
MHM = chirp(0.3, 150.0, 200.0)


@dataclass
class Word:
    """A word on the session's timeline."""

    text: str
    start_ms: int
    end_ms: int


@dataclass
class Said:
    """What came of one window."""

    pcm: Pcm
    heard: list[Word] = field(default_factory=list)
    spoken: list[Word] = field(default_factory=list)
    calls: Answer | None = None  # the backend is to make the calls of this answer
    broken_off: bool = False
    began: str | None = None  # the transcript of an answer that begins


@dataclass
class _Playing:
    pcm: Pcm
    words: deque[Word]
    answer: Answer
    position: int = 0


class Model:
    """Takes its turn when it thinks that the person has finished."""

    def __init__(self, next_answer: Callable[[], Answer], behaviour: Behaviour) -> None:
        self._next_answer = next_answer
        self._behaviour = behaviour
        self._speech_start: int | None = None
        self._speech_samples = 0
        self._quiet_samples = 0
        self._over_samples = 0  # speech over an answer
        self._due: tuple[int, Answer] | None = None
        self._playing: _Playing | None = None
        self._mhm_at: int | None = None
        self.samples = 0

    @property
    def now_ms(self) -> int:
        return self.samples // SAMPLES_PER_MS

    @property
    def played(self) -> tuple[Answer, int] | None:
        """The answer that is being spoken, and how many ms of it were."""
        playing = self._playing
        return (playing.answer, playing.position // SAMPLES_PER_MS) if playing else None

    def answer_in_writing(self) -> None:
        """The client gave it something to speak about."""
        answer = self._next_answer()
        self._plan(answer, answer.delay_ms)

    def think_again(self, answer: Answer) -> None:
        """What it is about to say is another thing, by what it was told meanwhile."""
        if self._due is not None:
            self._due = self._due[0], answer

    def go_on(self, answer: Answer) -> None:
        """The backend has finished."""
        if answer.then is not None:
            self._plan(answer.then, answer.then.delay_ms)

    def step(self, window: Pcm) -> Said:
        """Hear one window and say as much."""
        said = Said(np.zeros(len(window), np.int16))
        self._hear(window, said)
        self.samples += len(window)
        self._begin_what_is_due(said)
        self._speak(said)
        return said

    def _hear(self, window: Pcm, said: Said) -> None:
        sound = window.astype(np.float64)
        loud = float(sound @ sound) > SPEECH_RMS**2 * len(window)
        if loud:
            if self._speech_start is None:
                self._speech_start = self.samples
                if (after := self._behaviour.backchannel_after_ms) is not None:
                    self._mhm_at = self.samples + after * SAMPLES_PER_MS
            self._speech_samples += len(window)
            self._quiet_samples = 0
            self._due = None
            self._over_samples += len(window)
            playing = self._playing
            if playing and self._over_samples > INTERRUPTION_SAMPLES and not playing.answer.deaf:
                self._playing, said.broken_off = None, True
        else:
            self._quiet_samples += len(window)
            self._over_samples = 0
        over = self._quiet_samples >= self._behaviour.endpoint_ms * SAMPLES_PER_MS
        if self._speech_start is not None and over:
            if self._speech_samples >= UTTERANCE_SAMPLES:
                self._take_utterance(self._speech_start, said)
            self._speech_start, self._speech_samples, self._mhm_at = None, 0, None

    def _take_utterance(self, start: int, said: Said) -> None:
        answer = self._next_answer()
        said.heard += _words(answer.user_transcript, start, self.samples - self._quiet_samples)
        self._plan(answer, answer.delay_ms)

    def _plan(self, answer: Answer, delay_ms: int) -> None:
        self._due = self.samples + delay_ms * SAMPLES_PER_MS, answer

    def _begin_what_is_due(self, said: Said) -> None:
        if self._mhm_at is not None and self.samples >= self._mhm_at:
            self._mhm_at = None
            mhm = Answer(MHM, "Mhm.", deaf=True)
            self._playing = _Playing(MHM, deque(_words("Mhm.", self.samples, self.samples + len(MHM))), mhm)
        if self._due is None or self.samples < self._due[0]:
            return
        answer, self._due = self._due[1], None
        if answer.calls:
            said.calls = answer
        else:
            words = _words(answer.transcript, self.samples, self.samples + len(answer.pcm24k))
            self._playing = _Playing(answer.pcm24k, deque(words), answer)
            said.began = answer.transcript

    def _speak(self, said: Said) -> None:
        if self.now_ms < self._behaviour.tick_ms:
            said.pcm[::7] = 200
        playing = self._playing
        if playing is None:
            return
        while playing.words and playing.words[0].start_ms <= self.now_ms:
            said.spoken.append(playing.words.popleft())
        piece = playing.pcm[playing.position : playing.position + len(said.pcm)]
        said.pcm[: len(piece)] = piece
        playing.position += len(said.pcm)
        if playing.position >= len(playing.pcm):
            said.spoken += playing.words
            self._playing = None


def _words(text: str, start: int, end: int) -> list[Word]:
    """The words of `text`, evenly over the samples from `start` to `end`."""
    words = text.split()
    edges = [
        (start + (end - start) * n // max(len(words), 1)) // SAMPLES_PER_MS for n in range(len(words) + 1)
    ]
    return [Word(word if n == 0 else f" {word}", edges[n], edges[n + 1]) for n, word in enumerate(words)]
