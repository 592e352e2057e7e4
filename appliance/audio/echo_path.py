"""A modelled room: what a microphone hears of a loudspeaker."""

from typing import Final

import numpy as np

from appliance.pcm.formats import FULL_SCALE, Float32, Pcm, samples_of_ms
from appliance.pcm.resample import Resampler

# The resampler between the two rates keeps back 21 ms, and what is heard in one tick is rendered in it: so
# long is the shortest way from the renderer to the microphone.
SHORTEST_MS: Final = 30.0

# A large church. Convolving it costs a tenth of what a tick has.
LONGEST_RESPONSE_S: Final = 4.0


class EchoPath:
    """Attenuates, delays and, with a room's impulse response, reverberates what is played.

    `db`: the level of what is heard over what is played. `delay_ms`: from the rendering of a sample until the
    first of it is heard, `SHORTEST_MS` at least. `response`: at the loudspeaker's rate; it is scaled to the
    energy of one sample, so that `db` is right with it as well. All blocks of `play` have one length, and as
    much time is heard as was played.

    Raises ValueError for a shorter delay, and a response that is silent or longer than `LONGEST_RESPONSE_S`.
    """

    def __init__(
        self,
        db: float,
        delay_ms: float,
        out_hz: int,
        near_hz: int,
        block_samples: int,
        response: Float32 | None = None,
    ) -> None:
        if delay_ms < SHORTEST_MS:
            raise ValueError(f"a delay of {delay_ms:g} ms is shorter than {SHORTEST_MS:g} ms")
        gain = np.float32(10 ** (db / 20))
        self._room = _Convolution(
            gain * (np.ones(1, np.float32) if response is None else _of_one_sample(response, out_hz)),
            block_samples,
        )
        self._resampler = Resampler(out_hz, near_hz)
        self._on_its_way: Pcm = np.zeros(samples_of_ms(delay_ms, near_hz), np.int16)

    def play(self, rendered: Pcm) -> None:
        """The next block of the loudspeaker, as it is rendered."""
        echo = self._room.through(rendered)
        np.clip(np.rint(echo, out=echo), -FULL_SCALE, FULL_SCALE - 1, out=echo)
        arrived = self._resampler.process(echo.astype(np.int16))
        self._on_its_way = np.concatenate((self._on_its_way, arrived))

    def hear(self, near: Pcm) -> Pcm:
        """The next block of the microphone, and with it what it hears of the loudspeaker; saturates."""
        count = len(near)
        both = near.astype(np.int32) + self._on_its_way[:count]
        self._on_its_way = self._on_its_way[count:]
        heard: Pcm = np.clip(both, -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)
        return heard


class _Convolution:
    """With one response, block by block: uniformly partitioned, by overlap-save."""

    def __init__(self, response: Float32, block_samples: int) -> None:
        self._block = block_samples
        parts = -(-len(response) // block_samples)
        padded = np.zeros(parts * block_samples, np.float32)
        padded[: len(response)] = response
        self._parts = np.fft.rfft(padded.reshape(parts, block_samples), 2 * block_samples).astype(
            np.complex64
        )
        self._spectra = np.zeros_like(self._parts)  # of the newest blocks, in a ring
        self._newest = 0
        self._input = np.zeros(2 * block_samples, np.float32)

    def through(self, block: Pcm) -> Float32:
        """The next block of the result, of the same length."""
        self._input[: self._block] = self._input[self._block :]
        self._input[self._block :] = block
        self._newest = (self._newest - 1) % len(self._parts)
        self._spectra[self._newest] = np.fft.rfft(self._input)
        before_wrap = len(self._parts) - self._newest
        spectrum = np.einsum("pf,pf->f", self._parts[:before_wrap], self._spectra[self._newest :])
        if self._newest:
            spectrum += np.einsum("pf,pf->f", self._parts[before_wrap:], self._spectra[: self._newest])
        result: Float32 = np.fft.irfft(spectrum)[self._block :].astype(np.float32)
        return result


def _of_one_sample(response: Float32, rate_hz: int) -> Float32:
    if len(response) > LONGEST_RESPONSE_S * rate_hz:
        raise ValueError(f"the impulse response is longer than {LONGEST_RESPONSE_S:g} s")
    energy = float(np.dot(response, response))
    if not energy > 0 or not np.isfinite(energy):
        raise ValueError("the impulse response is silent")
    return response / np.float32(np.sqrt(energy))
