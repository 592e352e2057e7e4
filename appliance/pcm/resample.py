"""From one sampling rate to another, streaming."""

import numpy as np
import soxr

from appliance.pcm.formats import Float32, Pcm, from_float32, to_float32


class Resampler:
    """A band-limited resampler for one stream of sound (soxr, quality LQ; equal rates pass through).

    The result depends on the samples alone, never on how they were cut into chunks: soxr runs on
    float32, because its int16 output is dithered anew for every chunk.

    soxr transforms in blocks of up to 20 ms: fed in 10 ms chunks it keeps back 11 ms on average and
    21 ms at most (HQ: 21 and 43), so one call may return nothing and the next one twice as much.
    """

    def __init__(self, input_hz: int, output_hz: int) -> None:
        self._stream = None if input_hz == output_hz else _open(input_hz, output_hz)

    @property
    def delay_samples(self) -> int:
        """Output samples by which the sound lags behind its index; subtract it to map indices.

        Always 0: soxr's linear-phase filter is compensated, so output sample `n` is the instant
        `n / output_hz`. What is kept back comes later but keeps its index.
        """
        return 0

    def process(self, pcm: Pcm) -> Pcm:
        """The output that `pcm`, the next samples of the stream, makes possible; may be empty."""
        return pcm if self._stream is None else self._resample(self._stream, pcm, last=False)

    def flush(self) -> Pcm:
        """End the stream: what was kept back. Afterwards a new stream may start."""
        if self._stream is None:
            return _NOTHING
        tail = self._resample(self._stream, _NOTHING, last=True)
        self._stream.clear()
        return tail

    def reset(self) -> None:
        """Drop what was kept back; a new stream may start."""
        if self._stream is not None:
            self._stream.clear()

    @staticmethod
    def _resample(stream: soxr.ResampleStream, pcm: Pcm, *, last: bool) -> Pcm:
        resampled: Float32 = stream.resample_chunk(to_float32(pcm), last=last)
        return from_float32(resampled)


_NOTHING: Pcm = np.empty(0, np.int16)


def _open(input_hz: int, output_hz: int) -> soxr.ResampleStream:
    return soxr.ResampleStream(input_hz, output_hz, 1, dtype="float32", quality="LQ")
