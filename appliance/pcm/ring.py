"""A ring of samples between one writer and any number of readers, who share nothing but its memory."""

from typing import Final, Self

import numpy as np

from appliance.pcm.formats import Pcm

_CLAIMED: Final = 0  # samples whose writing has begun
_WRITTEN: Final = 1  # samples that can be read
_HEADER_BYTES: Final = 2 * 8
_SAMPLE_BYTES: Final = 2


class SampleRing:
    """The newest `capacity` samples of a stream, addressed by their index since its start.

    Bound: `capacity` samples. Policy: the writer never waits and overwrites the oldest; a reader copies,
    then looks whether it was overtaken meanwhile, and is told how much it lost. Nobody takes a lock.

    The samples and both indices live in the caller's memory, so writer and readers may be threads or
    processes. An index is one aligned 64-bit word, stored whole. The writer raises `claimed` before it
    touches a sample and `written` after the last one; so a sample at or above `claimed - capacity`,
    judged after the copy, cannot have been touched during it. Between processes this needs stores to
    become visible in the order they were made: x86 promises that, ARM does not, and there it rests on
    the many instructions that the interpreter executes between two of these stores.

    The ring keeps views on the memory: shared memory can be closed only when the ring is gone.
    """

    def __init__(self, memory: memoryview | bytearray, capacity_samples: int) -> None:
        """Attach to `memory`: writable, 8-byte aligned, zeroed by whoever created it, never reset here.

        Raises `ValueError` where it is smaller than `bytes_for(capacity_samples)`; more is allowed.
        """
        needed = self.bytes_for(capacity_samples)
        view = memoryview(memory).cast("B")
        if view.readonly or len(view) < needed:
            raise ValueError(f"a ring of {capacity_samples} samples needs {needed} writable bytes")
        self._indices = view[:_HEADER_BYTES].cast("q")
        self._samples: Pcm = np.frombuffer(view, np.int16, capacity_samples, offset=_HEADER_BYTES)
        self._capacity = capacity_samples

    @staticmethod
    def bytes_for(capacity_samples: int) -> int:
        """Bytes of memory that a ring of `capacity_samples` (at least 1) lives in."""
        if capacity_samples < 1:
            raise ValueError(f"a ring of {capacity_samples} samples holds nothing")
        return _HEADER_BYTES + capacity_samples * _SAMPLE_BYTES

    @classmethod
    def allocate(cls, capacity_samples: int) -> Self:
        """A ring in memory of its own, for threads of one process."""
        return cls(bytearray(cls.bytes_for(capacity_samples)), capacity_samples)

    @property
    def capacity(self) -> int:
        return self._capacity

    @property
    def written(self) -> int:
        """Samples ever written: one past the newest index that can be read."""
        return self._indices[_WRITTEN]

    def write(self, pcm: Pcm) -> None:
        """Append `pcm`, of any length. Only the one writer may call this."""
        end = self._indices[_WRITTEN] + len(pcm)
        self._indices[_CLAIMED] = end
        kept = pcm[-self._capacity :]
        at = (end - len(kept)) % self._capacity
        before_wrap = self._capacity - at
        self._samples[at : at + len(kept)] = kept[:before_wrap]
        if len(kept) > before_wrap:
            self._samples[: len(kept) - before_wrap] = kept[before_wrap:]
        self._indices[_WRITTEN] = end

    def read_into(self, start: int, out: Pcm) -> int:
        """Copy samples `[start, start + len(out))` into `out`; return how many leading ones are lost.

        Lost are samples too old when asked for, or overtaken while they were copied; they are zero in
        `out`. Raises `ValueError` for samples that were not written yet, or before the stream's start.
        """
        if start < 0 or start + len(out) > self.written:
            raise ValueError(f"samples {start}..{start + len(out)} of {self.written} written")
        skipped = self._lost(start, len(out))
        wanted = out[skipped:]
        at = (start + skipped) % self._capacity
        before_wrap = self._capacity - at
        wanted[:before_wrap] = self._samples[at : at + len(wanted)]
        if len(wanted) > before_wrap:
            wanted[before_wrap:] = self._samples[: len(wanted) - before_wrap]
        lost = self._lost(start, len(out))
        out[:lost] = 0
        return lost

    def read(self, start: int, count: int) -> tuple[int, Pcm]:
        """As `read_into`, but without the lost: the first valid index, and the samples from there on."""
        out = np.empty(count, np.int16)
        lost = self.read_into(start, out)
        return start + lost, out[lost:]

    def _lost(self, start: int, count: int) -> int:
        oldest = self._indices[_CLAIMED] - self._capacity
        return min(max(oldest - start, 0), count)
