"""Gemini in a chain: sessions are renewed between turns, and the conversation goes on in the next one."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import numpy as np

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerBrokeOff,
    AnswerDone,
    AnswerTranscript,
    AppendAudio,
    ChainEvent,
    CloseSession,
    CommitTurn,
    DiscardTurn,
    Failure,
    HistoryItem,
    LinkChanged,
    LinkState,
    OpenTurn,
    ProviderEvent,
    Ready,
    SessionConfig,
    UserTranscript,
)
from appliance.providers.chain import Chain, Provider
from appliance.providers.gemini.session import GeminiProvider
from tests.simulators.gemini_live import Simulator
from tests.simulators.gemini_script import Answer, Behaviour
from tests.simulators.gemini_talk import PATIENCE_S, provider
from tests.simulators.openai_script import chirp

ANSWER = Answer(chirp(0.3), "Fine.", user_transcript="how are you")
SOUND = chirp(0.2)


class Talk:
    """A chain with one provider, and what it said."""

    def __init__(self, gemini: GeminiProvider) -> None:
        self.events: list[ProviderEvent | ChainEvent] = []
        self._news = asyncio.Event()
        self.chain = Chain(
            [Provider("gemini", gemini.open)],
            SessionConfig("Be kind."),
            history=self._history,
            emit=self._emit,
            said=lambda answer: "",
            now_s=time.monotonic,
            chance=lambda: 0.0,
            resting=lambda: True,
        )

    def turn(self, answer: int) -> None:
        self.chain.send(OpenTurn())
        self.chain.send(AppendAudio(SOUND))
        self.chain.send(CommitTurn(answer))

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not true():
                self._news.clear()
                await self._news.wait()

    async def until_done(self, answer: int) -> None:
        await self.until(lambda: any(isinstance(e, AnswerDone) and e.answer == answer for e in self.events))

    async def until_ready(self, times: int) -> None:
        await self.until(lambda: sum(isinstance(e, Ready) for e in self.events) >= times)

    def _emit(self, event: ProviderEvent | ChainEvent) -> None:
        self.events.append(event)
        self._news.set()

    def _history(self, before: int | None) -> tuple[HistoryItem, ...]:
        said = [e for e in self.events if isinstance(e, UserTranscript | AnswerTranscript) and e.final]
        return tuple(
            HistoryItem("user" if isinstance(e, UserTranscript) else "assistant", e.text)
            for e in sorted(said, key=lambda e: (e.answer, isinstance(e, AnswerTranscript)))
            if before is None or e.answer < before
        )


@asynccontextmanager
async def talking(gemini: GeminiProvider) -> AsyncIterator[Talk]:
    talk = Talk(gemini)
    running = asyncio.create_task(talk.chain.run())
    try:
        yield talk
        talk.chain.send(CloseSession())
        await asyncio.wait_for(running, PATIENCE_S)
    finally:
        running.cancel()


async def test_a_server_that_goes_away_is_left_before_and_gone_on_with() -> None:
    behaviour = Behaviour(go_away_after_s=0.1, time_left="0.2s")
    async with Simulator(ANSWER, behaviour) as server, talking(provider(server.url)) as talk:
        await talk.until_ready(1)
        talk.turn(1)
        await talk.until_done(1)
        await talk.until_ready(2)
        talk.turn(2)
        await talk.until_done(2)
    assert server.record.violations == []  # the old socket was closed first
    assert server.record.resumed[0] == "handle-1"
    assert len(server.record.turns) == 2
    sound = [e.pcm for e in talk.events if isinstance(e, AnswerAudio) and e.answer == 2]
    assert np.array_equal(np.concatenate(sound), ANSWER.pcm24k)


async def test_an_answer_whose_end_is_lost_with_the_connection_is_whole() -> None:
    """It is made faster than it is played, and the server waits with the end until it was."""
    answer = replace(ANSWER, drop_before_end=True)
    async with Simulator(answer) as server, talking(provider(server.url)) as talk:
        await talk.until_ready(1)
        talk.turn(1)
        await talk.until_done(1)
        await talk.until_ready(2)
    assert server.record.violations == []
    assert len(server.record.turns) == 1
    assert not [e for e in talk.events if isinstance(e, AnswerBrokeOff | Failure)]


async def test_a_turn_that_is_taken_back_is_unknown_to_the_session_that_follows() -> None:
    async with Simulator(ANSWER) as server, talking(provider(server.url)) as talk:
        await talk.until_ready(1)
        talk.chain.send(OpenTurn())
        talk.chain.send(AppendAudio(SOUND))
        talk.chain.send(DiscardTurn())
        talk.turn(1)
        await talk.until_done(1)
    assert server.record.violations == []
    assert server.record.connections == 2
    assert not [e for e in talk.events if isinstance(e, LinkChanged) and e.link is LinkState.DOWN]
    assert len(server.record.turns) == 1
    assert np.array_equal(server.record.turns[0].pcm16k, SOUND)
