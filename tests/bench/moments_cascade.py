"""A server of the three HTTP APIs of a cascade that tells the story, and dies at a moment.

There is a connection for each request: none while the person talks, and two while two pieces of the answer
are made at once.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from appliance.pcm.formats import NEAR_RATE_HZ, pcm_to_bytes
from tests.bench.moments_story import (
    CHUNK_MS,
    CHUNK_SAMPLES,
    OUT_OF_ORDER_STATUS,
    STORY,
    TIMER,
    TIMER_ARGUMENTS,
    Account,
    Death,
    Fate,
    Manner,
    Tale,
    reset,
)
from tests.simulators.cascade_replies import Piece, Prepared
from tests.simulators.cascade_script import Call, Completion, Script, Transcript, Trouble
from tests.simulators.cascade_server import BASE, CascadeServer, Exchange

SPEECH = f"{BASE}/audio/speech"
CHAT = f"{BASE}/chat/completions"
CHUNK_BYTES = 2 * CHUNK_SAMPLES


class CascadeStory(CascadeServer):
    """See `StoryServer`."""

    def __init__(self, tale: Tale, question: str, fate: Fate | None = None) -> None:
        super().__init__(Script((Transcript(question),)))
        self.tale = tale
        self.death = Death(fate)
        self._said_samples = 0
        self._clients_writers: set[asyncio.StreamWriter] = set()
        self._dead = asyncio.Event()
        self._dying: asyncio.Task[None] | None = None

    def account(self) -> Account:
        """See `StoryServer`."""
        messages = self.record.chats[-1]["messages"] if self.record.chats else []
        results = sum(message["role"] == "tool" for message in messages)
        return Account(self.record.violations, self.record.turns, NEAR_RATE_HZ, _said(messages), results)

    # ------------------------------------------------------------------ the story

    def prepare(self, asked: Exchange) -> tuple[Prepared | None, Trouble | None]:
        """What the model writes depends on what it was told, and the voice is one that can be read."""
        if asked.path == CHAT:
            self.script = replace(self.script, completions=(self._completion(json.loads(asked.body)),))
        prepared, trouble = super().prepare(asked)
        if asked.path == SPEECH:
            prepared = self._speech(json.loads(asked.body)["input"])
        return prepared, trouble

    def _completion(self, request: Mapping[str, Any]) -> Completion:
        messages = request["messages"]
        if self.tale.with_timer and not any(message["role"] == "tool" for message in messages):
            return Completion("", (Call(TIMER, TIMER_ARGUMENTS),), delay_s=self.tale.think_s)
        return Completion(self.tale.rest(_said(messages))[1], delay_s=self.tale.think_s)

    def _speech(self, text: str) -> Prepared:
        words = text.split()
        begin = STORY.index(words[0])
        if STORY[begin : begin + len(words)] != words:
            raise ValueError(f"{text!r} is not of the story")
        data = pcm_to_bytes(self.tale.sound(begin, begin + len(words)))
        pace_s = CHUNK_MS / 1000 / self.tale.speed if self.tale.speed else 0.0
        chunks = (data[start : start + CHUNK_BYTES] for start in range(0, len(data), CHUNK_BYTES))
        pieces = [Piece(chunk, pace_s if number else 0.0) for number, chunk in enumerate(chunks)]
        return Prepared("audio/pcm", tuple(pieces))

    # ------------------------------------------------------------------ its death

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._clients_writers.add(writer)
        try:
            await super()._client(reader, writer)
        finally:
            self._clients_writers.discard(writer)

    async def admit(self, asked: Exchange) -> Trouble | None:
        """Once dead it refuses everything, if it still can."""
        if not self._dead.is_set():
            await self._look_at(f"got {asked.method} {asked.path.removeprefix(BASE)}")
        return Trouble(OUT_OF_ORDER_STATUS) if self._dead.is_set() else None

    async def sent(self, asked: Exchange, size: int) -> None:
        """Of sound, once for each chunk of the story that is complete, or begun by its end."""
        if asked.path != SPEECH:
            await self._look_at(f"sent a piece of {asked.path.removeprefix(BASE)}")
            return
        before = -(-self._said_samples // CHUNK_SAMPLES)
        self._said_samples += size // 2
        for _ in range(-(-self._said_samples // CHUNK_SAMPLES) - before):
            await self._look_at("sent sound")
        await self._look_at("")

    async def _look_at(self, happened: str) -> None:
        """Where it is dying nothing more is said, on any connection."""
        if self.death.comes_with(happened):
            assert self.death.fate is not None
            self._dying = asyncio.create_task(self._die(self.death.fate))
        if self.death.has_come:
            await self._dead.wait()

    async def _die(self, fate: Fate) -> None:
        """Who says that it failed says so to whoever waits for a reply."""
        await asyncio.sleep(fate.after_ms / 1000)
        if fate.manner is Manner.SILENT:
            return
        if fate.manner is not Manner.FAILED:
            for writer in self._clients_writers:
                if fate.manner is Manner.RESET:
                    reset(writer.transport)
                else:
                    writer.transport.abort()
        self._dead.set()


def _said(messages: list[dict[str, Any]]) -> str:
    said = [message["content"] for message in messages if message["role"] == "assistant"]
    return " ".join(words for words in said if words)
