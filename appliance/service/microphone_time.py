"""When a sample of a real microphone was spoken, on the clock of the stream."""

import math

from appliance.pcm.formats import NEAR_RATE_HZ, ms_of_samples
from appliance.service.clock import StreamClock


class MicrophoneTime:
    """Ties 16 kHz sample indices to stream time.

    A sample is never known before it was spoken, so the smallest lead of the clock over the samples
    is the microphone's; what is later was held up on the way.
    """

    def __init__(self, clock: StreamClock) -> None:
        self._clock = clock
        self._zero_ms = math.inf

    def heard(self, index: int) -> None:
        """Samples before `index` are known now. Called by the hearing thread only."""
        self._zero_ms = min(self._zero_ms, self._clock.now_ms() - ms_of_samples(index, NEAR_RATE_HZ))

    def ms_of(self, index: int) -> float:
        """Stream time of sample `index`; only after something was `heard`."""
        return self._zero_ms + ms_of_samples(index, NEAR_RATE_HZ)
