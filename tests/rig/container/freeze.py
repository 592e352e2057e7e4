"""`freeze.py THREAD…` stops one thread of a process and nothing else of it, until this program is killed: the
first of these that has not ended meanwhile.

To the rest of the process it is a thread that waits for a device which never answers. Only the standard
library: it runs on whatever Python the container has.
"""

import ctypes
import os
import signal
import sys
from contextlib import suppress

_SEIZE, _INTERRUPT = 0x4206, 0x4207  # <sys/ptrace.h>
_WALL = 0x40000000  # <linux/wait.h>: threads, too
_SET_PDEATHSIG = 1  # <sys/prctl.h>


def freeze(thread: int) -> None:
    """Returns when it stands still. Raises OSError, ProcessLookupError where it has ended."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    for request in (_SEIZE, _INTERRUPT):
        if libc.ptrace(request, thread, None, None) != 0:
            raise OSError(ctypes.get_errno(), f"thread {thread} cannot be stopped")
    os.waitpid(thread, _WALL)


def bury(thread: int) -> None:
    """Returns when it was killed: until somebody asks for that, its process is not gone."""
    status = 0x7F
    while os.WIFSTOPPED(status):
        _, status = os.waitpid(thread, _WALL)


def freeze_first(threads: list[int]) -> int:
    """The first of them that is still there, once it stands still. Raises OSError, ProcessLookupError where
    all have ended."""
    *others, last = threads
    for thread in others:
        with suppress(ProcessLookupError):
            freeze(thread)
            return thread
    freeze(last)
    return last


def end_with_parent() -> None:
    """Whoever brought this program into the container is killed in its place."""
    ctypes.CDLL(None).prctl(_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    end_with_parent()
    frozen = freeze_first([int(thread) for thread in sys.argv[1:]])
    print("frozen", flush=True)
    bury(frozen)
