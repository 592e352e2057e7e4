"""A device process that runs on while the program that started it is replaced by itself (execve)."""

import fcntl
import os
import select
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

# What waits in the pipe while the program starts anew: five seconds of a stereo microphone at 48 kHz, and the
# most that the kernel gives to anybody. Where it gives less, the device's overruns tell.
PIPE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class LeftProcess:
    """What its next owner needs: its number, the descriptors of its standard input and output, which stay
    open across execve, and what was received of a frame that is not complete."""

    process: int
    to: int
    source: int
    received: bytes = b""


def leave(process: int, to: int, source: int, received: bytes) -> LeftProcess:
    """Let a process be found by the program that takes our place, with room for what it sends meanwhile."""
    kept_to, kept_source = os.dup(to), os.dup(source)  # the others are closed by whoever owns them
    for kept in (kept_to, kept_source):
        os.set_inheritable(kept, True)
    with suppress(OSError):
        fcntl.fcntl(kept_source, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    return LeftProcess(process, kept_to, kept_source, received)


class AdoptedProcess:
    """As `subprocess.Popen`, as far as a device process needs it; it is our child, whoever started it."""

    def __init__(self, left: LeftProcess) -> None:
        for descriptor in (left.to, left.source):
            os.set_inheritable(descriptor, False)
        self.pid = left.process
        self.stdin: BinaryIO = os.fdopen(left.to, "wb", 0)
        self.stdout: BinaryIO = os.fdopen(left.source, "rb", 0)
        self._ended = False

    def kill(self) -> None:
        """End it, whatever it is in."""
        if not self._ended:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def wait(self, timeout: float) -> None:
        """Until it has ended. Raises subprocess.TimeoutExpired."""
        if self._ended:
            return
        with suppress(ProcessLookupError, ChildProcessError):
            descriptor = os.pidfd_open(self.pid)
            try:
                if not select.select([descriptor], [], [], timeout)[0]:
                    raise subprocess.TimeoutExpired(str(self.pid), timeout)
            finally:
                os.close(descriptor)
            os.waitpid(self.pid, 0)
        self._ended = True
