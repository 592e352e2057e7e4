"""One running session of ours, as a conversation has it: commands in, events out."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import numpy as np
from pydantic import SecretStr
from websockets.asyncio.server import ServerConnection, serve

from appliance.conversation.session import Session
from appliance.conversation.vocabulary import (
    AnswerAudio,
    AppendAudio,
    CloseSession,
    CommitTurn,
    Failure,
    HistoryItem,
    ProviderEvent,
    Ready,
    SessionConfig,
)
from appliance.providers.openai.session import OpenAiOptions, open_openai
from tests.simulators.openai_script import chirp

KEY = "sk-a-very-secret-key"
CONFIG = SessionConfig("Be kind.", "en")
QUESTION = chirp(0.5)
# No step in here takes longer than a second unless it is broken.
PATIENCE_S = 10.0

Event = TypeVar("Event")


class Conversation:
    """One running session, and everything it said."""

    def __init__(self, url: str, key: str = KEY, session: Session | None = None) -> None:
        self.session = session or open_openai(OpenAiOptions(SecretStr(key), url=url))
        self.events: list[ProviderEvent] = []
        self._news = asyncio.Event()
        self.react: Callable[[ProviderEvent], None] = lambda _: None

    def emit(self, event: ProviderEvent) -> None:
        self.events.append(event)
        self.react(event)
        self._news.set()

    async def run(self, history: tuple[HistoryItem, ...] = ()) -> None:
        await self.session.run(CONFIG, history, self.emit)

    async def until(self, kind: type[Event], *, answer: int | None = None) -> Event:
        """The first event of this kind (for this answer)."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for event in self.events:
                    if isinstance(event, kind) and answer in (None, getattr(event, "answer", None)):
                        return event
                self._news.clear()
                await self._news.wait()

    def ask(self, answer: int) -> None:
        for block in np.array_split(QUESTION, 25):
            self.session.send(AppendAudio(block))
        self.session.send(CommitTurn(answer))

    def sound(self, answer: int) -> int:
        return sum(len(e.pcm) for e in self.events if isinstance(e, AnswerAudio) and e.answer == answer)


@asynccontextmanager
async def talking(url: str, history: tuple[HistoryItem, ...] = ()) -> AsyncIterator[Conversation]:
    """A session that is ready; closed in its own way at the end."""
    talk = Conversation(url)
    running = asyncio.create_task(talk.run(history))
    try:
        await talk.until(Ready)
        yield talk
        talk.session.send(CloseSession())
        await asyncio.wait_for(running, PATIENCE_S)
    finally:
        running.cancel()


async def failure_of(url: str, ask: int | None = None) -> Failure:
    """How a session with this server fails."""
    talk = Conversation(url)
    if ask is not None:
        talk.ask(ask)
    await asyncio.wait_for(talk.run(), PATIENCE_S)
    assert isinstance(talk.events[-1], Failure)
    assert talk.events[-1].answer is None
    assert KEY not in str(talk.events)
    return talk.events[-1]


@asynccontextmanager
async def frozen_server() -> AsyncIterator[str]:
    """Upgrades, opens the session, and from then on does not even read."""
    leave = asyncio.Event()

    async def handle(connection: ServerConnection) -> None:
        await connection.send('{"type":"session.created","session":{}}')
        await connection.recv()
        await connection.send('{"type":"session.updated","session":{}}')
        connection.transport.pause_reading()
        await leave.wait()
        connection.transport.abort()

    async with serve(handle, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        yield f"ws://127.0.0.1:{port}/v1/realtime"
        leave.set()
