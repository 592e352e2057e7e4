"""What the worker was asked for: filled by the thread that reads, worked off by those that compute."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from appliance.errors import ProtocolViolation
from appliance.pcm.formats import Pcm
from appliance.providers.offline.messages import (
    Audio,
    Cancel,
    Commit,
    Discard,
    Part,
    Read,
    Reopen,
    Request,
    Speak,
    Transcribe,
)
from appliance.providers.offline.turn_audio import TurnAudio

# Several times what a conversation has under way: an answer, one that was cancelled, an announcement,
# and the pieces of an interruption.
MAX_JOBS = 16


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """A turn that asks to be answered as of `now`; `stands_in` as for `answers.answer`."""

    number: int
    pcm: Pcm
    dropped_samples: int
    now: datetime
    stands_in: bool = False
    cancelled: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """Sound of which somebody wants the words; `over_answer`: it was heard while the appliance spoke."""

    number: int
    pcm: Pcm
    dropped_samples: int = 0
    over_answer: bool = False
    cancelled: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True, slots=True, eq=False)
class Sentence:
    """A text that asks to be said; the answer to a question of so many samples, or to none."""

    number: int
    text: str
    taken_samples: int = 0
    dropped_samples: int = 0
    speed: float = 1.0
    cancelled: threading.Event = field(default_factory=threading.Event)


Job = Question | Reading | Sentence
J = TypeVar("J", bound=Job)


class Jobs:
    """Two lanes between threads: what is to be heard, and what is to be said.

    Bound: `MAX_JOBS` that are not finished; one more is a violation. Policy: readings, in the order
    in which they came, before whole turns, which nobody decides anything by within half a second; what is
    being computed is never broken off for another job. A sound that is cancelled while it waits is gone;
    a text is still taken, and left unsaid, by whoever speaks.
    """

    def __init__(self, on_cancel: Callable[[int], None] | None = None) -> None:
        """`on_cancel` is told, in the reading thread, the number of a cancelled job that is not gone."""
        self._on_cancel = on_cancel
        self._turn = TurnAudio()
        self._parts_of, self._parts = 0, TurnAudio()
        self._changed = threading.Condition()
        self._readings: deque[Reading] = deque()
        self._turns: deque[Question | Reading] = deque()
        self._sentences: deque[Sentence] = deque()
        self._unfinished: dict[int, Job] = {}

    def take(self, request: Request) -> None:
        """Do what `request` asks for; belongs to the reading thread. Raises `ProtocolViolation`."""
        match request:
            case Audio(pcm):
                self._turn.append(pcm)
            case Commit(number, now, stands_in):
                self._add(Question(number, *self._turn.commit(), now, stands_in), self._turns)
            case Read(number, pcm):
                self._add(Reading(number, pcm, over_answer=True), self._readings)
            case Part(number, pcm):
                self._parts_for(number).append(pcm)
            case Transcribe(number):
                self._add(Reading(number, *self._parts_for(number).commit()), self._turns)
                self._parts = TurnAudio()
            case Speak(number, text, speed):
                self._add(Sentence(number, text, speed=speed), self._sentences)
            case Cancel(number):
                self._cancel(number)
            case Reopen():
                self._turn.reopen()
            case Discard():
                self._turn.discard()

    def next_heard(self) -> Question | Reading:
        """Wait for the next thing to listen to; belongs to the hearing thread."""
        with self._changed:
            self._changed.wait_for(lambda: self._readings or self._turns)
            return self._readings.popleft() if self._readings else self._turns.popleft()

    def next_said(self) -> Sentence:
        """Wait for the next text to be said; belongs to the speaking thread."""
        with self._changed:
            self._changed.wait_for(lambda: self._sentences)
            return self._sentences.popleft()

    def reply(self, question: Question, text: str) -> None:
        """The question's job goes on with saying `text`."""
        taken = len(question.pcm)
        sentence = Sentence(
            question.number, text, taken, question.dropped_samples, cancelled=question.cancelled
        )
        with self._changed:
            self._unfinished[question.number] = sentence
            self._sentences.append(sentence)
            self._changed.notify_all()

    def finish(self, number: int) -> None:
        """Nothing more is done for this job."""
        with self._changed:
            self._unfinished.pop(number, None)

    def _parts_for(self, number: int) -> TurnAudio:
        if self._parts_of != number:
            self._parts_of, self._parts = number, TurnAudio()
        return self._parts

    def _add(self, job: J, lane: deque[J]) -> None:
        with self._changed:
            if len(self._unfinished) >= MAX_JOBS:
                raise ProtocolViolation(f"more than {MAX_JOBS} jobs at once")
            self._unfinished[job.number] = job
            lane.append(job)
            self._changed.notify_all()

    def _cancel(self, number: int) -> None:
        with self._changed:
            job = self._unfinished.get(number)
            if job is None:
                return
            job.cancelled.set()
            waited = any(_remove(lane, job) for lane in (self._readings, self._turns))
            if waited:
                del self._unfinished[number]
        if not waited and self._on_cancel is not None:
            self._on_cancel(number)


def _remove(lane: deque[Any], job: Job) -> bool:
    """Take `job` out of `lane`; False where it does not wait there."""
    try:
        lane.remove(job)
    except ValueError:
        return False
    return True
