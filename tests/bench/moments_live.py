"""A server of GPT-Live's protocol that tells the story, and dies at a moment.

It hears and speaks at once, and takes a turn to be over by itself: a moment before we do.
"""

import asyncio
import base64
import http
import json
import re
import time
from collections.abc import Iterator

import numpy as np
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from appliance.pcm.formats import Pcm, pcm_from_bytes
from tests.bench.moments_story import (
    CHUNK_SAMPLES,
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
from tests.simulators.live_conversation import Event, LiveConversation
from tests.simulators.live_script import RATE_HZ, Answer, Behaviour, SessionRecord, in_order
from tests.simulators.live_server import Simulator
from tests.simulators.openai_script import Call

# Its own silence before it takes the turn to be over, and what it thinks for before its first sound: 1.1 s
# after the last word, as the other servers, which are told after 0.8 s and think for 0.3.
BEHAVIOUR = Behaviour(endpoint_ms=700)
THINKS_MS = 400
SOUND = "session.output_audio.delta"
# In notes: how it is told of words and of tools while it listens.
_SAID = re.compile(r'was cut off after the words "(.*?)"\. Go on')
_RAN = f"the tool {TIMER} was run already"


class Storyteller(LiveConversation):
    """A model that says what it was told to say by the time at which it begins to speak."""

    def __init__(self, server: "LiveStory") -> None:
        super().__init__(in_order(Answer()), BEHAVIOUR, server.record, int(time.time()))
        self._server = server

    def _next_answer(self) -> Answer:
        self._record.utterances += 1
        return self._choose()

    def _append(self, event: Event) -> list[Event]:
        events = super()._append(event)
        self._model.think_again(self._choose())
        return events

    def _choose(self) -> Answer:
        tale, question = self._server.tale, self._server.question
        notes = _notes(self._session)
        sound, words = tale.rest(_said(notes))
        story = Answer(sound, words, question, THINKS_MS)
        if tale.with_timer and _RAN not in notes:
            return Answer(sound[:0], "", question, THINKS_MS, (Call(TIMER, TIMER_ARGUMENTS),), story)
        return story


class LiveStory(Simulator):
    """See `StoryServer`."""

    def __init__(self, tale: Tale, question: str, fate: Fate | None = None) -> None:
        super().__init__(behaviour=BEHAVIOUR)
        self.tale = tale
        self.question = question
        self.death = Death(fate)
        self._said_samples = 0
        self._dying: asyncio.Task[None] | None = None

    def account(self) -> Account:
        """See `StoryServer`. The turn is what was sent to it between silences; a microphone's is none, so
        that silence which was filled in, in the midst of it, is seen."""
        record, notes = self.record, _notes(self.record.sessions[-1] if self.record.sessions else None)
        chunks = [chunk for session in record.sessions for chunk in session.chunks]
        loud = [number for number, chunk in enumerate(chunks) if chunk.any()]
        whole = chunks[loud[0] : loud[-1] + 1] if loud else []
        turn: Pcm = np.concatenate([np.empty(0, np.int16), *whole])
        results = len(record.results) + notes.count(_RAN)
        return Account(record.violations, [turn] * record.utterances, RATE_HZ, _said(notes), results)

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        if self.death.has_come:
            return connection.respond(http.HTTPStatus(OUT_OF_ORDER_STATUS), "")
        return super()._admit(connection, request)

    async def _serve(self, socket: ServerConnection) -> None:
        conversation = Storyteller(self)
        try:
            async for frame in socket:
                self._look_at(f"got {json.loads(frame)['type']}", conversation, socket)
                if not self.death.has_come:
                    await self._reply(frame, conversation, socket)
        except ConnectionClosed:
            pass
        self.record.goodbyes.append(socket.close_code)

    async def _reply(
        self, frame: str | bytes, conversation: LiveConversation, socket: ServerConnection
    ) -> None:
        for event in conversation.receive(frame):
            if self.death.has_come:
                return
            await socket.send(json.dumps(event))
            for happened in self._happened(event):
                self._look_at(f"sent {happened}", conversation, socket)
        if conversation.ended:
            await socket.close()

    def _happened(self, event: Event) -> Iterator[str]:
        """The event's type; of sound, once for each chunk of the story that is complete by now, or begun by
        its end: silence comes all the time."""
        if event["type"] != SOUND:
            yield event["type"]
            return
        before = -(-self._said_samples // CHUNK_SAMPLES)
        self._said_samples += int(np.count_nonzero(pcm_from_bytes(base64.b64decode(event["delta"]))))
        yield from [SOUND] * (-(-self._said_samples // CHUNK_SAMPLES) - before)

    def _look_at(self, happened: str, conversation: LiveConversation, socket: ServerConnection) -> None:
        if self.death.comes_with(happened):
            assert self.death.fate is not None
            self._dying = asyncio.create_task(self._die(self.death.fate, conversation, socket))

    async def _die(self, fate: Fate, conversation: LiveConversation, socket: ServerConnection) -> None:
        """There are no answers that fail, only sessions."""
        await asyncio.sleep(fate.after_ms / 1000)
        if fate.manner is Manner.FAILED:
            for event in conversation.close("connection_lost"):
                await socket.send(json.dumps(event))
        await hang_up(socket, fate.manner)


def _notes(session: SessionRecord | None) -> str:
    return "\n".join(content for _, content in session.appended) if session is not None else ""


def _said(notes: str) -> str:
    said = _SAID.search(notes)
    return said[1] if said else ""
