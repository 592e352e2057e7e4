"""`freeze.py THREAD` stops one thread of a process and nothing else of it, until this program is killed.

To the rest of the process it is a thread that waits for a device which never answers. Only the standard
library: it runs on whatever Python the container has.
"""

import ctypes
import os
import sys

_SEIZE, _INTERRUPT = 0x4206, 0x4207  # <sys/ptrace.h>
_WALL = 0x40000000  # <linux/wait.h>: threads, too


def freeze(thread: int) -> None:
    """Returns when it stands still. Raises OSError."""
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


if __name__ == "__main__":
    freeze(int(sys.argv[1]))
    print("frozen", flush=True)
    bury(int(sys.argv[1]))
