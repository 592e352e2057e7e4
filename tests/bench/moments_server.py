"""A server of OpenAI's protocol that tells a story, goes on with one that broke off, and dies at a moment."""

import asyncio
import json
import socket
import struct
import time
from dataclasses import dataclass
from enum import Enum
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from appliance.pcm.formats import Pcm
from tests.bench.floor_answer import answer
from tests.simulators.openai_connection import Connection
from tests.simulators.openai_conversation import Conversation
from tests.simulators.openai_items import Event, Item
from tests.simulators.openai_realtime import Simulator
from tests.simulators.openai_script import RATE_HZ, Answer, Behaviour, Call, Record, Script

# Short and long words, none of them twice. The first server knows only so many of them, so that also after
# its last one something is left to be said.
STORY = ["Once", "there", "was", "a", "little", "speaker", "that", "never", "forgot", "how", "far", "it"]
FIRST_WORDS = 9
# A reader's pace, pauses included: 70 ms a character of this story.
WORD_MS = 350
WORD_SAMPLES = WORD_MS * RATE_HZ // 1000
TIMER = Call("set_timer", '{"minutes": 10, "name": "tea"}')
CHUNK_MS = 100  # of the server's sound
CHUNKS = -(-FIRST_WORDS * WORD_MS // CHUNK_MS)  # of what the first server says
OUT_OF_ORDER_STATUS = 503


def voice(number: int) -> Pcm:
    """The whole story by server `number`: its sound tells who speaks and where in the story."""
    return answer(number, len(STORY) * WORD_SAMPLES)


class Manner(Enum):
    """How a server dies."""

    RESET = "the connection is reset"
    CLOSED = "a close frame, 1011"
    FAILED = "response.done with server_error"
    SILENT = "it says no more, and answers pings"


@dataclass(frozen=True)
class Fate:
    """The `nth` time that the server "got …" or "sent …" an event of that type it says no more, and
    `after_ms` later it dies."""

    moment: str
    at: str
    nth: int
    after_ms: float
    manner: Manner


@dataclass(frozen=True)
class Tale:
    """How a server answers: whose voice, how many words of the story it knows, how many times faster than it
    is played, how late, and how many words its text is ahead of its sound."""

    voice: int
    words: int = len(STORY)
    speed: float | None = None
    think_s: float = 0.0
    words_ahead: int = 0
    with_timer: bool = False  # a tool is called before the first word


class Storyteller(Conversation):
    """A model that calls the tool unless it was called for this question, and goes on where it is told to."""

    def __init__(self, tale: Tale, script: Script, record: Record, model: str, behaviour: Behaviour) -> None:
        super().__init__(script, record, model, behaviour)
        self._tale = tale

    def _choose_answer(self) -> Answer:
        since = self._since_question()
        if self._tale.with_timer and not any(item.kind == "function_call" for item in since):
            return Answer(voice(0)[:0], "", calls=(TIMER,))
        told = [item.text for item in since if item.kind == "message" and item.about["role"] == "assistant"]
        told_words, known = len(" ".join(told).split()), self._tale.words
        return Answer(
            voice(self._tale.voice)[told_words * WORD_SAMPLES : known * WORD_SAMPLES],
            " ".join(STORY[told_words:known]),
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

    def __init__(self, server: "StoryServer", socket_: ServerConnection, script: Script, model: str) -> None:
        super().__init__(socket_, script, Behaviour(), server.record, model)
        self._conversation = Storyteller(server.tale, script, server.record, model, Behaviour())
        self._server = server
        self._times = 0
        self._mute = False

    def _send(self, events: list[Event]) -> None:
        for event in events:
            if self._mute:
                return
            super()._send([event])
            self._look_at("sent " + event["type"])

    async def _receive(self, frame: str | bytes) -> None:
        if not self._mute:
            self._look_at("got " + json.loads(frame)["type"])
        if not self._mute:
            await super()._receive(frame)

    def _look_at(self, happened: str) -> None:
        fate = self._server.fate
        if fate is None or self._server.dead or happened != fate.at:
            return
        self._times += 1
        if self._times == fate.nth:
            self._server.dead = True
            self._mute = True
            self._start(self._die(fate))

    async def _die(self, fate: Fate) -> None:
        await asyncio.sleep(fate.after_ms / 1000)
        active = self._conversation.active
        if fate.manner is Manner.FAILED:
            assert active is not None, "nothing that could fail"
            for event in self._conversation.finish(active, time.monotonic(), "failed", code="server_error"):
                self._send_raw(json.dumps(event))
        elif fate.manner is Manner.CLOSED:
            await self._close(1011, "internal error")
        elif fate.manner is Manner.RESET:
            await self._outgoing.join()
            transport = self._socket.transport
            lingers_not = struct.pack("ii", 1, 0)  # the kernel sends RST
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, lingers_not)
            transport.abort()


class StoryServer(Simulator):
    """Serves `tale`; once its `fate` was met, nobody is let in again."""

    def __init__(self, tale: Tale, question: str, fate: Fate | None = None) -> None:
        super().__init__(Answer(user_transcript=question))
        self.tale = tale
        self.fate = fate
        self.dead = False

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        if self.dead:
            return self._reject(connection, OUT_OF_ORDER_STATUS, "out_of_order")
        return super()._admit(connection, request)

    async def _serve(self, socket: ServerConnection) -> None:
        self.record.connections += 1
        assert socket.request is not None
        model = parse_qs(urlsplit(socket.request.path).query).get("model", [""])[0]
        await MortalConnection(self, socket, self._script, model).run()
