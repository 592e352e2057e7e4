"""A microphone, a loudspeaker and a time that tests hold in their hands."""

import queue
import threading
from collections.abc import Callable

import numpy as np

from appliance.audio.seam import READ_WAIT_S
from appliance.pcm.formats import Pcm

# What a thread of ours does between two waits takes microseconds.
PATIENCE_S = 10.0


class SteppedTime:
    """A clock that moves only by `advance`, and `sleep` for a thread that lives by it."""

    def __init__(self) -> None:
        self._now_s = 0.0
        self._limit_s = 0.0
        self._wake_s = 0.0
        self._parked = False
        self._changed = threading.Condition()

    def clock(self) -> float:
        return self._now_s

    def sleep(self, seconds: float) -> None:
        with self._changed:
            self._wake_s = wake_s = self._now_s + seconds
            while wake_s > self._limit_s:
                self._parked = True
                self._changed.notify_all()
                assert self._changed.wait(PATIENCE_S), "nobody moves the time"
            self._now_s = wake_s

    def advance(self, seconds: float) -> None:
        """Let the sleeping thread live for so long; returns when it sleeps beyond that."""
        with self._changed:
            self._limit_s += seconds
            self._parked = False
            self._changed.notify_all()
            assert self._changed.wait_for(lambda: self._parked, PATIENCE_S), "the thread never sleeps"

    def let_go(self) -> None:
        """Wake the sleeping thread early, which then does something else than to sleep; the time stands."""
        with self._changed:
            self._limit_s = max(self._limit_s, self._wake_s)
            self._parked = False
            self._changed.notify_all()

    def run_free(self) -> None:
        """From now on nobody waits."""
        with self._changed:
            self._limit_s = float("inf")
            self._changed.notify_all()


class FreeTime:
    """A clock moved by whoever sleeps, who wakes `late_s` too late."""

    def __init__(self, late_s: float = 0.0) -> None:
        self.now_s = 0.0
        self.late_s = late_s

    def clock(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds + self.late_s


class FakeSpeaker:
    """A loudspeaker that plays as `clock` goes on, once `starts_at_samples` are queued.

    It tells what it has played in steps of `step_samples`.
    """

    name = "fake"

    def __init__(
        self,
        clock: Callable[[], float],
        rate_hz: int = 24_000,
        channels: int = 1,
        capacity_ms: int = 60,
        starts_at_samples: int = 0,
        step_samples: int = 1,
    ) -> None:
        self.rate_hz = rate_hz
        self.channels = channels
        self.block_samples = rate_hz // 50
        self.capacity_samples = rate_hz * capacity_ms // 1000
        self.most_queued = 0
        self.ran_dry = 0
        self.closed_by: str | None = None
        self.closed = threading.Event()
        self.began_s = 0.0
        self.error: Exception | None = None
        self._starts_at_samples = starts_at_samples
        self._clock = clock
        self._blocks: list[Pcm] = []
        self._step_samples = step_samples
        self._written = 0
        self._played = 0.0
        self._looked_s = clock()
        self._playing = False

    @property
    def queued(self) -> float:
        """What is really queued, whatever the device tells."""
        now_s = self._clock()
        if self._playing:
            self._played += (now_s - self._looked_s) * self.rate_hz
        self._looked_s = now_s
        if self._played > self._written:
            self.ran_dry += self._played > self._written + 0.5
            self._played = self._written
            self._playing = False
        return self._written - self._played

    def delay_samples(self) -> int:
        if self.error is not None:
            raise self.error
        if not self.queued:
            return 0
        told = self._written - int(self._played / self._step_samples) * self._step_samples
        return min(told, self.capacity_samples)

    def write(self, block: bytes) -> None:
        frames = len(block) // 2 // self.channels
        assert self.queued + frames <= self.capacity_samples, "this write would have blocked"
        self._written += frames
        self.most_queued = max(self.most_queued, round(self.queued))
        if not self._blocks:
            self.began_s = self._clock()
        self._playing = self._playing or self.queued >= self._starts_at_samples
        self._blocks.append(np.frombuffer(block, np.int16))

    def close(self) -> None:
        assert self.closed_by is None
        self.closed_by = threading.current_thread().name
        self.closed.set()

    @property
    def written_frames(self) -> int:
        """How many frames were written."""
        return self._written

    @property
    def written(self) -> Pcm:
        """Everything that was written, channels interleaved."""
        return np.concatenate([np.empty(0, np.int16), *self._blocks])


class FakeMicrophone:
    """A microphone that delivers what `arrivals` holds: a block, None for one late block, or an error."""

    def __init__(self, channels: int = 1, rate_hz: int = 16_000, name: str = "fake") -> None:
        self.name = name
        self.rate_hz = rate_hz
        self.channels = channels
        self.overruns = 0
        self.arrivals: queue.SimpleQueue[bytes | Exception | None] = queue.SimpleQueue()
        self.closed_by: str | None = None
        self.closed = threading.Event()

    def read(self) -> bytes | None:
        try:
            arrival = self.arrivals.get(timeout=READ_WAIT_S)
        except queue.Empty:
            return None
        if isinstance(arrival, Exception):
            raise arrival
        return arrival

    def close(self) -> None:
        assert self.closed_by is None
        self.closed_by = threading.current_thread().name
        self.closed.set()


class News:
    """What a thread says, for a test that waits for it."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[object] = queue.SimpleQueue()

    def put(self, news: object) -> None:
        self._queue.put(news)

    def next(self) -> object:
        return self._queue.get(timeout=PATIENCE_S)

    @property
    def empty(self) -> bool:
        return self._queue.empty()
