"""Sound as a server sends it, in whatever format and cut anywhere, as int16 mono at one rate. Pure."""

from dataclasses import dataclass

import numpy as np

from appliance.pcm.formats import Pcm
from appliance.pcm.resample import Resampler


@dataclass(frozen=True, slots=True)
class SoundFormat:
    """Little-endian samples of 1…4 bytes, interleaved; those of one byte are unsigned."""

    rate_hz: int
    width_bytes: int
    channels: int

    @property
    def frame_bytes(self) -> int:
        return self.width_bytes * self.channels


class SoundConverter:
    """One stream of sound of one format, at `rate_hz`. Bound: less than one frame is kept, and what a
    `Resampler` keeps back."""

    def __init__(self, given: SoundFormat, rate_hz: int) -> None:
        self.format = given
        self._resampler = Resampler(given.rate_hz, rate_hz)
        self._rest = b""

    def take(self, data: bytes) -> Pcm:
        """The next bytes, cut anywhere; may be empty."""
        data = self._rest + data
        whole = len(data) - len(data) % self.format.frame_bytes
        self._rest = data[whole:]
        return self._resampler.process(_mono(data[:whole], self.format))

    def flush(self) -> Pcm:
        """The end of the stream; a begun frame is dropped."""
        self._rest = b""
        return self._resampler.flush()


def _mono(data: bytes, given: SoundFormat) -> Pcm:
    raw = np.frombuffer(data, np.uint8).reshape(-1, given.channels, given.width_bytes)
    if given.width_bytes == 1:
        samples = (raw[:, :, 0].astype(np.int16) - 128) * 256
    else:  # the two upper bytes
        samples = np.ascontiguousarray(raw[:, :, -2:]).view("<i2")[:, :, 0].astype(np.int16, copy=False)
    if given.channels == 1:
        return samples[:, 0]
    mean: Pcm = np.rint(samples.mean(axis=1)).astype(np.int16)
    return mean
