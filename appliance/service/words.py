"""The warm offline worker as the reader of what is said over an answer."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from appliance.errors import ProviderError
from appliance.pcm.formats import Pcm

# The recognizer puts these before some clips in which nobody says them, and then begins anew.
_INVENTED: Final = re.compile(r"^(You|I|2) (?=[A-Z])")


class Recognizer(Protocol):
    """Who reads (`OfflineWorker`)."""

    def read_words(self, pcm: Pcm) -> Awaitable[str]:
        """The words in `pcm`, 16 kHz, soon; raises ProviderError."""


class WordReader:
    """Reads in tasks of its own; as many at a time as are asked for, which is one a run of speech."""

    def __init__(self, recognizer: Recognizer) -> None:
        self._recognizer = recognizer
        self._tasks: set[asyncio.Task[None]] = set()
        self.failures = 0

    def read(self, pcm: Pcm, on_words: Callable[[str | None], None]) -> None:
        """Tell `on_words` what was said, or None if it could not be read in time."""
        task = asyncio.create_task(self._read(pcm, on_words))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _read(self, pcm: Pcm, on_words: Callable[[str | None], None]) -> None:
        try:
            words = await self._recognizer.read_words(pcm)
        except ProviderError:
            self.failures += 1
            on_words(None)
        else:
            on_words(_INVENTED.sub("", words))
