"""What was heard last, to be heard once more as a part of a turn that began meanwhile."""

from collections import deque
from typing import Final

from appliance.pcm.formats import NEAR_RATE_HZ, samples_of_ms

# A wake word is told a third of a second after its end, and on a busy machine acted upon half a second later.
RECENT_MS: Final = 2000
# For so long after the end of speech a detector takes it to go on, in samples.
LINGERS: Final = samples_of_ms(64, NEAR_RATE_HZ)

Window = tuple[int, float]
"""One past its last sample, and the probability that it holds speech."""


class RecentWindows:
    """The windows of the last `RECENT_MS`; older ones are dropped."""

    def __init__(self, window_samples: int) -> None:
        self._window = window_samples
        count = -(-samples_of_ms(RECENT_MS, NEAR_RATE_HZ) // window_samples)
        self._windows: deque[Window] = deque(maxlen=count)

    def hear(self, window_end: int, probability: float) -> None:
        """The next window."""
        self._windows.append((window_end, probability))

    def take_since(self, at: int) -> list[Window]:
        """Those that begin with sample `at` or later; from here on none is known."""
        since = [window for window in self._windows if window[0] - self._window >= at]
        self._windows.clear()
        return since

    def said_since(self, at: int, threshold: float) -> int:
        """Samples of speech up to the last window, not counted itself, without a pause, since sample `at`."""
        said = 0
        for end, probability in list(self._windows)[-2::-1]:
            if probability < threshold or end - self._window < at:
                break
            said += self._window
        return said
