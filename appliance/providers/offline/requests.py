"""The thread of a worker that reads what its parent wants, and ends the process with the parent."""

import os
import sys
import threading
from typing import NoReturn

from appliance.errors import ProtocolViolation
from appliance.providers.offline.frames import decoder_of_requests
from appliance.providers.offline.jobs import Jobs

STDIN = 0
READ_BYTES = 65_536
EXIT_GARBAGE = 70


def start_reading(jobs: Jobs) -> None:
    """Let a thread of its own fill `jobs`, whatever the others, which load and compute, are doing."""
    threading.Thread(target=_read, args=(jobs,), name="requests", daemon=True).start()


def _read(jobs: Jobs) -> NoReturn:
    decoder = decoder_of_requests()
    try:
        while data := os.read(STDIN, READ_BYTES):
            for request in decoder.feed(data):
                jobs.take(request)
    except ProtocolViolation as violation:
        print(f"offline worker: {violation}", file=sys.stderr, flush=True)
        os._exit(EXIT_GARBAGE)
    os._exit(0)
