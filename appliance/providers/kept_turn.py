"""The turn that is being asked, kept until it was answered."""

from collections import deque
from collections.abc import Iterator

from appliance.pcm.formats import NEAR_RATE_HZ, Pcm

# Two turns of the longest kind (`max_turn_s` ≤ 120 s), in samples; the oldest is dropped and counted.
MAX_KEPT_SAMPLES = 240 * NEAR_RATE_HZ


class KeptTurn:
    """A turn's audio from its first sample, 16 kHz, at most `MAX_KEPT_SAMPLES`.

    `first` and `committed` are the first and the last answer that was asked for, `answered` whether
    some of the last has come, `complete` whether all of it, and `tried` the providers (by index)
    that failed this turn.
    """

    def __init__(self) -> None:
        self._chunks: deque[Pcm] = deque()
        self.samples = 0
        self.dropped_samples = 0
        self.committed: int | None = None
        self.first: int | None = None
        self.answered = False
        self.complete = False
        self.tried: set[int] = set()

    @property
    def owed(self) -> bool:
        """Something was said or asked that is not answered yet."""
        return not self.complete and (bool(self._chunks) or self.committed is not None)

    def ask(self, answer: int) -> None:
        """`answer` is asked for."""
        self.first = answer if self.first is None else self.first
        self.committed, self.answered, self.complete = answer, False, False

    def cancel(self) -> None:
        """The answer is not wanted any more; the turn may go on."""
        self.committed, self.answered, self.complete = None, False, False

    def append(self, pcm: Pcm) -> None:
        """Keep the next samples of the turn."""
        self._chunks.append(pcm)
        self.samples += len(pcm)
        while self.samples > MAX_KEPT_SAMPLES and len(self._chunks) > 1:
            oldest = self._chunks.popleft()
            self.samples -= len(oldest)
            self.dropped_samples += len(oldest)

    def audio(self) -> Iterator[Pcm]:
        """The turn so far, in order."""
        return iter(tuple(self._chunks))
