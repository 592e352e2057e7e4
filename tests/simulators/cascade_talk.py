"""One running cascade, as a conversation has it: commands in, events out."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from pydantic import SecretStr

from appliance.conversation.session import Session
from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AnswerTranscript,
    AppendAudio,
    CloseSession,
    CommitTurn,
    Failure,
    HistoryItem,
    ProviderEvent,
    Ready,
    SessionConfig,
    UserTranscript,
)
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from appliance.providers.cascade.openai_hearing import OpenAiHearing, OpenAiHearingOptions
from appliance.providers.cascade.openai_speaking import OpenAiSpeaking, OpenAiSpeakingOptions
from appliance.providers.cascade.openai_writing import OpenAiWriting, OpenAiWritingOptions
from appliance.providers.cascade.session import CascadeSession
from appliance.providers.cascade.stages import Stages
from appliance.providers.http.address import address
from appliance.providers.http.client import HttpOptions
from appliance.providers.link import KeyHeader

KEY = "sk-a-very-secret-key"
CONFIG = SessionConfig("Be kind.", "en-GB")
QUESTION: Pcm = (np.sin(np.arange(NEAR_RATE_HZ // 2) / 10) * 8000).astype(np.int16)
BLOCK_SAMPLES = 512
# No step in here takes longer than a second unless it is broken.
PATIENCE_S = 10.0

Event = TypeVar("Event")


def http(url: str, key: str = KEY) -> HttpOptions:
    """How to reach the simulator."""
    return HttpOptions(address("url", url, secret=bool(key)), KeyHeader(SecretStr(key)))


def stages(url: str, rate_hz: int = 24_000, key: str = KEY) -> Stages:
    """All three on one server."""
    return Stages(
        OpenAiHearing(OpenAiHearingOptions(http(url, key), "hears")),
        OpenAiWriting(OpenAiWritingOptions(http(url, key), "writes")),
        OpenAiSpeaking(OpenAiSpeakingOptions(http(url, key), "speaks", "alloy", rate_hz)),
    )


@dataclass
class Talk:
    """One session that is running, and everything it emitted so far."""

    session: Session
    config: SessionConfig = CONFIG
    events: list[ProviderEvent] = field(default_factory=list)
    react: Callable[[ProviderEvent], None] = lambda _: None
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def emit(self, event: ProviderEvent) -> None:
        self.events.append(event)
        self.react(event)
        self._news.set()

    async def run(self, history: tuple[HistoryItem, ...] = ()) -> None:
        await self.session.run(self.config, history, self.emit)

    async def when(self, arrived: Callable[[], bool]) -> None:
        """Wait until the events are as wanted."""
        async with asyncio.timeout(PATIENCE_S):
            while not arrived():
                self._news.clear()
                await self._news.wait()

    async def until(self, kind: type[Event], answer: int | None = None) -> Event:
        """The first event of this kind (for this answer)."""
        await self.when(lambda: bool(self.of(kind, answer)))
        return self.of(kind, answer)[0]

    def of(self, kind: type[Event], answer: int | None = None) -> list[Event]:
        """The events of this kind (for this answer)."""
        return [
            event
            for event in self.events
            if isinstance(event, kind) and answer in (None, getattr(event, "answer", None))
        ]

    def append(self, pcm: Pcm = QUESTION) -> None:
        """Say something, in the blocks of a microphone."""
        for start in range(0, len(pcm), BLOCK_SAMPLES):
            self.session.send(AppendAudio(pcm[start : start + BLOCK_SAMPLES]))

    async def ask(self, answer: int, pcm: Pcm = QUESTION) -> None:
        """One turn, until it was answered or failed."""
        self.append(pcm)
        self.session.send(CommitTurn(answer))
        await self.answered(answer)

    async def answered(self, answer: int) -> None:
        """Wait until the answer is complete, or failed."""
        await self.when(lambda: bool(self.of(AnswerDone, answer) or self.of(Failure)))

    def sound(self, answer: int) -> Pcm:
        """The answer's samples."""
        return np.concatenate([np.empty(0, np.int16), *(e.pcm for e in self.of(AnswerAudio, answer))])

    def said(self, answer: int) -> str:
        """The answer's last transcript."""
        transcripts = self.of(AnswerTranscript, answer)
        return transcripts[-1].text if transcripts else ""

    def heard(self, answer: int) -> str:
        """What the person said."""
        return " ".join(event.text for event in self.of(UserTranscript, answer) if event.final)


@asynccontextmanager
async def talking(
    url: str,
    history: tuple[HistoryItem, ...] = (),
    config: SessionConfig = CONFIG,
    session: Session | None = None,
) -> AsyncIterator[Talk]:
    """A session that is ready; closed in its own way at the end."""
    talk = Talk(session or CascadeSession(stages(url)), config)
    running = asyncio.create_task(talk.run(history))
    try:
        await talk.until(Ready)
        yield talk
        talk.session.send(CloseSession())
        await asyncio.wait_for(running, PATIENCE_S)
    finally:
        running.cancel()
        await asyncio.wait({running})


async def failure_of(url: str, key: str = KEY) -> Failure:
    """How a session with this server fails to open."""
    talk = Talk(CascadeSession(stages(url, key=key)))
    await asyncio.wait_for(talk.run(), PATIENCE_S)
    assert isinstance(talk.events[-1], Failure)
    assert talk.events[-1].answer is None
    assert key not in str(talk.events)
    return talk.events[-1]
