"""Speech-to-text by Deepgram, written down while the person talks."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from pydantic import SecretStr

from appliance.conversation.vocabulary import Languages
from appliance.errors import ProviderError
from appliance.providers.cascade.deepgram_codec import (
    CLOSE_STREAM,
    KEEP_ALIVE,
    TurnReader,
    listening_at,
    refusal,
)
from appliance.providers.cascade.stages import Transcription
from appliance.providers.cascade.streamed_turn import StreamedTurn, TurnWire
from appliance.providers.link import HandshakeRefused, KeyHeader, Link, LinkOptions, open_link
from appliance.providers.socket_session import redacted

VENDOR_URL = "wss://api.deepgram.com/v1/listen"
# The vendor ends a connection that is silent for 10 s and advises a sign of life every 3…5 s.
KEEP_ALIVE_S = 4.0
# From the end of the turn to its words, which take some 100 ms: by then most of it is written down. After
# this the next provider is the better answer, whatever the answer deadline is.
TRANSCRIPT_TIMEOUT_S = 8.0


@dataclass(frozen=True, slots=True)
class DeepgramOptions:
    """`url` is the whole endpoint; what its query names is not added. `model` is one that streams, `language`
    the one that it is told, "" that of the conversation."""

    api_key: SecretStr
    url: str = VENDOR_URL
    model: str = "nova-3"
    language: str = ""


def open_deepgram_stt(options: DeepgramOptions) -> "DeepgramSpeechToText":
    """The stage. Raises `ConfigurationError` for an address that must not get a key."""
    return DeepgramSpeechToText(options)


class DeepgramSpeechToText:
    """A `SpeechToText`: one connection a turn."""

    languages = Languages.ANY

    def __init__(self, options: DeepgramOptions) -> None:
        self._options = options
        self._link_options("en")  # an address that is of no use is known now

    async def open(self) -> None:
        """See `Stage`: connects once, so that a key that is refused is known before somebody talks."""
        with _named(self._options.api_key):
            async with open_link(self._link_options("en")):
                pass

    async def close(self) -> None:
        """See `Stage`."""

    def listen(self, language: str) -> Transcription:
        """See `SpeechToText`."""

        @asynccontextmanager
        async def connect() -> AsyncIterator[TurnWire]:
            with _named(self._options.api_key):
                async with open_link(self._link_options(language)) as link, _turn_on(link) as wire:
                    yield wire

        return StreamedTurn("Deepgram", connect, TRANSCRIPT_TIMEOUT_S)

    def _link_options(self, language: str) -> LinkOptions:
        options = self._options
        key = KeyHeader(options.api_key, scheme="Token")
        return LinkOptions(listening_at(options.url, options.model, options.language or language), key)


class _TurnOnDeepgram:
    """A `TurnWire`."""

    def __init__(self, link: Link, keeping_alive: "asyncio.Task[None]") -> None:
        self._link = link
        self._keeping_alive = keeping_alive

    def send(self, samples: bytes) -> None:
        """See `TurnWire`."""
        _post(self._link, samples)

    def end(self) -> None:
        """See `TurnWire`."""
        self._keeping_alive.cancel()
        _post(self._link, CLOSE_STREAM)

    async def words(self) -> str:
        """See `TurnWire`."""
        reader = TurnReader()
        while (words := reader.take(await self._link.receive())) is None:
            pass
        return words


@asynccontextmanager
async def _turn_on(link: Link) -> AsyncIterator[TurnWire]:
    keeping_alive = asyncio.create_task(_keep_alive(link))
    try:
        yield _TurnOnDeepgram(link, keeping_alive)
    finally:
        keeping_alive.cancel()
        await asyncio.wait({keeping_alive})


async def _keep_alive(link: Link) -> None:
    """A person may think in mid-sentence while the microphone is muted."""
    while True:
        await asyncio.sleep(KEEP_ALIVE_S)
        _post(link, KEEP_ALIVE)


def _post(link: Link, frame: str | bytes) -> None:
    try:
        link.post(frame)
    except ProviderError:
        return  # `receive` tells the same


@contextmanager
def _named(api_key: SecretStr) -> Iterator[None]:
    """A failure has the category that the vendor's own words give it, and no key in its message."""
    try:
        yield
    except HandshakeRefused as refused:
        category = refusal(refused.body) or refused.category
        raise ProviderError(category, f"Deepgram: {refused}", refused.retry_after_s) from refused
    except ProviderError as failure:
        message = redacted(str(failure), api_key)
        raise ProviderError(failure.category, message, failure.retry_after_s, failure.cause) from None
