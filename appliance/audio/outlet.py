"""A loudspeaker of any rate and any number of channels, at the playout's rate."""

from typing import Final

import numpy as np

from appliance.audio.dither import Dither
from appliance.audio.seam import SpeakerDevice
from appliance.pcm.formats import Pcm
from appliance.pcm.resample import Resampler

# What soxr keeps back follows a pattern that is longer, the less its own blocks and ours have in common: some
# hundred of ours. So many take 40 ms, whenever a device of another rate is opened.
_TRIAL_BLOCKS: Final = 1000
_BLOCKS_PER_S: Final = 50


class Outlet:
    """`device` behind a converter. All counts of samples are at `rate_hz`, which the playout has for life.

    A block of 20 ms in is always 20 ms out: what the resampler keeps back, at most 20 ms between usual
    rates, is bridged by as much silence at the start, so that the device never waits for it. That is a
    constant, `held_samples`, and 0 where the rates are equal. With `keep_awake` no silence is quite silent.
    """

    def __init__(self, device: SpeakerDevice, rate_hz: int, *, keep_awake: bool = False) -> None:
        self._device = device
        self._device_hz = device.rate_hz
        self.name = device.name
        self.rate_hz = rate_hz
        self.block_samples = rate_hz // _BLOCKS_PER_S
        held = _kept_back(rate_hz, device.rate_hz, self.block_samples)
        self.held_samples = -(-held * rate_hz // device.rate_hz)
        self.capacity_samples = device.capacity_samples * rate_hz // device.rate_hz + self.held_samples
        self._resampler = Resampler(rate_hz, device.rate_hz)
        self._ready: Pcm = np.zeros(held, np.int16)  # converted and not written; no more than a few blocks
        self._taken = self._written = 0
        self._channels = device.channels
        self._dither = Dither(device.rate_hz) if keep_awake else None

    def delay_samples(self) -> int:
        """As SpeakerDevice, what is on its way through the converter included."""
        return self._device.delay_samples() * self.rate_hz // self._device_hz + self.held_samples

    def write(self, pcm: Pcm) -> None:
        """Queue mono samples, the same on all channels. Raises DeviceError as SpeakerDevice."""
        self._taken += len(pcm)
        due = self._taken * self._device_hz // self.rate_hz - self._written
        converted = self._resampler.process(pcm)
        if len(self._ready):
            converted = np.concatenate((self._ready, converted))
        out, self._ready = converted[:due], converted[due:]
        self._written += len(out)
        if self._dither is not None:
            out = self._dither.fill(out)
        self._device.write(np.repeat(out, self._channels).tobytes())


def _kept_back(input_hz: int, output_hz: int, block_samples: int) -> int:
    """The most output samples that a resampler ever owes, fed block by block."""
    if input_hz == output_hz:
        return 0
    resampler, block = Resampler(input_hz, output_hz), np.zeros(block_samples, np.int16)
    made = most = 0
    for number in range(1, _TRIAL_BLOCKS + 1):
        made += len(resampler.process(block))
        most = max(most, number * block_samples * output_hz // input_hz - made)
    return most
