"""A conversation with the offline provider, as the chain has it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import numpy as np

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AnswerTranscript,
    AppendAudio,
    CloseSession,
    CommitTurn,
    Failure,
    ProviderEvent,
    Ready,
    SessionConfig,
    UserTranscript,
)
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from appliance.providers.offline.keeper import OfflineWorker
from appliance.providers.offline.session import OfflineSession
from appliance.providers.offline.voice import QUESTION_VOICE, QUESTION_WORDS_PER_MINUTE, synthesize

NOW = datetime(2026, 11, 21, 15, 20)
CONFIG = SessionConfig("You are a smart speaker.", "en-US")
FRAME_SAMPLES = 160
DEADLINE_S = 10.0  # for one answer, on a machine that tests everything else at once


@asynccontextmanager
async def offline_worker() -> AsyncIterator[OfflineWorker]:
    """A worker that is stopped in the end, warm or not."""
    worker = OfflineWorker()
    try:
        yield worker
    finally:
        await worker.stop()


class Talk:
    """One session that is running, and everything it emitted so far."""

    def __init__(
        self,
        worker: OfflineWorker,
        react: Callable[[ProviderEvent], None] | None = None,
        config: SessionConfig = CONFIG,
    ) -> None:
        self.session = OfflineSession(worker, lambda: NOW)
        self.events: list[ProviderEvent] = []
        self._react = react
        self._arrived = asyncio.Event()
        self.running = asyncio.create_task(self.session.run(config, (), self._emit))

    def _emit(self, event: ProviderEvent) -> None:
        self.events.append(event)
        if self._react is not None:
            self._react(event)
        self._arrived.set()

    async def until(self, kind: type[ProviderEvent]) -> None:
        """Wait until an event of `kind` is the last or among the last that came."""
        seen = 0
        async with asyncio.timeout(DEADLINE_S):
            while not any(isinstance(event, kind) for event in self.events[seen:]):
                seen = len(self.events)
                self._arrived.clear()
                await self._arrived.wait()

    def append(self, pcm: Pcm) -> None:
        """Stream `pcm` in the frames of a microphone."""
        for start in range(0, len(pcm), FRAME_SAMPLES):
            self.session.send(AppendAudio(pcm[start : start + FRAME_SAMPLES]))

    async def ask(self, pcm: Pcm, answer: int) -> None:
        """One turn, until it was answered or failed."""
        self.append(pcm)
        self.session.send(CommitTurn(answer))
        await self.answered(answer)

    async def answered(self, answer: int) -> None:
        """Wait until `answer` is complete, or failed, or the session did."""
        async with asyncio.timeout(DEADLINE_S):
            while not any(
                (isinstance(event, AnswerDone) and event.answer == answer) or isinstance(event, Failure)
                for event in self.events
            ):
                self._arrived.clear()
                await self._arrived.wait()

    async def close(self) -> None:
        """End the session in its own way."""
        self.session.send(CloseSession())
        await self.running

    @property
    def failures(self) -> list[Failure]:
        return [event for event in self.events if isinstance(event, Failure)]

    def heard(self, answer: int) -> str:
        """The final transcript of what was asked."""
        return " ".join(
            event.text
            for event in self.events
            if isinstance(event, UserTranscript) and event.answer == answer and event.final
        )

    def said(self, answer: int) -> str:
        """The final transcript of what was answered."""
        return " ".join(
            event.text
            for event in self.events
            if isinstance(event, AnswerTranscript) and event.answer == answer and event.final
        )

    def sound(self, answer: int) -> Pcm:
        """The answer's samples, 24 kHz."""
        chunks = [e.pcm for e in self.events if isinstance(e, AnswerAudio) and e.answer == answer]
        return np.concatenate((np.empty(0, np.int16), *chunks))


@asynccontextmanager
async def talking(
    worker: OfflineWorker,
    react: Callable[[ProviderEvent], None] | None = None,
    config: SessionConfig = CONFIG,
) -> AsyncIterator[Talk]:
    """A session that is ready, and closed in the end."""
    talk = Talk(worker, react, config)
    await talk.until(Ready)
    try:
        yield talk
    finally:
        await talk.close()


def spoken(question: str) -> Pcm:
    """`question` as the microphone hears it: between two pauses, 16 kHz."""
    words = synthesize(question, QUESTION_VOICE, QUESTION_WORDS_PER_MINUTE, NEAR_RATE_HZ)
    return in_silence(words)


def in_silence(words: Pcm) -> Pcm:
    """`words` after the usual prefix and before the usual end silence, 16 kHz."""
    prefix, end_silence = np.zeros(4_800, np.int16), np.zeros(12_800, np.int16)
    return np.concatenate((prefix, words, end_silence))
