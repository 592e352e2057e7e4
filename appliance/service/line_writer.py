"""Lines to a reader who may stop reading, without ever waiting for him."""

from types import TracebackType
from typing import Self, TextIO

from appliance.service.courier import Courier


class LineWriter:
    """A stream for one writer; `Courier` says what waits and what is dropped. The stream stays open."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._courier = Courier(self._put, "lines")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def dropped(self) -> int:
        """So many writes were dropped."""
        return self._courier.dropped

    def write(self, text: str) -> int:
        """Have `text` written; never waits."""
        self._courier.bring(text)
        return len(text)

    def flush(self) -> None:
        """Every line is flushed as it is written."""

    def close(self) -> bool:
        """Write what waits; whether everything was written."""
        return self._courier.close()

    def _put(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
