"""Piper's process as the offline worker sees it: started, asked with a deadline, replaced when it dies."""

import contextlib
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from enum import Enum
from itertools import count
from pathlib import Path

import numpy as np

from appliance.errors import FailureCategory, ProtocolViolation, ProviderError
from appliance.pcm.formats import Pcm
from appliance.providers.offline.frames import decoder_of_reports, encode
from appliance.providers.offline.loudness import OUTPUT_RATE_HZ
from appliance.providers.offline.messages import Broken, Cancel, Done, Report, Request, Sound, Speak, Warm

# Loading takes 2.5 s here; 63 MB from the slow card of a Pi and four times less speed take 12 s.
WARM_DEADLINE_S = 20.0
# A piece that is broken off ends within a step of the model; one that still runs after this hangs.
HANGS_AFTER_S = 10.0
# The first pause before another start, and the longest: each start costs a core for seconds.
RESTART_FIRST_S = 0.5
RESTART_CAP_S = 60.0
# A piece is at most 150 characters, which nobody speaks for half a minute.
PIECE_MAX_SAMPLES = 30 * OUTPUT_RATE_HZ
READ_BYTES = 65_536


class State(Enum):
    """What the process is good for."""

    STARTING = "still starting"
    WARM = "ready"
    BUSY = "speaking"
    LATE = "late with an earlier sentence"  # asked to break it off, and has not done so yet
    DOWN = "down"  # another one is started after a pause
    GONE = "gone for good"  # it cannot start at all


_UNDER_WAY = frozenset({State.BUSY, State.LATE})


def command_of(model: Path) -> list[str]:
    """What starts the voice `model`."""
    return [sys.executable, "-m", "appliance.providers.offline.piper_child", str(model)]


def restart_pause_s(failures: int) -> float:
    """How long to wait after so many failures in a row, at least one."""
    return float(min(RESTART_CAP_S, RESTART_FIRST_S * 2 ** min(failures - 1, 10)))


class Piper:
    """One voice process at a time, in the care of a thread of its own.

    `say` belongs to one thread; `break_off` may be called from any. At most one piece is under way, so
    less than a pipe holds is ever unread and no write waits.
    """

    def __init__(self, command: Sequence[str], notice: Callable[[str], None]) -> None:
        """Starts the process. `notice` is told in a sentence, from any thread, what the owner should know."""
        self._command = command
        self._notice = notice
        self._changed = threading.Condition()
        self._state = State.STARTING
        self._since_s = time.monotonic()
        self._process: subprocess.Popen[bytes] | None = None
        self._failures = 0  # in a row: a piece that was spoken ends it
        self._pieces = count(1)
        self._piece = 0  # under way or the last one
        self._job = 0  # whose piece that is
        self._chunks: list[Pcm] = []
        self._broken: ProviderError | None = None
        self._stopped = threading.Event()
        self._care = threading.Thread(target=self._supervise, name="piper", daemon=True)
        self._care.start()

    def is_ready(self) -> bool:
        """Whether it can speak now; one that hangs is killed, for another to be started."""
        with self._changed:
            limits_s = {State.STARTING: WARM_DEADLINE_S, State.LATE: HANGS_AFTER_S}
            waited_s = time.monotonic() - self._since_s
            if self._process is not None and waited_s > limits_s.get(self._state, waited_s):
                self._process.kill()
            return self._state is State.WARM

    def say(
        self, job: int, text: str, cancelled: threading.Event, patience_s: float, speed: float = 1.0
    ) -> Pcm:
        """`text` (at most 150 characters) as speech, 24 kHz; what there is of it where it is cancelled.

        Raises `ProviderError` where it is not ready, dies, or takes longer than `patience_s`; then
        somebody else has to say it, and nothing more comes of this.
        """
        with self._changed:
            if self._state is not State.WARM:
                raise ProviderError(FailureCategory.MODEL_UNAVAILABLE, f"Piper is {self._state.value}")
            if cancelled.is_set():
                return np.empty(0, np.int16)
            self._piece, self._job = next(self._pieces), job
            self._chunks, self._broken = [], None
            self._become(State.BUSY)
            self._tell(Speak(self._piece, text, speed))
            if not self._changed.wait_for(lambda: self._state is not State.BUSY, patience_s):
                self._become(State.LATE)
                self._tell(Cancel(self._piece))
                raise ProviderError(
                    FailureCategory.TIMED_OUT, f"Piper said nothing within {patience_s:.1f} s"
                )
            if self._state is not State.WARM:
                raise ProviderError(FailureCategory.SESSION_CLOSED, "Piper ended in mid-sentence")
            if self._broken is not None:
                raise self._broken
            return np.concatenate((np.empty(0, np.int16), *self._chunks))

    def break_off(self, job: int) -> None:
        """Nobody listens to this job any more."""
        with self._changed:
            if self._state is State.BUSY and self._job == job:
                self._tell(Cancel(self._piece))

    def stop(self) -> None:
        """End the process and the care of it."""
        self._stopped.set()
        with self._changed:
            self._become(State.GONE)
            if self._process is not None:
                self._process.kill()
        self._care.join()

    def _supervise(self) -> None:
        while not self._stopped.is_set():
            reason = self._live()
            with self._changed:
                self._process = None
                if self._state is State.GONE:
                    return
                self._become(State.DOWN)  # also where none could be started
                self._failures += 1
            self._notice(f"Piper {reason}; espeak-ng speaks until it is back")
            self._stopped.wait(restart_pause_s(self._failures))

    def _live(self) -> str:
        """One process from its start to its end, and how that came."""
        with self._changed:
            if self._state is State.GONE:
                return "was stopped"
            self._become(State.STARTING)
            try:
                self._process = subprocess.Popen(
                    self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
                )
            except OSError as error:
                return f"cannot be started: {error.strerror or error}"
        with self._process as process:
            assert process.stdout is not None
            decoder = decoder_of_reports()
            try:
                while data := process.stdout.read(READ_BYTES):
                    for report in decoder.feed(data):
                        self._take(report)
            except ProtocolViolation as violation:
                return f"talked nonsense ({violation})"
            finally:
                self._fall()
                process.kill()
        return f"ended with status {process.returncode}"

    def _fall(self) -> None:
        """From here on nobody writes to the pipe, which is about to be closed."""
        with self._changed:
            if self._state is not State.GONE:
                self._become(State.DOWN)

    def _take(self, report: Report) -> None:
        with self._changed:
            match report:
                case Warm() if self._state is State.STARTING:
                    self._become(State.WARM)
                case Broken(0, _, message):
                    self._become(State.GONE)
                    self._notice(f"{message}; espeak-ng speaks instead")
                case Sound(self._piece, pcm) if self._state in _UNDER_WAY:
                    self._chunks.append(pcm)
                    if sum(map(len, self._chunks)) > PIECE_MAX_SAMPLES:
                        raise ProtocolViolation("more sound than a piece can have")
                case Done(self._piece) if self._state in _UNDER_WAY:
                    self._failures = 0
                    self._become(State.WARM)
                case Broken(self._piece, category, message) if self._state in _UNDER_WAY:
                    self._broken = ProviderError(category, message)
                    self._become(State.WARM)
                case _:
                    raise ProtocolViolation(f"a {type(report).__name__} that nobody asked for")

    def _become(self, state: State) -> None:
        self._state = state
        self._since_s = time.monotonic()
        self._changed.notify_all()

    def _tell(self, request: Request) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # its end is noticed where its reports end
            self._process.stdin.write(encode(request))
