"""From chunks of any length to blocks of one length."""

from collections.abc import Iterator

import numpy as np

from appliance.pcm.formats import Pcm


class Rechunker:
    """Cuts a stream into blocks of exactly `size` samples. Bound: it keeps less than one block."""

    def __init__(self, size: int) -> None:
        if size < 1:
            raise ValueError(f"a block of {size} samples")
        self._block = np.empty(size, np.int16)
        self._filled = 0

    def push(self, pcm: Pcm) -> Iterator[Pcm]:
        """The blocks that `pcm` completes, in order; iterate to the end, or the rest of `pcm` is lost.

        Nothing but what crosses a border is copied: a block is a view of `pcm`, or of a buffer that is
        used again, and is valid until the next one is asked for.
        """
        size = len(self._block)
        at = 0
        if self._filled:
            at = min(size - self._filled, len(pcm))
            self._block[self._filled : self._filled + at] = pcm[:at]
            self._filled += at
            if self._filled < size:
                return
            yield self._block
        while len(pcm) - at >= size:
            yield pcm[at : at + size]
            at += size
        self._filled = len(pcm) - at
        self._block[: self._filled] = pcm[at:]

    def flush(self) -> Pcm:
        """The begun block as it is, shorter than `size`, perhaps empty; afterwards a new stream may start."""
        rest = self._block[: self._filled].copy()
        self._filled = 0
        return rest
