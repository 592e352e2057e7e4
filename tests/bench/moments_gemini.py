"""A server of Gemini's protocol that tells the story, and dies at a moment."""

import asyncio
import http
import json
import re

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from appliance.pcm.formats import NEAR_RATE_HZ
from tests.bench.moments_story import (
    CHUNK_MS,
    OUT_OF_ORDER_STATUS,
    TIMER,
    TIMER_ARGUMENTS,
    Account,
    Death,
    Fate,
    Manner,
    Tale,
    hang_up,
)
from tests.simulators.gemini_connection import Connection
from tests.simulators.gemini_generation import Message
from tests.simulators.gemini_live import Simulator
from tests.simulators.gemini_script import Answer, Behaviour, Call, Turn

# In the instructions: how it is told of words and of tools, for it takes no history once it listens.
_HEARD = re.compile(r'the person has heard this of it: "(.*?)"\. Go on')
_RAN = f"The tool {TIMER} already ran"


class MortalConnection(Connection):
    """One client of a server that is to die."""

    def __init__(self, server: "GeminiStory", socket: ServerConnection) -> None:
        super().__init__(socket, server._script, Behaviour(), server.record, server._vault)
        self._death = server.death

    def _send(self, messages: list[Message]) -> None:
        for message in messages:
            if self._death.has_come:
                return
            super()._send([message])
            self._look_at(f"sent {_name(message)}")

    async def _receive(self, frame: str | bytes) -> None:
        if not self._death.has_come:
            self._look_at(f"got {_name(json.loads(frame))}")
        if not self._death.has_come:
            await super()._receive(frame)

    def _look_at(self, happened: str) -> None:
        if self._death.comes_with(happened):
            assert self._death.fate is not None
            self._start(self._die(self._death.fate))

    async def _die(self, fate: Fate) -> None:
        """Its way to fail an answer is to break it off, although nobody spoke."""
        await asyncio.sleep(fate.after_ms / 1000)
        if fate.manner is Manner.FAILED:
            assert self._conversation.active is not None, "nothing that could fail"
            super()._send(self._conversation._interrupt())
        else:
            await self._outgoing.join()
            await hang_up(self._socket, fate.manner)


def _name(message: Message) -> str:
    """What a message is about: its one key, and the first key in it where it has several sorts."""
    key, value = next(iter(message.items()))
    return f"{key}.{next(iter(value))}" if key in ("realtimeInput", "serverContent") else key


class GeminiStory(Simulator):
    """See `StoryServer`."""

    def __init__(self, tale: Tale, question: str, fate: Fate | None = None) -> None:
        super().__init__(self._answer)
        self.tale = tale
        self.death = Death(fate)
        self._question = question

    def _answer(self, turn: Turn) -> Answer:
        tale, told = self.tale, self._told()
        sound, words = tale.rest(_said(told))
        story = Answer(
            sound, words, self._question, delay_s=tale.think_s, chunk_ms=CHUNK_MS, speed=tale.speed
        )
        if tale.with_timer and _RAN not in told:
            call = Call(TIMER, json.loads(TIMER_ARGUMENTS))
            return Answer(sound[:0], "", self._question, calls=(call,), then=story)
        return story

    def _told(self) -> str:
        return self.record.instructions[-1] if self.record.instructions else ""

    def account(self) -> Account:
        """See `StoryServer`."""
        record, told = self.record, self._told()
        turns = [turn.pcm16k for turn in record.turns]
        results = len(record.results) + told.count(_RAN)
        return Account(record.violations, turns, NEAR_RATE_HZ, _said(told), results)

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        if self.death.has_come:
            return connection.respond(http.HTTPStatus(OUT_OF_ORDER_STATUS), "")
        return super()._admit(connection, request)

    async def _serve(self, socket: ServerConnection) -> None:
        self.record.connections += 1
        await MortalConnection(self, socket).run()


def _said(told: str) -> str:
    heard = _HEARD.search(told)
    return heard[1] if heard else ""
