"""A session with GPT-Live, over as many sockets as it takes.

To the conversation it is one session that is always ready. The vendor's session costs money by the minute,
also in silence, and cannot be told to stop talking; so its socket is closed after a minute without a word
(and opened by the next one: the turn is kept until then), and replaced where the model talks on after a
cancel. Each socket is given what was said so far, as text. A socket that is lost without our doing is the
session's failure, as everywhere.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from appliance.conversation.session import Emit
from appliance.conversation.vocabulary import (
    AnswerDone,
    AnswerStarted,
    AskText,
    CloseSession,
    ClosingSoon,
    Command,
    CommitTurn,
    Configure,
    ContinueAnswer,
    Failure,
    HistoryItem,
    ProviderEvent,
    Ready,
    SessionConfig,
    ToolCall,
    UsageTold,
    UserTranscript,
)
from appliance.errors import FailureCategory, ProviderError
from appliance.providers.endpoint import endpoint
from appliance.providers.from_peer import json_of
from appliance.providers.link import (
    CLOSE_TIMEOUT_S,
    HandshakeRefused,
    KeyHeader,
    Link,
    LinkOptions,
    open_link,
)
from appliance.providers.openai_live.codec import LiveCodec
from appliance.providers.openai_live.failures import category_of_refusal
from appliance.providers.openai_live.life import Phase, Wish
from appliance.providers.openai_live.meter import Meter
from appliance.providers.openai_live.opening import Voice
from appliance.providers.openai_live.options import CAPABILITIES, VENDOR_URL, LiveOptions
from appliance.providers.openai_live.pacing import TICK_S, Pace, Pacing
from appliance.providers.openai_live.past import Past
from appliance.providers.openai_live.turn import Turn
from appliance.providers.socket_session import READY_TIMEOUT_S, failure_of, post, redacted

# In mid-answer a server that sends silence as well sends something every few ms, and Wi-Fi may hold it
# up for a second; one that does not has finished. Counted in ticks of `TICK_S`: while our own loop stood
# still, it was not the server that did.
STILL_S = 2.0
# The session is told to end, and closes its connection, within a second (`Session`).
GOODBYE_TIMEOUT_S = 0.2
# The chain renews between turns: a turn of the longest kind (120 s) that has just begun still has room.
CLOSING_NOTICE_S = 180.0
# Numbers of answers begin at 1.
NO_ANSWER = 0


def open_openai_live(options: LiveOptions) -> "LiveSession":
    """A fresh session; takes 16 kHz, answers at 24 kHz.

    Raises `ConfigurationError` for a `url` that must not be connected to.
    """
    link = LinkOptions(endpoint(options.url or VENDOR_URL, ""), KeyHeader(options.api_key))
    return LiveSession(options, link)


class LiveSession:
    """One session, used once; see `Session`."""

    def __init__(self, options: LiveOptions, link: LinkOptions) -> None:
        self.capabilities = CAPABILITIES
        self._options = options
        self._link_options = link
        self._ended = asyncio.Event()
        self._wanted = asyncio.Event()  # somebody needs a socket
        self._wanted.set()
        self._failure: ProviderError | None = None
        self._turn = Turn()
        self._config = SessionConfig("")
        self._past = Past(())
        self._meter = Meter()
        self._last_answer = NO_ANSWER  # the one that was asked for last
        self._open: tuple[LiveCodec, Link] | None = None  # while a socket takes commands
        self._told_ready = False
        self._emit: Emit = _nobody

    def send(self, command: Command) -> None:
        """Carry out `command` on what was received so far, or keep it for the next socket; never blocks."""
        if self._ended.is_set():
            return
        if isinstance(command, CloseSession):
            self._ended.set()
            self._wanted.set()  # it sleeps no longer
            return
        if isinstance(command, Configure):
            self._config = command.config
        if isinstance(command, CommitTurn | ContinueAnswer | AskText):
            self._last_answer = command.answer
        try:
            due = self._turn.note(command)
            if self._open is not None:
                codec, link = self._open
                for told in due:
                    post(link, codec.encode(told))
        except ProviderError as failure:
            self._lose(failure)
            return
        if self._turn.wants_session:
            self._wanted.set()
        if self._told_ready:
            self._say_back(command)

    async def run(self, config: SessionConfig, history: tuple[HistoryItem, ...], emit: Emit) -> None:
        """Connect, emit `Ready`, then every event, until `CloseSession` or a failure.

        A failure is told before the connection is closed, which may take a second; what the session cost
        that no answer told, after that.
        """
        self._config, self._past, self._emit = config, Past(history), emit
        talk = asyncio.create_task(self._talk(), name=f"session {self._options.name}")
        ended = asyncio.create_task(self._ended.wait())
        try:
            await asyncio.wait({talk, ended}, return_when=asyncio.FIRST_COMPLETED)
            if self._failure is not None:
                emit(failure_of(self._failure))
            else:
                await asyncio.wait({talk}, timeout=GOODBYE_TIMEOUT_S + CLOSE_TIMEOUT_S)
        finally:
            self._ended.set()
            talk.cancel()
            ended.cancel()
            await asyncio.wait({talk, ended})
            if usage := {unit: count for unit, count in self._meter.bill().items() if count}:
                emit(UsageTold(self._last_answer, usage))
        if not talk.cancelled():
            talk.result()  # a mistake of ours, or of whoever listens

    # ------------------------------------------------------------------ one socket after the other

    async def _talk(self) -> None:
        try:
            while True:
                await self._wanted.wait()
                if self._ended.is_set():
                    return
                async with open_link(self._link_options) as link:
                    await self._hold(link)
        except ProviderError as failure:
            self._lose(failure)

    async def _hold(self, link: Link) -> None:
        """Until nobody needs this socket any more."""
        voice = Voice(
            self._options.model, self._options.voice, self._options.backend_model, self._options.extra
        )
        config = self._config
        codec = LiveCodec(
            voice,
            config,
            self._past,
            self._meter,
            tail_ms=self._options.tail_ms,
            idle_s=self._options.idle_s,
        )
        await self._start(codec, link, config)
        receiving = asyncio.create_task(self._receive(codec, link))
        tasks = {receiving, asyncio.create_task(self._pace(codec, link))}
        ended = asyncio.create_task(self._ended.wait())
        try:
            await asyncio.wait({*tasks, ended}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._open = None
            for task in (*tasks, ended):
                task.cancel()
            await asyncio.wait({*tasks, ended})
        for task in tasks:
            if not task.cancelled():
                task.result()
        await self._say_goodbye(codec, link)

    async def _start(self, codec: LiveCodec, link: Link, config: SessionConfig) -> None:
        """Open the session with `config`, and tell it what came since, and of the turn in hand."""
        try:
            async with asyncio.timeout(READY_TIMEOUT_S):
                post(link, codec.opening(self._turn.first))
                while codec.phase is Phase.STARTING:
                    self._tell(codec.events(await link.receive()), codec, link)
        except TimeoutError as late:
            host = self._link_options.endpoint.host
            message = f"{host} opened no session within {READY_TIMEOUT_S:g} s"
            raise ProviderError(FailureCategory.TIMED_OUT, message) from late
        if self._config != config:
            post(link, codec.encode(Configure(self._config)))
        early = self._turn.again()
        for command in early:
            post(link, codec.encode(command))
        self._open = codec, link
        if not self._told_ready:
            self._told_ready = True
            self._emit(Ready())
            for command in early:
                self._say_back(command)

    def _say_back(self, command: Command) -> None:
        """A question in writing is known to the letter."""
        if isinstance(command, AskText):
            self._emit(UserTranscript(command.answer, command.text, final=True))

    async def _receive(self, codec: LiveCodec, link: Link) -> None:
        while True:
            self._tell(codec.events(await link.receive()), codec, link)

    async def _pace(self, codec: LiveCodec, link: Link) -> None:
        """Send silence where nobody talks, until the socket is of no use any more."""
        loop = asyncio.get_running_loop()
        pacing = Pacing(loop.time())
        closing_s = _closing_notice_at_s(codec, loop.time())
        flow, still_s = codec.received_samples, 0.0
        while codec.wish is Wish.STAY:
            await asyncio.sleep(TICK_S)
            now_s = loop.time()
            self._tell(codec.tick(pacing.due(now_s, codec.sent_samples, codec.pace)), codec, link)
            if codec.received_samples != flow or codec.pace is not Pace.ANSWERING:
                flow, still_s = codec.received_samples, 0.0
            else:
                still_s += TICK_S
                if still_s > STILL_S:
                    self._tell(codec.nothing_flows(), codec, link)
            if closing_s is not None and now_s >= closing_s:
                closing_s = None
                self._emit(ClosingSoon(CLOSING_NOTICE_S))
        self._open = None  # from here on commands are kept for the next socket
        if codec.wish is Wish.SLEEP:
            self._wanted.clear()  # the next command that needs one sets it again

    async def _say_goodbye(self, codec: LiveCodec, link: Link) -> None:
        """End the vendor's session in its own way: otherwise it goes on for a while, and costs."""
        with suppress(ProviderError, TimeoutError):
            post(link, codec.goodbye())
            async with asyncio.timeout(GOODBYE_TIMEOUT_S):
                while codec.phase is Phase.CLOSING:
                    for _ in codec.events(await link.receive()):
                        pass  # nobody listens any more

    # ------------------------------------------------------------------ what comes of it

    def _tell(self, events: Iterator[ProviderEvent], codec: LiveCodec, link: Link) -> None:
        for event in events:
            post(link, codec.replies())
            match event:
                case Ready():
                    pass  # told once, and once the turn in hand was told
                case AnswerStarted(answer=answer):
                    if self._turn.begins(answer):
                        self._emit(event)
                case ToolCall():
                    self._turn.called(event)
                    self._emit(event)
                case Failure(answer=None):
                    self._open = None  # it takes no command any more
                    raise ProviderError(event.category, event.message, event.retry_after_s)
                case Failure(answer=int(answer)):
                    self._turn.done(answer)
                    self._emit(replace(event, message=self._redacted(event.message)))
                case AnswerDone(answer=answer):
                    self._turn.done(answer)
                    self._emit(event)
                case _:
                    self._emit(event)
        post(link, codec.replies())

    def _lose(self, failure: ProviderError) -> None:
        """The session is over; the first cause is the one that is told."""
        category = failure.category
        if isinstance(failure, HandshakeRefused):
            category = category_of_refusal(json_of(failure.body)) or category
        if self._failure is None:
            message = self._redacted(str(failure))
            self._failure = ProviderError(category, message, failure.retry_after_s, failure.cause)
        self._ended.set()

    def _redacted(self, message: str) -> str:
        return redacted(message, self._link_options.key.key)


def _closing_notice_at_s(codec: LiveCodec, now_s: float) -> float | None:
    """When to say that the session will end; None where the clocks disagree."""
    if codec.expires_at_s is None:
        return None
    remaining_s = codec.expires_at_s - time.time()
    return now_s + remaining_s - CLOSING_NOTICE_S if remaining_s > CLOSING_NOTICE_S else None


def _nobody(_: ProviderEvent) -> None:
    """Until `run` nobody listens."""
