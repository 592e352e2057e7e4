"""The person's turn in the cascade: what was said of it, piece by piece, on its way to words."""

import asyncio
from collections import Counter
from collections.abc import Callable

from appliance.conversation.vocabulary import UserTranscript
from appliance.errors import FailureCategory, ProviderError
from appliance.providers.cascade.dialogue import Exchange
from appliance.providers.cascade.stages import Transcription

# From the end of the turn to its words: more than that and the longest answer deadline (30 s) has passed.
WORDS_TIMEOUT_S = 30.0
# A transcription is to be closed within a second.
CLOSE_TIMEOUT_S = 1.0
# The longest turn is 120 s, about 2500 characters.
MAX_TRANSCRIPT_CHARACTERS = 8000


class Turn:
    """A turn and the answers that were asked for it: it goes on where nothing of the last one was heard."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self._hearings: list[asyncio.Task[ProviderError | None]] = []

    def has(self, exchange: Exchange) -> bool:
        """Whether the turn asked `exchange`."""
        return any(each is exchange for each in self.exchanges)

    def hear(
        self,
        exchange: Exchange,
        transcription: Transcription,
        usage: "Counter[str]",
        emit: Callable[[UserTranscript], None],
    ) -> "asyncio.Task[ProviderError | None]":
        """The next piece of the turn is said: `exchange` asks it as soon as it has words."""
        hearing = asyncio.create_task(_hear(exchange, transcription, usage, emit))
        self._hearings.append(hearing)
        return hearing

    async def heard(self) -> None:
        """Wait until every piece has its words. Raises `ProviderError` where one has none."""
        if self._hearings:
            await asyncio.wait(self._hearings)  # which does not cancel them
        for hearing in self._hearings:
            if (failure := hearing.result()) is not None:
                raise failure

    def close(self) -> None:
        """Nobody wants the words any more."""
        for hearing in self._hearings:
            hearing.cancel()


async def _hear(
    exchange: Exchange,
    transcription: Transcription,
    usage: "Counter[str]",
    emit: Callable[[UserTranscript], None],
) -> ProviderError | None:
    """Let the words of a piece become known; what went wrong, else."""
    try:
        async with asyncio.timeout(WORDS_TIMEOUT_S):
            text = (await transcription.finish()).strip()
    except ProviderError as failure:
        return failure
    except TimeoutError:
        message = f"there were no words within {WORDS_TIMEOUT_S:g} s"
        return ProviderError(FailureCategory.TIMED_OUT, message)
    finally:
        usage.update(transcription.usage)
        await close_transcription(transcription)
    exchange.asked = text[:MAX_TRANSCRIPT_CHARACTERS]
    emit(UserTranscript(exchange.answer, exchange.asked, final=True))
    return None


async def close_transcription(transcription: Transcription) -> None:
    """Close it, and wait for that no longer than it may take."""
    try:
        async with asyncio.timeout(CLOSE_TIMEOUT_S):
            await transcription.close()
    except (ProviderError, TimeoutError):
        pass  # nobody wants anything of it any more
