"""From a microphone's bytes to the samples of the capture ring, whatever microphone it is."""

from typing import Final

import numpy as np

from appliance.pcm.channels import LiveMix
from appliance.pcm.formats import Pcm
from appliance.pcm.resample import Resampler

# A live microphone has noise. So long exact zeros are a switch on the device, a mixer at zero or a dead
# capsule; some headsets deliver them for a few seconds between two words.
ZEROS_S: Final = 10.0


class Intake:
    """Mono at `ring_hz` from the blocks of one open microphone.

    Where the rates differ it resamples, which keeps back what it says in Resampler; indices stay instants.
    """

    def __init__(self, device_hz: int, channels: int, ring_hz: int) -> None:
        self._mix = LiveMix(channels, device_hz)
        self._resampler = Resampler(device_hz, ring_hz)
        self._frame_rate = device_hz * channels
        self._zeros = 0

    def take(self, block: bytes) -> Pcm:
        """The samples of the next block; not to be changed."""
        interleaved: Pcm = np.frombuffer(block, np.int16)
        self._zeros = 0 if interleaved.any() else self._zeros + len(interleaved)
        return self._resampler.process(self._mix.mix(interleaved))

    @property
    def alive(self) -> bool:
        """The last block was not all zeros."""
        return self._zeros == 0

    @property
    def suspicious(self) -> bool:
        """Nothing but exact zeros came for ZEROS_S: it may be connected, but it is deaf."""
        return self._zeros >= ZEROS_S * self._frame_rate
