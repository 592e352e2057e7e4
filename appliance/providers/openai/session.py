"""A session with OpenAI Realtime, or with a server that speaks its protocol."""

import asyncio
import json
from dataclasses import dataclass, replace

from pydantic import SecretStr

from appliance.conversation.session import Emit
from appliance.conversation.vocabulary import (
    AskText,
    Capabilities,
    CloseSession,
    Command,
    Failure,
    HistoryItem,
    Ready,
    SessionConfig,
    UserTranscript,
)
from appliance.errors import FailureCategory, ProtocolViolation, ProviderError
from appliance.pcm.formats import NEAR_RATE_HZ
from appliance.providers.endpoint import endpoint
from appliance.providers.link import HandshakeRefused, Link, LinkOptions, open_link
from appliance.providers.openai import reader
from appliance.providers.openai.codec import OpenAiCodec, Voice
from appliance.providers.openai.failures import known_category
from appliance.providers.openai.frames import WIRE_RATE_HZ, question_id

VENDOR_URL = "wss://api.openai.com/v1/realtime"
# session.created comes with the upgrade and session.updated within half a second; a server that
# needs ten times as long is not one to wait for while somebody may be speaking.
READY_TIMEOUT_S = 5.0
# Commands given before `Ready`: the longest turn (120 s) in blocks of 32 ms. More means that
# nobody watches the clock.
MAX_EARLY_COMMANDS = 4096


@dataclass(frozen=True, slots=True)
class OpenAiOptions:
    """Whom to ask. `url` empty: the vendor; else the whole endpoint, to which the model is added."""

    api_key: SecretStr
    name: str = "openai"
    url: str = ""
    model: str = "gpt-realtime-2.1"
    voice: str = "marin"
    transcription_model: str = "gpt-live-transcribe"


class OpenAiSession:
    """One session, used once; see `Session`. Takes 16 kHz, answers at 24 kHz.

    Raises `ConfigurationError` for a `url` that must not be connected to.
    """

    capabilities = Capabilities(
        input_rate_hz=NEAR_RATE_HZ,
        output_rate_hz=WIRE_RATE_HZ,
        truncates=True,
        discards=True,
        transcribes_user=True,
        tools=True,
        text_in=True,
        text_out=True,
    )

    def __init__(self, options: OpenAiOptions) -> None:
        self._options = options
        self._endpoint = endpoint(options.url or VENDOR_URL, options.model)
        self._ended = asyncio.Event()
        self._failure: ProviderError | None = None
        self._early: list[Command] = []
        self._open: tuple[OpenAiCodec, Link, Emit] | None = None  # from `Ready` on

    def send(self, command: Command) -> None:
        """Carry out `command` on what was received so far; never blocks."""
        if self._ended.is_set():
            return
        if isinstance(command, CloseSession):
            self._ended.set()
        elif self._open is None:
            if len(self._early) == MAX_EARLY_COMMANDS:
                self._lose(ProviderError(FailureCategory.TIMED_OUT, "the session did not become ready"))
                return
            self._early.append(command)
        else:
            codec, link, emit = self._open
            try:
                _post(link, codec.encode(command))
            except ProviderError as failure:
                self._lose(failure)
                return
            _say_back(command, emit)

    async def run(self, config: SessionConfig, history: tuple[HistoryItem, ...], emit: Emit) -> None:
        """Connect, emit `Ready`, then every event, until `CloseSession` or a failure.

        A failure is told before the connection is closed, which may take a second.
        """
        talk = asyncio.create_task(self._talk(config, history, emit), name=f"session {self._options.name}")
        ended = asyncio.create_task(self._ended.wait())
        try:
            await asyncio.wait({talk, ended}, return_when=asyncio.FIRST_COMPLETED)
            if self._failure is not None:
                emit(Failure(self._failure.category, str(self._failure), self._failure.retry_after_s))
        finally:
            self._ended.set()
            talk.cancel()
            ended.cancel()
            await asyncio.wait({talk, ended})
        if not talk.cancelled():
            talk.result()  # a mistake of ours, or of whoever listens

    async def _talk(self, config: SessionConfig, history: tuple[HistoryItem, ...], emit: Emit) -> None:
        voice = Voice(self._options.voice, self._options.transcription_model)
        codec = OpenAiCodec(voice, config, history)
        try:
            async with open_link(LinkOptions(self._endpoint, self._options.api_key)) as link:
                await self._exchange(codec, link, emit)
        except ProviderError as unreachable:
            self._lose(unreachable)

    async def _exchange(self, codec: OpenAiCodec, link: Link, emit: Emit) -> None:
        try:
            async with asyncio.timeout(READY_TIMEOUT_S):
                while self._open is None and not self._ended.is_set():
                    self._take(await link.receive(), codec, link, emit)
            while not self._ended.is_set():
                self._take(await link.receive(), codec, link, emit)
        except TimeoutError:
            message = f"{self._endpoint.host} opened no session within {READY_TIMEOUT_S:g} s"
            self._lose(ProviderError(FailureCategory.TIMED_OUT, message))
        except ProviderError as failure:
            self._lose(failure)

    def _take(self, frame: str | bytes, codec: OpenAiCodec, link: Link, emit: Emit) -> None:
        event = codec.decode(frame)
        _post(link, codec.replies())
        match event:
            case None:
                pass
            case Ready():
                self._open = codec, link, emit
                early, self._early = self._early, []
                for command in early:
                    _post(link, codec.encode(command))
                emit(event)
                for command in early:
                    _say_back(command, emit)
            case Failure(answer=None):
                raise ProviderError(event.category, event.message, event.retry_after_s)
            case Failure():
                emit(replace(event, message=self._redacted(event.message)))
            case _:
                emit(event)

    def _lose(self, failure: ProviderError) -> None:
        """The session is over; the first cause is the one that is told."""
        category = failure.category
        if isinstance(failure, HandshakeRefused):
            category = _category_in(failure.body) or category
        if self._failure is None:
            message = self._redacted(str(failure))
            self._failure = ProviderError(category, message, failure.retry_after_s)
        self._ended.set()

    def _redacted(self, message: str) -> str:
        """A server may quote our key in what it says, and what it says may be cut within the key."""
        key = self._options.api_key.get_secret_value()
        if not key:
            return message
        message = message.replace(key, "***")
        cut = next((n for n in range(len(key) - 1, 3, -1) if message.endswith(key[:n])), 0)
        return message[: len(message) - cut] + "***" if cut else message


def _say_back(command: Command, emit: Emit) -> None:
    """A question in writing is known to the letter, and its item has the name that it was given here."""
    if isinstance(command, AskText):
        emit(UserTranscript(command.answer, command.text, final=True, item=question_id(command.answer)))


def _post(link: Link, frames: list[str]) -> None:
    for frame in frames:
        link.post(frame)


def _category_in(body: bytes) -> FailureCategory | None:
    """What the error object in a refusal's body says; it knows better than the status (quota or rate)."""
    try:
        return known_category(reader.mapping(json.loads(body), "error"))
    except (ValueError, RecursionError, AttributeError, ProtocolViolation):  # no error object at all
        return None
