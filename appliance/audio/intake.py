"""From a microphone's bytes to the samples of the capture ring, whatever microphone it is."""

import numpy as np

from appliance.pcm.channels import LiveMix
from appliance.pcm.formats import Pcm
from appliance.pcm.resample import Resampler


class Intake:
    """Mono at `ring_hz` from the blocks of one open microphone.

    Where the rates differ it resamples, which keeps back what it says in Resampler; indices stay instants.
    A live microphone has noise: one that delivers the same frame over and over, zero or not, is deaf.
    """

    def __init__(self, device_hz: int, channels: int, ring_hz: int) -> None:
        self._mix = LiveMix(channels, device_hz)
        self._resampler = Resampler(device_hz, ring_hz)
        self._device_hz = device_hz
        self._last = np.zeros(channels, np.int16)  # the last frame
        self._still_frames = 0

    def take(self, block: bytes) -> Pcm:
        """The samples of the next block, of whole frames; not to be changed."""
        interleaved: Pcm = np.frombuffer(block, np.int16)
        self._look(interleaved.reshape(-1, len(self._last)))
        return self._resampler.process(self._mix.mix(interleaved))

    def _look(self, frames: Pcm) -> None:
        if not len(frames):
            return
        if (frames == frames[-1]).all():
            same = self._still_frames > 0 and bool((frames[-1] == self._last).all())
            self._still_frames = len(frames) + (self._still_frames if same else 0)
        else:
            self._still_frames = 0
        self._last = frames[-1]

    @property
    def dead_channel(self) -> str:
        """As LiveMix: "left", "right" or "" for none."""
        return self._mix.dead

    @property
    def still_s(self) -> float:
        """For how long every frame has been like the one before it, counted in whole blocks; 0: it lives."""
        return self._still_frames / self._device_hz

    @property
    def zero(self) -> bool:
        """The last frame was digital silence."""
        return not self._last.any()
