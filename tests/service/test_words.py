"""Words are read beside the conversation, and a reader that fails says so."""

import asyncio

import numpy as np

from appliance.errors import FailureCategory, ProviderError
from appliance.pcm.formats import Pcm
from appliance.service.words import WordReader


class Recognizer:
    def __init__(self, outcome: str | ProviderError) -> None:
        self.outcome = outcome

    async def read_words(self, pcm: Pcm) -> str:
        if isinstance(self.outcome, ProviderError):
            raise self.outcome
        return self.outcome


async def read(outcome: str | ProviderError) -> tuple[str | None, int]:
    told: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
    reader = WordReader(Recognizer(outcome))
    reader.read(np.zeros(10, np.int16), told.set_result)
    return await told, reader.failures


async def test_what_was_read_is_told() -> None:
    assert await read("stop") == ("stop", 0)


async def test_what_the_recognizer_invents_in_front_is_left_out() -> None:
    assert await read("You Hold on.") == ("Hold on.", 0)
    assert await read("You know what") == ("You know what", 0)


async def test_who_cannot_read_says_so_and_it_is_counted() -> None:
    assert await read(ProviderError(FailureCategory.TIMED_OUT, "late")) == (None, 1)
