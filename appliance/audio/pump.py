"""What the loudspeaker gets, and what hearing is told that it got."""

from appliance.audio.playout import Playout
from appliance.audio.playout_events import PlayoutEvent
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from appliance.pcm.resample import Resampler
from appliance.pcm.ring import SampleRing


class SpeakerPump:
    """Renders `playout` block by block and copies every block, at 16 kHz, into the far-end ring.

    Driven by the speaker thread, or by a ticker in its place: without a clock or a thread, and blocks
    may have any length. Index `n` of the far-end ring is the instant `n / 16000` s of the playout's
    positions, silence included; the resampler keeps up to 21 ms back, which come with a later block.
    """

    def __init__(self, playout: Playout, rate_hz: int, far_ring: SampleRing) -> None:
        self._playout = playout
        self._rate_hz = rate_hz
        self._resampler = Resampler(rate_hz, NEAR_RATE_HZ)
        self._far_ring = far_ring
        self._far_playhead = 0

    @property
    def far_playhead(self) -> int:
        """Index in the far-end ring of what left the loudspeaker as the last block was rendered.

        Below 0 while the first block is still on its way; it may be ahead of what is written by what
        the resampler keeps back.
        """
        return self._far_playhead

    def pump(self, out: Pcm, delay_samples: int) -> list[PlayoutEvent]:
        """Fill `out` with the next samples, of which the first is heard `delay_samples` from now.

        What is returned is not to be changed.
        """
        self._far_playhead = (self._playout.position - delay_samples) * NEAR_RATE_HZ // self._rate_hz
        events = self._playout.render(out, delay_samples)
        self._far_ring.write(self._resampler.process(out))
        return events
