"""How long a reader of a stream takes for what a socket gives at once."""

import time
from collections.abc import Callable

from appliance.errors import ProtocolViolation

# What the garbage collector or a full machine took of one reading is not taken of the next.
READINGS = 3


def slowest_read_s(
    make_reader: Callable[[], Callable[[bytes], object]], data: bytes, read_bytes: int
) -> float:
    """The processor time of the slowest read of `data` up to its end or its violation, in the best of
    `READINGS`; `make_reader` gives what a fresh reader is fed by."""
    return min(_reading_s(make_reader(), data, read_bytes) for _ in range(READINGS))


def _reading_s(feed: Callable[[bytes], object], data: bytes, read_bytes: int) -> float:
    slowest_s = 0.0
    for start in range(0, len(data), read_bytes):
        piece = data[start : start + read_bytes]
        began_s = time.thread_time()
        try:
            feed(piece)
        except ProtocolViolation:
            return max(slowest_s, time.thread_time() - began_s)
        slowest_s = max(slowest_s, time.thread_time() - began_s)
    return slowest_s
