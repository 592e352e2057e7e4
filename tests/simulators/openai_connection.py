"""One client of the simulated server: its frames, delayed as a network would, and the answers it gets."""

import asyncio
import json
import time
from collections.abc import Coroutine

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from tests.simulators.openai_beta import BETA_NAMES
from tests.simulators.openai_conversation import Conversation
from tests.simulators.openai_items import Event
from tests.simulators.openai_response import Response
from tests.simulators.openai_script import Behaviour, Record, Script

EXPIRED = "Your session hit the maximum duration of 60 minutes."


class Connection:
    """Serves one socket until it is closed by either side.

    What is sent goes through one queue, so that the events of a cancel never stand between those
    of a chunk. It holds what the socket has not taken: at most one answer.
    """

    def __init__(
        self, socket: ServerConnection, script: Script, behaviour: Behaviour, record: Record, model: str
    ) -> None:
        self._socket = socket
        self._behaviour = behaviour
        self._record = record
        self._conversation = Conversation(script, record, model, behaviour)
        self._conversation.race_s += 2 * behaviour.network_delay_s
        self._outgoing: asyncio.Queue[tuple[float, str | bytes]] = asyncio.Queue()
        self._incoming: asyncio.Queue[tuple[float, str | bytes]] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until the connection is closed."""
        self._start(self._deliver_outgoing())
        self._start(self._deliver_incoming())
        if self._behaviour.refuse_with is not None:
            self._send([self._conversation.error(self._behaviour.refuse_with, "refused")])
            self._start(self._close(1008, "refused"))
        elif not self._behaviour.never_creates:
            self._send(self._conversation.hello(time.time()))
        if self._behaviour.expires_after_s is not None:
            self._start(self._expire(self._behaviour.expires_after_s))
        try:
            async for frame in self._socket:
                self._incoming.put_nowait((self._due_s(), frame))
        except ConnectionClosed:
            pass
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._note_mistake)

    def _note_mistake(self, task: "asyncio.Task[None]") -> None:
        """A mistake of the simulator itself must not go unnoticed."""
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._record.violations.append(f"simulator: {error!r}")
            self._socket.transport.abort()

    # ------------------------------------------------------------------ the network

    def _due_s(self) -> float:
        return asyncio.get_running_loop().time() + self._behaviour.network_delay_s

    def _send(self, events: list[Event]) -> None:
        for event in self._conversation.on_wire(events):
            named = event
            if self._behaviour.beta_names:
                named = event | {"type": BETA_NAMES.get(event["type"], event["type"])}
            self._send_raw(json.dumps(named))

    def _send_raw(self, frame: str | bytes) -> None:
        self._outgoing.put_nowait((self._due_s(), frame))

    async def _taken(self) -> None:
        """Until the socket took what was sent; where a network delays it, nobody waits for that."""
        if not self._behaviour.network_delay_s:
            await self._outgoing.join()

    async def _deliver_outgoing(self) -> None:
        while True:
            due_s, frame = await self._outgoing.get()
            await _sleep_until(due_s)
            try:
                await self._socket.send(frame)
            except ConnectionClosed:
                return
            self._outgoing.task_done()

    async def _deliver_incoming(self) -> None:
        while True:
            due_s, frame = await self._incoming.get()
            await _sleep_until(due_s)
            await self._receive(frame)

    async def _close(self, code: int, reason: str) -> None:
        await self._outgoing.join()
        await self._socket.close(code, reason)

    async def _expire(self, after_s: float) -> None:
        await asyncio.sleep(after_s)
        self._send([self._conversation.error("session_expired", EXPIRED)])
        await self._close(1001, EXPIRED)

    # ------------------------------------------------------------------ the conversation

    async def _receive(self, frame: str | bytes) -> None:
        reply = self._conversation.receive(frame, time.monotonic())
        if any(event["type"] == "session.updated" for event in reply.events):
            if self._behaviour.never_updates:
                return
            await asyncio.sleep(self._behaviour.update_delay_s)
        self._send(reply.events)
        for answer, events in reply.transcriptions:
            self._start(self._transcribe(answer.transcript_delay_s, events))
        if reply.response is not None and not reply.response.answer.silent:
            self._start(self._play(reply.response))

    async def _transcribe(self, delay_s: float, events: list[Event]) -> None:
        await asyncio.sleep(delay_s)
        self._send(events)

    async def _play(self, response: Response) -> None:
        """Stream the answer for as long as it is the active one."""
        answer = response.answer
        await asyncio.sleep(answer.created_delay_s)
        if response is not self._conversation.active:
            return
        self._send(response.created())
        await asyncio.sleep(answer.delay_s)
        began_s = asyncio.get_running_loop().time()
        garbage = answer.garbage
        played_ms = 0.0
        chunks = response.chunks()
        while response is self._conversation.active:
            if garbage is not None and played_ms >= answer.garbage_after_ms:
                self._send_raw(garbage)
                garbage = None
            if answer.drop_after_ms is not None and played_ms >= answer.drop_after_ms:
                await self._taken()
                self._socket.transport.abort()
                return
            chunk = next(chunks, None)
            if chunk is None:
                self._send(self._finish(response))
                return
            self._conversation.spoken(chunk)
            self._send(chunk.events)
            played_ms += chunk.audio_ms
            await self._taken()
            if answer.speed is not None:
                await _sleep_until(began_s + played_ms / 1000 / answer.speed)

    def _finish(self, response: Response) -> list[Event]:
        answer, now_s = response.answer, time.monotonic()
        if answer.fail_with is not None:
            return self._conversation.finish(response, now_s, "failed", code=answer.fail_with)
        if answer.incomplete is not None:
            return self._conversation.finish(response, now_s, "incomplete", reason=answer.incomplete)
        return self._conversation.finish(response, now_s, "completed")


async def _sleep_until(due_s: float) -> None:
    await asyncio.sleep(max(0.0, due_s - asyncio.get_running_loop().time()))
