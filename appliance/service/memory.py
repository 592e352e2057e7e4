"""How much memory the C library keeps for itself."""

import ctypes
import gc
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_M_ARENA_MAX = -8  # <malloc.h>
# glibc keeps an arena for every thread, up to eight a core; ours allocate little and never at once.
# With two the resident size is 2 to 3 MB smaller (python -m tests.bench.footprint).
_ARENAS = 2


_MADV_DONTNEED = 4  # <sys/mman.h>


def return_memory() -> None:
    """Give back what only starting needed; to be called once everything is there.

    What the C library has free, and the pages of programme code: those that are used again come back
    from the page cache, the rest, some 12 MB of onnxruntime and numpy, never do (measured with
    `python -m tests.bench.footprint`). What the collector would look at for ever is set aside.
    """
    gc.collect()
    gc.freeze()
    libc = ctypes.CDLL(None)
    trim = getattr(libc, "malloc_trim", None)
    if trim is not None:
        trim(0)
    with suppress(OSError):
        for start, size in _code():
            libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(size), _MADV_DONTNEED)


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
