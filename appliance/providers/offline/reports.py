"""The way from a worker back to its parent: frames on what was its standard output."""

import os
import threading

from appliance.providers.offline.frames import encode
from appliance.providers.offline.messages import Report

STDOUT, STDERR = 1, 2


class Reports:
    """Writes reports, from any thread; waits for a parent that is slow, and ends with it."""

    def __init__(self) -> None:
        # Native code prints as it likes: from here on what it prints is no report.
        self._out = os.fdopen(os.dup(STDOUT), "wb", buffering=0)
        os.dup2(STDERR, STDOUT)
        self._writing = threading.Lock()

    def send(self, report: Report) -> None:
        """Write one report; does not return when the parent is gone."""
        rest = memoryview(encode(report))
        try:
            with self._writing:
                while rest:
                    rest = rest[self._out.write(rest) :]
        except BrokenPipeError:
            os._exit(0)
