"""How much memory the C library keeps for itself."""

import ctypes
import gc
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

_M_ARENA_MAX = -8  # <malloc.h>
# glibc keeps an arena for every thread, up to eight a core; ours allocate little and never at once.
# With two the resident size is 2 to 3 MB smaller (python -m tests.bench.footprint).
_ARENAS = 2


_MADV_DONTNEED = 4  # <sys/mman.h>

# What comes at an answer's heels, an announcement or the next question, is over or has begun by then.
REST_S: Final = 2.0


def return_memory() -> None:
    """Give back what only starting needed; to be called once everything is there.

    What the C library has free, and the pages of programme code: those that are used again come back
    from the page cache, the rest, some 12 MB of onnxruntime and numpy, never do (measured with
    `python -m tests.bench.footprint`). What the collector would look at for ever is set aside.
    """
    gc.collect()
    gc.freeze()
    trim_heap()
    with suppress(OSError):
        for start, size in _code():
            ctypes.CDLL(None).madvise(ctypes.c_void_p(start), ctypes.c_size_t(size), _MADV_DONTNEED)


def trim_heap() -> None:
    """Give back what the C library has free. Blocks, without the interpreter's lock; without effect where it
    is not glibc."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


class AfterWork:
    """Tells when there is memory to give back: once after each piece of work, when all has rested for
    `REST_S`. What a conversation leaves free in the heap adds up to some 1 MB in an hour."""

    def __init__(self) -> None:
        self._rests_since_s: float | None = None
        self._done = True

    def look(self, now_s: float, *, rests: bool) -> bool:
        """Whether it is time, at `now_s` (any clock that does not jump); true once."""
        if not rests:
            self._rests_since_s, self._done = None, False
        elif self._rests_since_s is None:
            self._rests_since_s = now_s
        elif not self._done and now_s - self._rests_since_s >= REST_S:
            self._done = True
            return True
        return False


def _code() -> Iterator[tuple[int, int]]:
    """Address and size of everything that is mapped from a file to be executed, and only read."""
    for line in Path("/proc/self/maps").read_text().splitlines():
        span, rights, _, _, inode, *_ = line.split()
        if rights == "r-xp" and inode != "0":
            start, end = (int(address, 16) for address in span.split("-"))
            yield start, end - start


def spare_memory() -> None:
    """To be called before the first thread starts; without effect where the C library is not glibc."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, _ARENAS)
