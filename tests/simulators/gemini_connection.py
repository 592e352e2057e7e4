"""One client of the simulated server: its frames, and the answers it gets."""

import asyncio
import json
from collections.abc import Coroutine

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from tests.simulators.gemini_conversation import Conversation, Vault
from tests.simulators.gemini_generation import Generation, Message
from tests.simulators.gemini_script import Behaviour, Record, Script


class Connection:
    """Serves one socket until it is closed by either side; what is sent goes through one queue."""

    def __init__(
        self, socket: ServerConnection, script: Script, behaviour: Behaviour, record: Record, vault: Vault
    ) -> None:
        self._socket = socket
        self._behaviour = behaviour
        self._record = record
        self._vault = vault
        self._conversation = Conversation(script, behaviour, record, vault)
        self._outgoing: asyncio.Queue[str | bytes] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until the connection is closed."""
        self._start(self._deliver())
        try:
            async for frame in self._socket:
                await self._receive(frame)
        except ConnectionClosed:
            pass
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            self._vault.in_use -= set(self._conversation.handles)

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

    def _send(self, messages: list[Message]) -> None:
        for message in messages:
            text = json.dumps(message)
            self._outgoing.put_nowait(text if self._behaviour.text_frames else text.encode())

    async def _deliver(self) -> None:
        while True:
            frame = await self._outgoing.get()
            try:
                await self._socket.send(frame)
            except ConnectionClosed:
                return
            finally:
                self._outgoing.task_done()

    async def _receive(self, frame: str | bytes) -> None:
        reply = self._conversation.receive(frame)
        self._send(reply.messages)
        if reply.close is not None:
            await self._outgoing.join()
            await self._socket.close(*reply.close)
            return
        if reply.generation is not None and not reply.generation.answer.silent:
            self._start(self._play(reply.generation))
        after_s = self._behaviour.go_away_after_s
        if after_s is not None and any("setupComplete" in message for message in reply.messages):
            self._start(self._go_away(after_s))

    async def _go_away(self, after_s: float) -> None:
        await asyncio.sleep(after_s)
        self._send([self._conversation.message(goAway={"timeLeft": self._behaviour.time_left})])

    async def _play(self, generation: Generation) -> None:
        """Stream the answer for as long as it is the active one."""
        answer = generation.answer
        await asyncio.sleep(answer.delay_s)
        began_s = asyncio.get_running_loop().time()
        garbage, played_ms = answer.garbage, 0.0
        chunks = generation.chunks()
        while generation is self._conversation.active:
            if garbage is not None and played_ms >= answer.garbage_after_ms:
                self._outgoing.put_nowait(garbage)
                garbage = None
            if answer.drop_after_ms is not None and played_ms >= answer.drop_after_ms:
                await self._outgoing.join()
                self._socket.transport.abort()
                return
            chunk = next(chunks, None)
            if chunk is None:
                await self._end(generation)
                return
            self._send([self._conversation.message(**message) for message in chunk.messages])
            played_ms += chunk.audio_ms
            await self._outgoing.join()
            if answer.speed is not None:
                due_s = began_s + played_ms / 1000 / answer.speed
                await asyncio.sleep(max(0.0, due_s - asyncio.get_running_loop().time()))

    async def _end(self, generation: Generation) -> None:
        if generation.open_calls:
            return  # it goes on once the results are there
        self._send(self._conversation.finish(generation))
        if generation.answer.drop_before_end:
            await self._outgoing.join()
            self._socket.transport.abort()
            return
        await asyncio.sleep(generation.answer.playback_s)
        if generation is self._conversation.active:
            self._send(self._conversation.end_turn(generation))
