"""The thread that hears."""

import threading
from collections.abc import Callable

from appliance.hearing.hearing import Hearing

# The capture thread wakes hearing with every block. It need not: then commands and the wish to stop
# are seen this much later.
WAKE_TIMEOUT_S = 0.25

# While nothing stirs it looks so often by itself, and is not woken: a third of the wakes, and half of what a
# silent room costs. What is told of speech is told in audio time, so only its first event is later.
REST_S = 0.06

# One pump takes some 30 ms at most, and the wait above ends by itself.
STOP_TIMEOUT_S = 1.0


class HearingThread:
    """Pumps `hearing` whenever `wake` is set, or now and then while it rests, until `stop`.

    `fatal` is called in this thread with whatever it dies of: the appliance is deaf from then on,
    and its owner decides what that means for the process.
    """

    def __init__(self, hearing: Hearing, wake: threading.Event, fatal: Callable[[Exception], None]) -> None:
        self._hearing = hearing
        self._wake = wake
        self._fatal = fatal
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="hearing", daemon=True)

    def start(self) -> None:
        """Begin to hear; called once."""
        self._thread.start()

    def stop(self) -> bool:
        """End within a second; whether the thread is gone."""
        self._stopping.set()
        self._wake.set()
        self._thread.join(STOP_TIMEOUT_S)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                if self._hearing.resting:
                    self._stopping.wait(REST_S)
                else:
                    self._wake.wait(WAKE_TIMEOUT_S)
                self._wake.clear()
                while self._hearing.pump() and not self._stopping.is_set():
                    pass
        except Exception as error:  # noqa: BLE001 - the outermost frame of a thread: there is nobody above
            self._fatal(error)
