"""Stops one thread of a process and nothing else of it, until this program ends: `freeze.py THREAD`.

To the rest of the process it is a thread that waits for a device which never answers. Only the standard
library: it runs on whatever Python the container has.
"""

import ctypes
import signal
import sys
import time

_SEIZE, _INTERRUPT = 0x4206, 0x4207  # <sys/ptrace.h>


def freeze(thread: int) -> None:
    """Returns when it stands still. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    for request in (_SEIZE, _INTERRUPT):
        if libc.ptrace(request, thread, None, None) != 0:
            raise OSError(ctypes.get_errno(), f"thread {thread} cannot be stopped")
    deadline_s = time.monotonic() + 5
    while _state(thread) != "t":
        if time.monotonic() > deadline_s:
            raise TimeoutError(f"thread {thread} does not stop")
        time.sleep(0.001)


def _state(thread: int) -> str:
    with open(f"/proc/{thread}/stat", encoding="utf-8", errors="replace") as file:
        return file.read().rpartition(")")[2].split()[0]


if __name__ == "__main__":
    freeze(int(sys.argv[1]))
    print("frozen", flush=True)
    signal.pause()
