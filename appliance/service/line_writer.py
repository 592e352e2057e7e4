"""Lines to a reader who may stop reading, without ever waiting for him."""

import threading
from collections import deque
from contextlib import suppress
from types import TracebackType
from typing import Final, Self, TextIO

# About an hour of a talkative conversation's events, 200 bytes each.
MAX_WAITING_LINES: Final = 4096
# For what still waits at the end; a reader who takes longer has stopped.
CLOSE_TIMEOUT_S: Final = 0.2


class LineWriter:
    """A stream for one writer, behind a thread that alone waits for the reader.

    Buffer: at most `MAX_WAITING_LINES` writes; what is written beyond that is dropped and counted. Where
    the reader is gone for good, everything is. The stream itself stays open.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._waiting: deque[str] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self.dropped = 0
        self._thread = threading.Thread(target=self._run, name="lines", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def write(self, text: str) -> int:
        """Have `text` written; never waits."""
        with self._changed:
            if len(self._waiting) < MAX_WAITING_LINES and not self._closing:
                self._waiting.append(text)
                self._changed.notify()
            else:
                self.dropped += 1
        return len(text)

    def flush(self) -> None:
        """Every line is flushed as it is written."""

    def close(self) -> bool:
        """Write what waits, within `CLOSE_TIMEOUT_S`; whether everything was written."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join(CLOSE_TIMEOUT_S)
        return not self._thread.is_alive() and not self._waiting

    def _run(self) -> None:
        with suppress(OSError, ValueError):  # the reader is gone, or the stream was closed under us
            while (text := self._next()) is not None:
                self._stream.write(text)
                self._stream.flush()

    def _next(self) -> str | None:
        with self._changed:
            while not self._waiting:
                if self._closing:
                    return None
                self._changed.wait()
            return self._waiting.popleft()
