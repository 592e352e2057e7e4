"""Threads whose death is an event."""

import threading
from collections.abc import Callable


class EventfulThread:
    """Runs `body` once, in a daemon thread, and says if it died.

    `fatal` gets any exception: a fault of ours after which the appliance would be deaf or dumb without
    knowing, so its owner ends the process with an exit code (`sys.exit` in a thread ends only the
    thread). It is called in this thread, as its last act.
    """

    def __init__(self, name: str, body: Callable[[], None], fatal: Callable[[Exception], None]) -> None:
        self._body = body
        self._fatal = fatal
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin; called once."""
        self._thread.start()

    def join(self, timeout_s: float) -> bool:
        """Wait for the end; whether it has come. A thread that was never started has ended."""
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            self._body()
        except Exception as fault:  # noqa: BLE001 - the outermost frame of a thread: there is nobody above
            self._fatal(fault)
