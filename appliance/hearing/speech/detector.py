"""Who tells speech from noise: the seam that any detector stands behind."""

from typing import Protocol

from appliance.pcm.formats import Pcm


class SpeechDetector(Protocol):
    """Gives every window of 16 kHz sound a probability of speech. One stream, one thread."""

    @property
    def window_samples(self) -> int:
        """How many samples one window has; windows follow one another without a gap."""

    def probability(self, window: Pcm) -> float:
        """How likely this window holds speech, 0…1. The window is only read, and not kept."""

    def reset(self) -> None:
        """Forget the stream so far: the next window is the first of a new one."""
