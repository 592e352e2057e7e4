"""How much of a stream its reader takes, and how long it takes for what a socket gives at once."""

import time
from collections.abc import Callable
from typing import NamedTuple

from appliance.errors import ProtocolViolation

# What the garbage collector or a full machine took of one reading is not taken of the next.
READINGS = 3


class Reading(NamedTuple):
    """What it cost to read a stream to its end, or until it was refused."""

    slowest_s: float  # of processor time, for one read
    taken_bytes: int
    refused: bool


def reading(make_feed: Callable[[], Callable[[bytes], object]], data: bytes, read_bytes: int) -> Reading:
    """The quickest of `READINGS`; `make_feed` gives what a fresh reader is fed by."""
    return min(_read(make_feed(), data, read_bytes) for _ in range(READINGS))


def _read(feed: Callable[[bytes], object], data: bytes, read_bytes: int) -> Reading:
    slowest_s, taken_bytes, refused = 0.0, 0, False
    while taken_bytes < len(data) and not refused:
        piece = data[taken_bytes : taken_bytes + read_bytes]
        began_s = time.thread_time()
        try:
            feed(piece)
        except ProtocolViolation:
            refused = True
        slowest_s = max(slowest_s, time.thread_time() - began_s)
        taken_bytes += len(piece)
    return Reading(slowest_s, taken_bytes, refused)
