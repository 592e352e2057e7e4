"""A strict server of the OpenAI-compatible HTTP APIs on loopback: transcriptions, chat completions, speech.

    async with CascadeServer(Script(completions=(Completion("Hello."),))) as server:
        ...                                          # talk to server.url
        assert not server.record.violations

`python -m tests.simulators.cascade_server --port 0` prints its URL and serves until it is interrupted.
"""

import asyncio
import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self, TypeVar

import h11

from tests.simulators import cascade_judge as judge
from tests.simulators.cascade_replies import Piece, Prepared, of_completion, of_speech, of_transcript
from tests.simulators.cascade_script import Record, Script, Trouble
from tests.simulators.in_thread import SimulatorInThread

BASE = "/v1"
READ_BYTES = 65_536
# A client's leaving is seen within milliseconds on loopback.
LEFT_TIMEOUT_S = 5.0

T = TypeVar("T")


class _ClientLeft(Exception):
    """Nobody waits for the reply any more."""


@dataclass
class Exchange:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class CascadeServer:
    """The server as an async context manager; any number of clients, one record."""

    def __init__(self, script: Script = Script(), *, port: int = 0) -> None:  # noqa: B008  frozen
        self.record = Record()
        self.url = ""
        self.script = script
        self._port = port
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.Task[None]] = set()
        self.client_left = asyncio.Event()

    async def broken_off(self, path: str) -> None:
        """Wait until nobody waits for a reply to a request of this path any more."""
        async with asyncio.timeout(LEFT_TIMEOUT_S):
            while path not in self.record.broken_off:
                self.client_left.clear()
                await self.client_left.wait()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._client, "127.0.0.1", self._port)
        port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}{BASE}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._clients:
            task.cancel()
        if self._clients:
            await asyncio.wait(self._clients)

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._clients.add(task)
        self.record.connections += 1
        try:
            await _Client(self, reader, writer).serve()
        except (_ClientLeft, ConnectionError, asyncio.CancelledError):
            pass
        except h11.RemoteProtocolError as wrong:
            self.record.violations.append(f"HTTP: {wrong}")
        finally:
            self._clients.discard(task)
            writer.transport.abort()

    async def admit(self, asked: Exchange) -> Trouble | None:
        """What becomes of a request before anybody looks at it; None: it is replied to."""
        return None

    async def sent(self, asked: Exchange, size: int) -> None:
        """The next `size` bytes of the reply's body were sent. For servers that die."""

    def prepare(self, asked: Exchange) -> tuple[Prepared | None, Trouble | None]:
        """What this request is answered with, and what goes wrong with that."""
        record, script = self.record, self.script
        key = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if script.api_key is not None and key != script.api_key:
            body = f'{{"error": {{"message": "bad key {key}", "type": "x", "code": "invalid_api_key"}}}}'
            return None, Trouble(401, body)
        match asked.method, asked.path:
            case "GET", "/v1/models":
                record.lists += 1
                models = Prepared("application/json", (Piece(b'{"object": "list", "data": []}'),))
                return models, script.models
            case "POST", "/v1/audio/transcriptions":
                pcm, fields = judge.turn_of(asked.headers["content-type"], asked.body)
                record.turns.append(pcm)
                record.forms.append(fields)
                transcript = _nth(script.transcripts, len(record.turns))
                return of_transcript(transcript), transcript.trouble
            case "POST", "/v1/chat/completions":
                request = judge.json_of(asked.body)
                record.violations += judge.mistakes_of_chat(request)
                record.chats.append(request)
                completion = _nth(script.completions, len(record.chats))
                return of_completion(completion, len(record.chats)), completion.trouble
            case "POST", "/v1/audio/speech":
                request = judge.json_of(asked.body)
                record.violations += judge.mistakes_of_speech(request)
                record.speeches.append(request)
                speech = _nth(script.speeches, len(record.speeches))
                return of_speech(speech, request["input"], request.get("speed", 1.0)), speech.trouble
        raise ValueError(f"{asked.method} {asked.path} is not served")


class _Client:
    """One connection."""

    def __init__(
        self, server: CascadeServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._server = server
        self._reader = reader
        self._writer = writer
        self._http = h11.Connection(h11.SERVER)

    async def serve(self) -> None:
        """Answer its requests, one after the other."""
        while (asked := await self._request()) is not None:
            prepared: Prepared | None = None
            trouble = await self._server.admit(asked)
            try:
                if trouble is None:
                    prepared, trouble = self._server.prepare(asked)
            except (ValueError, KeyError) as wrong:
                self._server.record.violations.append(f"{asked.path}: {wrong}")
                prepared, trouble = None, Trouble(400)
            try:
                await self._reply(asked, prepared, trouble)
            except (_ClientLeft, ConnectionError):
                self._server.record.broken_off.append(asked.path.removeprefix(BASE))
                self._server.client_left.set()
                raise
            if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
                return
            self._http.start_next_cycle()

    async def _request(self) -> Exchange | None:
        head: h11.Request | None = None
        body = bytearray()
        while True:
            event = self._http.next_event()
            if event is h11.NEED_DATA:
                data = await self._reader.read(READ_BYTES)
                if not data and head is not None:
                    raise _ClientLeft  # cancelled while it was asking
                self._http.receive_data(data)
            elif isinstance(event, h11.Request):
                head = event
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage):
                assert head is not None
                headers = {name.decode(): value.decode() for name, value in head.headers}
                return Exchange(head.method.decode(), head.target.decode(), headers, bytes(body))
            else:
                return None

    async def _reply(self, asked: Exchange, prepared: Prepared | None, trouble: Trouble | None) -> None:
        if trouble is not None and trouble.status:
            headers = {"content-type": "application/json", **trouble.headers}
            body = trouble.body.encode()
            await self._send(h11.Response(status_code=trouble.status, headers=list(headers.items())))
            await self._send(h11.Data(data=body), h11.EndOfMessage())
            return
        assert prepared is not None
        if trouble is None or trouble.after_bytes or trouble.garbage:
            kind = ("content-type", prepared.content_type)
            await self._send(h11.Response(status_code=200, headers=[kind]))
        left = math.inf if trouble is None else trouble.after_bytes
        for piece in prepared.pieces:
            if piece.pause_s and left:
                await self._pause(piece.pause_s)
            if data := piece.data[: int(min(left, len(piece.data)))]:
                await self._send(h11.Data(data=data))
                await self._server.sent(asked, len(data))
            left -= len(data)
        if trouble is not None and trouble.mute:
            await self._pause(None)
        if trouble is not None and trouble.drop:
            raise ConnectionAbortedError
        if trouble is not None:
            await self._send(h11.Data(data=trouble.garbage))
        await self._send(h11.EndOfMessage())

    async def _send(self, *events: h11.Event) -> None:
        if self._reader.at_eof() or self._writer.transport.is_closing():
            raise _ClientLeft
        for event in events:
            data = self._http.send(event)
            if data:
                self._writer.write(data)
        await self._writer.drain()
        await asyncio.sleep(0)

    async def _pause(self, duration_s: float | None) -> None:
        """Wait, and notice when the client leaves meanwhile."""
        try:
            data = await asyncio.wait_for(self._reader.read(READ_BYTES), duration_s)
        except TimeoutError:
            return
        if not data:
            raise _ClientLeft
        self._http.receive_data(data)


class CascadeThread(SimulatorInThread[Record]):
    """The server in a thread with a loop of its own, for tests that are not asynchronous."""

    def __init__(self, script: Script = Script()) -> None:  # noqa: B008  frozen
        super().__init__(CascadeServer(script), "cascade simulator")


def _nth(replies: Sequence[T], number: int) -> T:
    return replies[min(number, len(replies)) - 1]


if __name__ == "__main__":
    import argparse

    async def _serve(port: int) -> None:
        async with CascadeServer(port=port) as server:
            print(server.url, flush=True)
            await asyncio.Event().wait()

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(parser.parse_args().port))
