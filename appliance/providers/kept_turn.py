"""The turn that is being asked, kept until it was answered."""

from collections import deque
from collections.abc import Iterator

from appliance.pcm.formats import NEAR_RATE_HZ, Pcm

# Two turns of the longest kind (`max_turn_s` ≤ 120 s), in samples; the oldest is dropped and counted.
MAX_KEPT_SAMPLES = 240 * NEAR_RATE_HZ


class KeptTurn:
    """A turn's audio from its first sample, 16 kHz, at most `MAX_KEPT_SAMPLES`.

    `committed` is the answer that was asked for, `answered` whether some of it has come, `tried`
    the providers (by index) that failed this turn.
    """

    def __init__(self) -> None:
        self._chunks: deque[Pcm] = deque()
        self.samples = 0
        self.dropped_samples = 0
        self.committed: int | None = None
        self.answered = False
        self.tried: set[int] = set()

    @property
    def empty(self) -> bool:
        """Nothing was said, and nothing was asked."""
        return not self._chunks and self.committed is None

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
