"""When a sample of a real device was spoken or heard, on the clock of the stream."""

import math

from appliance.pcm.formats import NEAR_RATE_HZ, ms_of_samples
from appliance.service.clock import StreamClock


class StreamTimes:
    """Ties sample counts of the two devices to stream time.

    The near end: a sample is never known before it was spoken, so the smallest lead of the clock
    over the samples is the microphone's; what is later was held up on the way. The loudspeaker: a
    block is rendered at the instant that its first position stands for.
    """

    def __init__(self, clock: StreamClock, out_rate_hz: int, out_block_samples: int) -> None:
        self._clock = clock
        self._out_rate_hz = out_rate_hz
        self._out_block_samples = out_block_samples
        self._near_zero_ms = math.inf
        self._out_zero_ms = 0.0

    def near_end_at(self, index: int) -> None:
        """Samples before the 16 kHz `index` are known now. Called by the hearing thread only."""
        lead_ms = self._clock.now_ms() - ms_of_samples(index, NEAR_RATE_HZ)
        self._near_zero_ms = min(self._near_zero_ms, lead_ms)

    def loudspeaker_at(self, position: int) -> None:
        """The block that ends at `position` was rendered now. Called by the speaker thread only."""
        start = position - self._out_block_samples
        self._out_zero_ms = self._clock.now_ms() - ms_of_samples(start, self._out_rate_hz)

    def near_ms(self, index: int) -> float:
        """Stream time of a 16 kHz sample; call `near_end_at` first."""
        return self._near_zero_ms + ms_of_samples(index, NEAR_RATE_HZ)

    def out_ms(self, position: int) -> float:
        """Stream time of a position of the loudspeaker."""
        return self._out_zero_ms + ms_of_samples(position, self._out_rate_hz)
