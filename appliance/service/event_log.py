"""The event log: one JSON object a line, in the order of the stream's time (public contract)."""

import heapq
import json
import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple, Protocol, Self

import numpy as np

from appliance.errors import InputFileError

# How long an event waits for an earlier one. The longest ways to the log known are the device's
# own delay (an answer is audible up to 150 ms after it was rendered) and a stalled event loop.
WINDOW_MS = 1000.0
# Events that wait at most. A conversation writes some ten a second, so that only a caller that
# never advances gets here.
MAX_WAITING = 4096

Event = Mapping[str, object]
Listener = Callable[[Event], None]


class Sink(Protocol):
    """Where lines go (a text stream, `LineWriter`)."""

    def write(self, text: str, /) -> object: ...
    def flush(self) -> None: ...


class _Waiting(NamedTuple):
    t_ms: float
    order: int
    body: str  # the line's members without `t_ms`


class EventLog:
    """Writes events sorted by `t_ms`, so that time never goes back in the file.

    Buffer: at most `MAX_WAITING` events, each for `WINDOW_MS` of stream time; beyond that the
    earliest is written at once. An event from before the last line is written with that line's
    `t_ms` and its own instant in `was_ms`: nothing is lost. Events of one instant stay in the order
    in which they were logged.

    An event that is no JSON is refused by `write`, only whole lines are written, and they are pure
    ASCII (JSON escapes), so that the file is valid at any moment and for any reader. When a file
    cannot be written (disk full) its half line is cut off, InputFileError is raised once, and the
    log goes on for its listeners only. A stream that the caller supplies stays open. Belongs to
    one thread.
    """

    def __init__(self, target: Sink | Path) -> None:
        """Log to a stream, or to a new file in place of what was there (InputFileError if that fails)."""
        self._sink: Sink | None = _File(target) if isinstance(target, Path) else target
        self._waiting: list[_Waiting] = []
        self._logged = 0
        self._last_ms = -math.inf
        self._listeners: list[Listener] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def subscribe(self, listener: Listener) -> None:
        """From here on call `listener` with every event as it is logged: at once, unsorted."""
        self._listeners.append(listener)

    def write(self, t_ms: float, event: str, **fields: object) -> None:
        """Log what happened at `t_ms` of the stream; not later than 150 ms from now.

        `t_ms` and every other field in milliseconds are rounded to a tenth. ValueError or TypeError
        where a value has no JSON form; then nothing is logged.
        """
        t_ms = _tenths(t_ms)
        members = {"event": event, **{name: _shown(name, value) for name, value in fields.items()}}
        body = json.dumps(members, allow_nan=False, separators=(",", ":"))[1:]
        heapq.heappush(self._waiting, _Waiting(t_ms, self._logged, body))
        self._logged += 1
        if len(self._waiting) > MAX_WAITING:
            self._put([heapq.heappop(self._waiting)])
        for listener in self._listeners:
            listener({"t_ms": t_ms, **members})

    def advance(self, now_ms: float) -> None:
        """The stream is at `now_ms`: write what has waited long enough."""
        due: list[_Waiting] = []
        while self._waiting and self._waiting[0].t_ms <= now_ms - WINDOW_MS:
            due.append(heapq.heappop(self._waiting))
        self._put(due)

    def close(self) -> None:
        """Write everything that waits. May be called again."""
        self._put([heapq.heappop(self._waiting) for _ in range(len(self._waiting))])
        sink, self._sink = self._sink, None
        if isinstance(sink, _File):
            sink.close()

    def _put(self, events: list[_Waiting]) -> None:
        if not events or self._sink is None:
            return
        sink, self._sink = self._sink, None  # one that fails is not asked again
        sink.write("".join([self._line(event) for event in events]))
        sink.flush()
        self._sink = sink

    def _line(self, event: _Waiting) -> str:
        if event.t_ms < self._last_ms:
            return f'{{"t_ms":{self._last_ms},"was_ms":{event.t_ms},{event.body}\n'
        self._last_ms = event.t_ms
        return f'{{"t_ms":{event.t_ms},{event.body}\n'


class _File:
    """A new file that holds whole lines only."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._whole_bytes = 0
        try:
            self._file: BinaryIO = path.open("wb", buffering=0)
        except OSError as error:
            raise self._failure(error) from error

    def write(self, lines: str) -> None:
        """Append `lines`, all or nothing."""
        data = lines.encode("ascii")
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError as error:
            with suppress(OSError):  # a device or a pipe has nothing to cut off
                self._file.truncate(self._whole_bytes)
            self._file.close()
            raise self._failure(error) from error
        self._whole_bytes += len(data)

    def flush(self) -> None:
        """Nothing waits: the file is unbuffered."""

    def close(self) -> None:
        self._file.close()

    def _failure(self, error: OSError) -> InputFileError:
        return InputFileError(f"The event log {self._path} cannot be written: {error.strerror}.")


def _tenths(ms: float) -> float:
    """`ms` as it is written: a tenth at the finest, whole where it is whole."""
    if not math.isfinite(ms):
        raise ValueError(f"no instant: {ms}")
    rounded = round(float(ms), 1)
    return int(rounded) if rounded.is_integer() else rounded


def _shown(name: str, value: object) -> object:
    if isinstance(value, np.generic):  # a count that came out of numpy
        value = value.item()
    return _tenths(value) if name.endswith("_ms") and isinstance(value, float) else value
