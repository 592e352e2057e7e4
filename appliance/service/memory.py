"""How much memory the C library keeps for itself."""

import ctypes

_M_ARENA_MAX = -8  # <malloc.h>
# glibc keeps an arena for every thread, up to eight a core; ours allocate little and never at once.
# With two the resident size is 2 to 3 MB smaller (python -m tests.bench.footprint).
_ARENAS = 2


def return_memory() -> None:
    """Give back what loading and configuring left free; to be called once everything is there."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def spare_memory() -> None:
    """To be called before the first thread starts; without effect where the C library is not glibc."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, _ARENAS)
