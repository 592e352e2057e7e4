"""A session over one WebSocket: what is the same for every vendor who is talked to by a codec."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Protocol

from pydantic import SecretStr

from appliance.conversation.session import Emit
from appliance.conversation.vocabulary import (
    AskText,
    Capabilities,
    CloseSession,
    Command,
    Failure,
    HistoryItem,
    ProviderEvent,
    Ready,
    SessionConfig,
)
from appliance.errors import FailureCategory, ProviderError
from appliance.providers.from_peer import json_of
from appliance.providers.link import ClosedByPeer, HandshakeRefused, Link, LinkOptions, open_link

# The vendors open a session within half a second of the upgrade; a server that needs ten times as long
# is not one to wait for while somebody may be speaking.
READY_TIMEOUT_S = 5.0
# Commands given before `Ready`: the longest turn (120 s) in blocks of 32 ms. More means that
# nobody watches the clock.
MAX_EARLY_COMMANDS = 4096
# So little of a key is no secret yet: the vendors' begin with what they all have in common ("sk-p", "AIza").
MIN_KEY_CHARACTERS = 4


class Codec(Protocol):
    """One session's protocol without a socket. Pure.

    After `CancelAnswer` no event of that answer comes any more, also not from a frame of which
    events were taken already: hence the iterator, which is advanced only when its last event was told.
    """

    def opening(self) -> Sequence[str]:
        """The frames that we send before the peer said anything."""

    def encode(self, command: Command) -> Sequence[str]:
        """The frames that carry out `command`, in order. Only after `Ready`."""

    def events(self, frame: str | bytes) -> Iterator[ProviderEvent]:
        """What `frame` means. Raises `ProtocolViolation` for what the protocol does not allow; then the
        session is over."""

    def replies(self) -> Sequence[str]:
        """The frames to be sent that were not returned yet; asked for around each event."""

    def said_back(self, command: AskText) -> ProviderEvent | None:
        """What the person is taken to have said once `command` was sent, where the peer does not tell."""


MakeCodec = Callable[[SessionConfig, tuple[HistoryItem, ...]], Codec]


@dataclass(frozen=True, slots=True)
class SocketOptions:
    """Whom a session talks to, and what that provider can do."""

    name: str
    link: LinkOptions
    capabilities: Capabilities


class SocketSession:
    """One session, used once; see `Session`."""

    def __init__(
        self,
        options: SocketOptions,
        codec: MakeCodec,
        refusal: Callable[[object], FailureCategory | ProviderError | None],
        of_close: Callable[[int, str], FailureCategory | None] = lambda code, reason: None,
    ) -> None:
        """`refusal` tells what the JSON body of a refused connection means, better than its status; with
        an error it says so in its own words. `of_close` tells what a close frame's code and reason mean,
        where that is more than a session that ended."""
        self.capabilities = options.capabilities
        self._options = options
        self._make_codec = codec
        self._refusal = refusal
        self._of_close = of_close
        self._ended = asyncio.Event()
        self._failure: ProviderError | None = None
        self._early: list[Command] = []
        self._open: tuple[Codec, Link, Emit] | None = None  # from `Ready` on

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
                post(link, codec.encode(command))
            except ProviderError as failure:
                self._lose(failure)
                return
            _say_back(codec, command, emit)

    async def run(self, config: SessionConfig, history: tuple[HistoryItem, ...], emit: Emit) -> None:
        """Connect, emit `Ready`, then every event, until `CloseSession` or a failure.

        A failure is told before the connection is closed, which may take a second.
        """
        codec = self._make_codec(config, history)
        talk = asyncio.create_task(self._talk(codec, emit), name=f"session {self._options.name}")
        ended = asyncio.create_task(self._ended.wait())
        try:
            await asyncio.wait({talk, ended}, return_when=asyncio.FIRST_COMPLETED)
            if self._failure is not None:
                emit(failure_of(self._failure))
        finally:
            self._ended.set()
            talk.cancel()
            ended.cancel()
            await asyncio.wait({talk, ended})
        if not talk.cancelled():
            talk.result()  # a mistake of ours, or of whoever listens

    async def _talk(self, codec: Codec, emit: Emit) -> None:
        try:
            async with open_link(self._options.link) as link:
                await self._exchange(codec, link, emit)
        except ProviderError as unreachable:
            self._lose(unreachable)

    async def _exchange(self, codec: Codec, link: Link, emit: Emit) -> None:
        try:
            async with asyncio.timeout(READY_TIMEOUT_S):
                post(link, codec.opening())
                while self._open is None and not self._ended.is_set():
                    self._take(await link.receive(), codec, link, emit)
            while not self._ended.is_set():
                self._take(await link.receive(), codec, link, emit)
        except TimeoutError:
            message = f"{self._options.link.endpoint.host} opened no session within {READY_TIMEOUT_S:g} s"
            self._lose(ProviderError(FailureCategory.TIMED_OUT, message))
        except ProviderError as failure:
            self._lose(failure)

    def _take(self, frame: str | bytes, codec: Codec, link: Link, emit: Emit) -> None:
        for event in codec.events(frame):
            post(link, codec.replies())
            self._tell(event, codec, link, emit)
        post(link, codec.replies())

    def _tell(self, event: ProviderEvent, codec: Codec, link: Link, emit: Emit) -> None:
        match event:
            case Ready():
                self._open = codec, link, emit
                early, self._early = self._early, []
                for command in early:
                    post(link, codec.encode(command))
                emit(event)
                for command in early:
                    _say_back(codec, command, emit)
            case Failure(answer=None):
                raise ProviderError(event.category, event.message, event.retry_after_s)
            case Failure():
                emit(replace(event, message=self._redacted(event.message)))
            case _:
                emit(event)

    def _lose(self, failure: ProviderError) -> None:
        """The session is over; the first cause is the one that is told."""
        category, message = failure.category, str(failure)
        if isinstance(failure, ClosedByPeer):
            category = self._of_close(failure.code, failure.reason) or category
        if isinstance(failure, HandshakeRefused):
            match self._refusal(json_of(failure.body)):
                case ProviderError() as known:
                    category, message = known.category, str(known)
                case FailureCategory() as known:
                    category = known
        if self._failure is None:
            self._failure = ProviderError(
                category, self._redacted(message), failure.retry_after_s, failure.cause
            )
        self._ended.set()

    def _redacted(self, message: str) -> str:
        return redacted(message, self._options.link.key.key)


def failure_of(error: ProviderError) -> Failure:
    """The event of a session that ended by `error`."""
    return Failure(error.category, str(error), error.retry_after_s, cause=error.cause)


def redacted(message: str, secret: SecretStr) -> str:
    """A server may quote our key in what it says, and what it says may be cut within the key (a close frame
    has 123 bytes): what begins like the key is taken for it, from `MIN_KEY_CHARACTERS` on."""
    key = secret.get_secret_value()
    if not key:
        return message
    begin, at = key[:MIN_KEY_CHARACTERS], 0
    while (at := message.find(begin, at)) >= 0:
        pairs = zip(message[at:], key, strict=False)
        quoted = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        message = f"{message[:at]}***{message[at + quoted :]}"
        at += len("***")
    return message


def _say_back(codec: Codec, command: Command, emit: Emit) -> None:
    """A question in writing is known to the letter."""
    if isinstance(command, AskText) and (said := codec.said_back(command)) is not None:
        emit(said)


def post(link: Link, frames: Sequence[str]) -> None:
    """Send `frames` in their order; never blocks."""
    for frame in frames:
        link.post(frame)
