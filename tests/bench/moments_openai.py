"""A server of OpenAI's protocol that tells the story, and dies at a moment."""

import asyncio
import json
import time
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

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
from tests.simulators.openai_connection import Connection
from tests.simulators.openai_conversation import Conversation
from tests.simulators.openai_items import Event, Item
from tests.simulators.openai_realtime import Simulator
from tests.simulators.openai_script import RATE_HZ, Answer, Behaviour, Call, Record, Script


class Storyteller(Conversation):
    """A model that calls the tool unless it was called for this question, and goes on where it is told to."""

    def __init__(self, tale: Tale, script: Script, record: Record, model: str, behaviour: Behaviour) -> None:
        super().__init__(script, record, model, behaviour)
        self._tale = tale

    def _choose_answer(self) -> Answer:
        since = self._since_question()
        told = [item.text for item in since if item.kind == "message" and item.about["role"] == "assistant"]
        sound, words = self._tale.rest(" ".join(told))
        if self._tale.with_timer and not any(item.kind == "function_call" for item in since):
            return Answer(sound[:0], "", calls=(Call(TIMER, TIMER_ARGUMENTS),))
        return Answer(
            sound,
            words,
            speed=self._tale.speed,
            delay_s=self._tale.think_s,
            chunk_ms=CHUNK_MS,
            words_ahead=self._tale.words_ahead,
        )

    def _since_question(self) -> list[Item]:
        items = list(self.items.values())
        asked = [n for n, item in enumerate(items) if item.about.get("role") == "user"]
        return items[asked[-1] + 1 :] if asked else items


class MortalConnection(Connection):
    """One client of a server that is to die."""

    def __init__(self, server: "OpenAiStory", socket: ServerConnection, script: Script, model: str) -> None:
        super().__init__(socket, script, Behaviour(), server.record, model)
        self._conversation = Storyteller(server.tale, script, server.record, model, Behaviour())
        self._death = server.death

    def _send(self, events: list[Event]) -> None:
        for event in events:
            if self._death.has_come:
                return
            super()._send([event])
            self._look_at("sent " + event["type"])

    async def _receive(self, frame: str | bytes) -> None:
        if not self._death.has_come:
            self._look_at("got " + json.loads(frame)["type"])
        if not self._death.has_come:
            await super()._receive(frame)

    def _look_at(self, happened: str) -> None:
        if self._death.comes_with(happened):
            assert self._death.fate is not None
            self._start(self._die(self._death.fate))

    async def _die(self, fate: Fate) -> None:
        await asyncio.sleep(fate.after_ms / 1000)
        if fate.manner is Manner.FAILED:
            active = self._conversation.active
            assert active is not None, "nothing that could fail"
            for event in self._conversation.finish(active, time.monotonic(), "failed", code="server_error"):
                self._send_raw(json.dumps(event))
        else:
            await self._outgoing.join()
            await hang_up(self._socket, fate.manner)


class OpenAiStory(Simulator):
    """See `StoryServer`."""

    def __init__(self, tale: Tale, question: str, fate: Fate | None = None) -> None:
        super().__init__(Answer(user_transcript=question))
        self.tale = tale
        self.death = Death(fate)

    def account(self) -> Account:
        """See `StoryServer`."""
        record = self.record
        said = [text for role, text in record.history if role == "assistant"]
        return Account(
            record.violations,
            [turn.pcm24k for turn in record.turns],
            RATE_HZ,
            " ".join(said),
            len({call for call, _ in record.results}),
        )

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        if self.death.has_come:
            return self._reject(connection, OUT_OF_ORDER_STATUS, "out_of_order")
        return super()._admit(connection, request)

    async def _serve(self, socket: ServerConnection) -> None:
        self.record.connections += 1
        assert socket.request is not None
        model = parse_qs(urlsplit(socket.request.path).query).get("model", [""])[0]
        await MortalConnection(self, socket, self._script, model).run()
