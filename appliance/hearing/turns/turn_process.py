"""The parent's side of the process that runs the end-of-turn model."""

import os
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from appliance.errors import ApplianceError
from appliance.hearing.shipped_model import ModelError
from appliance.hearing.turns.log_mel import WINDOW_SAMPLES
from appliance.hearing.turns.turn_child import COUNT
from appliance.pcm.formats import Pcm, pcm_to_bytes

COMMAND: Final = (sys.executable, "-m", "appliance.hearing.turns.turn_child")
# What it gets to know of our environment: where programs are, and no key.
_PASSED_ON: Final = ("PATH", "LANG", "PYTHONPATH")
# One thread: numpy's would spin between two pauses.
_ONE_THREAD: Final = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}

# It takes 0.7 s here, and some seconds from the card of a Pi that is starting everything else.
START_DEADLINE_S: Final = 30.0
# It takes 0.15 s here, and less than a second on a slow Pi. Who takes longer than the longest silence
# that could wait for it hangs.
VERDICT_DEADLINE_S: Final = 5.0
_GONE_S: Final = 0.2  # a process that was killed is gone at once; else it is reaped with the next one
_MAX_LINE_BYTES: Final = 4096
_READ_BYTES: Final = 4096


class ProcessLost(ApplianceError):
    """The process of the end-of-turn model ended, hangs, or could not be started."""


class TurnProcess:
    """A running model. Belongs to one thread, but `kill` may come from any."""

    def __init__(self, command: Sequence[str] = COMMAND) -> None:
        """Starts it, and returns at once. Raises ProcessLost."""
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in _PASSED_ON if name in os.environ} | _ONE_THREAD,
                bufsize=0,
                start_new_session=True,  # Ctrl-C is for the daemon, whose end it sees
            )
        except OSError as error:
            raise ProcessLost(f"its process cannot be started: {error.strerror or error}") from error
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._to, self._from = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._to, False)
        self._received = b""

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def await_ready(self) -> None:
        """Until the model is loaded. Raises ModelError where it cannot be, and ProcessLost."""
        line = self._line(time.monotonic() + START_DEADLINE_S)
        if line.startswith("failed "):
            raise ModelError(line.removeprefix("failed "))
        if line != "ready":
            raise ProcessLost("its process says what nobody asked")

    def completeness(self, pcm: Pcm) -> float:
        """How likely the person is done, 0…1, by `pcm` (16 kHz, at most 8 s). Raises ProcessLost."""
        if len(pcm) > WINDOW_SAMPLES:
            raise ValueError(f"{len(pcm)} samples are more than {WINDOW_SAMPLES}")
        deadline_s = time.monotonic() + VERDICT_DEADLINE_S
        self._send(COUNT.pack(len(pcm)) + pcm_to_bytes(pcm), deadline_s)
        word, _, number = self._line(deadline_s).partition(" ")
        try:
            complete = float(number) if word == "complete" else -1.0
        except ValueError:
            complete = -1.0
        if not 0 <= complete <= 1:
            raise ProcessLost("its process answers what nobody asked")
        return complete

    def kill(self) -> None:
        """End the process, whatever it is in; who waits for it has ProcessLost."""
        self._process.kill()

    def close(self) -> None:
        """The last call: end the process and let its pipes go."""
        self.kill()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_GONE_S)
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()

    def _send(self, request: bytes, deadline_s: float) -> None:
        rest = memoryview(request)
        while rest:
            self._await(self._to, select.POLLOUT, deadline_s)
            try:
                rest = rest[os.write(self._to, rest) :]
            except BlockingIOError:
                continue
            except OSError:
                raise ProcessLost("its process has ended") from None

    def _line(self, deadline_s: float) -> str:
        while b"\n" not in self._received:
            self._await(self._from, select.POLLIN, deadline_s)
            data = os.read(self._from, _READ_BYTES)
            if not data:
                raise ProcessLost("its process has ended")
            self._received += data
            if len(self._received) > _MAX_LINE_BYTES:
                raise ProcessLost("its process says what nobody asked")
        line, _, self._received = self._received.partition(b"\n")
        return line.decode(errors="replace")

    @staticmethod
    def _await(pipe: int, what: int, deadline_s: float) -> None:
        poll = select.poll()
        poll.register(pipe, what)
        if not poll.poll(max(deadline_s - time.monotonic(), 0) * 1000):
            raise ProcessLost("its process does not answer")
