"""A turn that is sent to a server while the person talks, whatever protocol the server speaks."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from appliance.conversation.vocabulary import UsageUnit
from appliance.errors import FailureCategory, ProviderError
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, ms_of_samples, pcm_to_bytes
from appliance.providers.cascade.stages import Usage

# Until there is a connection: all that the chain keeps of a turn (240 s), told again at once.
KEPT_MAX_BYTES = 240 * NEAR_RATE_HZ * 2
# In one message: a second of sound. What is urgent behind it waits 0.3 s where 1 Mbit/s goes up.
PIECE_MAX_BYTES = NEAR_RATE_HZ * 2


class TurnWire(Protocol):
    """An open connection that takes one turn."""

    def send(self, samples: bytes) -> None:
        """The next samples, 16 bit little-endian, 16 kHz, at most `PIECE_MAX_BYTES`, never none. Never
        blocks; where it fails, `words` tells."""

    def end(self) -> None:
        """There are no more."""

    async def words(self) -> str:
        """What was said, once it is written down; reads from the first sample on. Raises `ProviderError`."""


class StreamedTurn:
    """A `Transcription`: connects at once, and sends from then on.

    Bound: `KEPT_MAX_BYTES` until it is connected; more means that nobody watches the clock, and the turn
    is given up. Failures are told by `finish`.
    """

    def __init__(
        self, server: str, connect: Callable[[], AbstractAsyncContextManager[TurnWire]], timeout_s: float
    ) -> None:
        """`server` is what messages call it; `timeout_s` is from the end of the turn to its words."""
        self._server = server
        self._connect = connect
        self._timeout_s = timeout_s
        self._samples = 0
        self._kept: deque[bytes] = deque()  # an empty piece is the end of the turn
        self._kept_bytes = 0
        self._wire: TurnWire | None = None
        self._talk = asyncio.create_task(self._run(), name=f"turn for {server}")

    @property
    def usage(self) -> Usage:
        """The sound that was taken."""
        return {UsageUnit.INPUT_AUDIO_MS: round(ms_of_samples(self._samples, NEAR_RATE_HZ))}

    def append(self, pcm: Pcm) -> None:
        """See `Transcription`."""
        self._samples += len(pcm)
        data = pcm_to_bytes(pcm)
        for start in range(0, len(data), PIECE_MAX_BYTES):
            self._tell(data[start : start + PIECE_MAX_BYTES])

    async def finish(self) -> str:
        """See `Transcription`."""
        self._tell(b"")
        try:
            await asyncio.wait({self._talk}, timeout=self._timeout_s)
            if self._talk.cancelled():
                raise ProviderError(
                    FailureCategory.TIMED_OUT, f"{self._server} took nothing of the turn in time"
                )
            if not self._talk.done():
                message = f"{self._server} did not write the turn down within {self._timeout_s:g} s"
                raise ProviderError(FailureCategory.TIMED_OUT, message)
            return self._talk.result()
        finally:
            await self.close()

    async def close(self) -> None:
        """See `Transcription`."""
        self._talk.cancel()
        await asyncio.wait({self._talk})
        if not self._talk.cancelled():
            self._talk.exception()  # was told, or nobody wants to know

    def _tell(self, piece: bytes) -> None:
        if self._talk.done():
            return
        if self._wire is not None:
            _pass_on(self._wire, piece)
            return
        self._kept.append(piece)
        self._kept_bytes += len(piece)
        if self._kept_bytes > KEPT_MAX_BYTES:
            self._talk.cancel()

    async def _run(self) -> str:
        async with self._connect() as wire:
            self._wire = wire
            while self._kept:
                _pass_on(wire, self._kept.popleft())
            return await wire.words()


def _pass_on(wire: TurnWire, piece: bytes) -> None:
    if piece:
        wire.send(piece)
    else:
        wire.end()
