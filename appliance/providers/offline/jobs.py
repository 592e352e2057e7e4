"""What the worker was asked for: filled by the thread that reads, worked off by the one that computes."""

import queue
import threading
from dataclasses import dataclass, field
from datetime import datetime

from appliance.errors import ProtocolViolation
from appliance.pcm.formats import Pcm
from appliance.providers.offline.messages import Audio, Cancel, Commit, Discard, Reopen, Request, Speak
from appliance.providers.offline.turn_audio import TurnAudio

# Several times what a conversation has under way: an answer, one that was cancelled, an announcement.
MAX_JOBS = 16


@dataclass(frozen=True, slots=True)
class Question:
    """A turn that asks to be answered as of `now`."""

    number: int
    pcm: Pcm
    dropped_samples: int
    now: datetime
    cancelled: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text that asks to be said."""

    number: int
    text: str
    cancelled: threading.Event = field(default_factory=threading.Event)


Job = Question | Sentence


class Jobs:
    """A queue between two threads. Bound: `MAX_JOBS` waiting; one more is a violation."""

    def __init__(self) -> None:
        self._turn = TurnAudio()
        self._waiting: queue.Queue[Job] = queue.Queue(MAX_JOBS)
        self._latest: dict[int, Job] = {}

    def take(self, request: Request) -> None:
        """Do what `request` asks for; belongs to the reading thread. Raises `ProtocolViolation`."""
        match request:
            case Audio(pcm):
                self._turn.append(pcm)
            case Commit(number, now):
                self._put(Question(number, *self._turn.commit(), now))
            case Speak(number, text):
                self._put(Sentence(number, text))
            case Cancel(number):
                if (job := self._latest.get(number)) is not None:
                    job.cancelled.set()
            case Reopen():
                self._turn.reopen()
            case Discard():
                self._turn.discard()

    def next(self) -> Job:
        """Wait for the next job that is not cancelled; belongs to the computing thread."""
        while (job := self._waiting.get()).cancelled.is_set():
            pass
        return job

    def _put(self, job: Job) -> None:
        try:
            self._waiting.put_nowait(job)
        except queue.Full:
            raise ProtocolViolation(f"more than {MAX_JOBS} jobs at once") from None
        self._latest[job.number] = job
        while len(self._latest) > MAX_JOBS + 1:  # those waiting, and the one under way
            del self._latest[next(iter(self._latest))]
