"""What a language model counts is counted once, however often and how early its server tells it; what a
server heard is counted, whether or not anybody wants the words."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from appliance.conversation.vocabulary import (
    AnswerDone,
    AppendAudio,
    DiscardTurn,
    ProviderEvent,
    SessionConfig,
    UsageTold,
    UsageUnit,
)
from appliance.providers.cascade.answering import Answering
from appliance.providers.cascade.chat_stream import ChatStream
from appliance.providers.cascade.dialogue import Dialogue
from appliance.providers.cascade.stages import Counted, Finished, Message, Words
from appliance.providers.cascade.streamed_turn import StreamedTurn, TurnWire
from appliance.providers.cascade.talk import Talk

TOLD, WROTE = UsageUnit.INPUT_TEXT_TOKENS, UsageUnit.OUTPUT_TEXT_TOKENS


class Writing:
    """A language model that writes `pieces`, and then nothing more before it is cancelled."""

    def __init__(self, *pieces: Words | Counted | Finished) -> None:
        self.pieces = pieces
        self.waits = asyncio.Event()

    async def write(
        self, messages: Sequence[Message], config: SessionConfig
    ) -> AsyncGenerator[Words | Counted | Finished, None]:
        for piece in self.pieces:
            yield piece
        if not isinstance(self.pieces[-1], Finished):
            self.waits.set()
            await asyncio.Event().wait()


def answering(writing: Writing, usage: Counter[str], told: list[ProviderEvent]) -> Answering:
    """An answer in writing."""
    dialogue = Dialogue(())
    exchange = dialogue.ask(1, [], "")
    exchange.asked, exchange.written = "What time is it?", True
    stages = cast(Any, SimpleNamespace(writing=writing, speaking=SimpleNamespace(rate_hz=24_000)))
    return Answering(stages, SessionConfig("", output="text"), dialogue, exchange, usage, told.append)


def test_a_count_is_told_as_soon_as_it_comes() -> None:
    usage = {"prompt_tokens": 100, "completion_tokens": 3}
    chunk = {"choices": [{"delta": {"content": "It is"}}], "usage": usage}
    assert list(ChatStream().feed(f"data: {json.dumps(chunk)}\n\n".encode())) == [
        Counted({TOLD: 100, WROTE: 3}),
        Words("It is"),
    ]


async def test_what_is_told_again_and_again_is_counted_once() -> None:
    total = {str(TOLD): 100, str(WROTE): 5}
    writing = Writing(
        Counted({TOLD: 100, WROTE: 1}), Words("It is"), Counted(total), Words(" noon."), Finished(usage=total)
    )
    told: list[ProviderEvent] = []
    await answering(writing, Counter(), told).run()
    (done,) = [event for event in told if isinstance(event, AnswerDone)]
    assert done.usage == total


async def test_of_an_answer_that_is_cancelled_what_was_told_by_then_is_kept() -> None:
    usage: Counter[str] = Counter()
    writing = Writing(Words("It is"), Counted({TOLD: 100, WROTE: 2}))
    task = asyncio.create_task(answering(writing, usage, []).run())
    await writing.waits.wait()
    task.cancel()
    await asyncio.wait({task})
    assert usage == {TOLD: 100, WROTE: 2}


class Wire:
    """A speech-to-text server that takes all, and writes nothing down."""

    def __init__(self) -> None:
        self.took_bytes = 0

    def send(self, samples: bytes) -> None:
        self.took_bytes += len(samples)

    def end(self) -> None: ...

    async def words(self) -> str:
        await asyncio.Event().wait()
        raise AssertionError


async def test_a_turn_that_was_sent_and_is_not_asked_is_told_when_the_session_is_closed() -> None:
    """The server has listened, and wants to be paid: all 5 s of two turns, of which the last is open."""
    wire, told = Wire(), list[ProviderEvent]()

    @asynccontextmanager
    async def connect() -> AsyncGenerator[TurnWire]:
        yield wire

    hearing = SimpleNamespace(listen=lambda _: StreamedTurn("the simulator", connect, 5.0))
    stages = cast(Any, SimpleNamespace(hearing=hearing, writing=None, speaking=None))
    broken: list[BaseException] = []
    talk = Talk(stages, SessionConfig(""), (), told.append, broken.append)
    for _ in range(3):
        talk.take(AppendAudio(np.zeros(16_000, np.int16)))
        await asyncio.sleep(0)
    talk.take(DiscardTurn())
    for _ in range(2):
        talk.take(AppendAudio(np.zeros(16_000, np.int16)))
        await asyncio.sleep(0)
    await talk.close()
    assert wire.took_bytes == 5 * 32_000
    assert told == [UsageTold(0, {UsageUnit.INPUT_AUDIO_MS: 5000})]
    assert broken == []
