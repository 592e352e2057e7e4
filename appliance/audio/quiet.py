"""Keeping C libraries from talking on the standard error stream."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_STDERR_FD = 2
_lock = threading.Lock()


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Send the process's file descriptor 2 to nowhere inside the block.

    libasound, libjack and PortAudio write some hundred lines there while they look for devices, and
    none of them is about a device that is there. What another thread writes meanwhile is lost, too:
    only for enumerating and opening, which take 10 to 100 ms.
    """
    with _lock:
        sys.stderr.flush()
        saved = os.dup(_STDERR_FD)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, _STDERR_FD)
            yield
        finally:
            os.dup2(saved, _STDERR_FD)
            os.close(saved)
            os.close(nowhere)
