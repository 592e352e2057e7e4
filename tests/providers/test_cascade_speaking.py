"""A voice has a time for each piece, however little it sends however often."""

import asyncio
from collections.abc import AsyncGenerator

import numpy as np
import pytest

from appliance.errors import FailureCategory, ProviderError
from appliance.pcm.formats import Pcm
from appliance.providers.cascade import speaking
from appliance.providers.cascade.dialogue import Spoken
from appliance.providers.cascade.speaking import Speaking


class Trickle:
    """A voice that sends `samples` at a time, without an end; `ended` once nobody listens."""

    rate_hz = 24_000
    speeds = None

    def __init__(self, samples: int) -> None:
        self._samples = samples
        self.ended = False

    async def open(self) -> None:
        pass

    async def close(self) -> None:
        pass

    async def speak(self, text: str, language: str, speed: float) -> AsyncGenerator[Pcm, None]:
        try:
            while True:
                await asyncio.sleep(0.001)
                yield np.zeros(self._samples, np.int16)
        finally:
            self.ended = True


@pytest.mark.parametrize("samples", [0, 1])
async def test_a_voice_that_trickles_is_given_up(samples: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speaking, "PIECE_TIMEOUT_S", 0.1)
    voice = Trickle(samples)
    pieces = [Spoken("hello")]

    async def next_piece() -> Spoken | None:
        return pieces.pop() if pieces else None

    speaks = Speaking(voice, "en", 1.0, lambda spoken, pcm: None, lambda: None)
    async with asyncio.timeout(5):
        with pytest.raises(ExceptionGroup) as late:
            await speaks.run(next_piece)
    (failure,) = late.value.exceptions
    assert isinstance(failure, ProviderError)
    assert failure.category is FailureCategory.TIMED_OUT
    assert voice.ended
