"""A path to a server on loopback that can be cut, mended and muted; and a door that lets nobody in."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

READ_BYTES = 65_536


class Wire:
    """Forwards bytes between whoever connects to `url` and the server at `target`, an URL with a port."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._server: asyncio.Server | None = None
        self._ends: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._whole = True
        self._others: tuple[Wire, ...] = ()
        self._muted = False
        self._clients = 0
        self.url = ""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        parts = urlsplit(self._target)
        self.url = parts._replace(netloc=f"127.0.0.1:{port}").geturl()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def beside(self, *others: "Wire") -> "Wire":
        """This wire, with `others` sharing its fate."""
        self._others = others
        return self

    @property
    def clients(self) -> int:
        """How many are connected."""
        return self._clients + sum(other.clients for other in self._others)

    def cut(self) -> None:
        """Every connection is lost, and no other one comes about."""
        for other in self._others:
            other.cut()
        self._whole = False
        for end in self._ends:
            end.transport.abort()

    def mend(self) -> None:
        """Who connects gets through again."""
        for other in self._others:
            other.mend()
        self._whole = True

    def mute(self) -> None:
        """Everything is taken, and nothing forwarded."""
        for other in self._others:
            other.mute()
        self._muted = True

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._clients += 1
        try:
            if self._whole:
                await self._join(reader, writer)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self._clients -= 1
            self._tasks.discard(task)
            writer.transport.abort()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        parts = urlsplit(self._target)
        to_reader, to_writer = await asyncio.open_connection(parts.hostname, parts.port)
        ends = {writer, to_writer}
        self._ends |= ends
        halves = {
            asyncio.create_task(self._forward(reader, to_writer)),
            asyncio.create_task(self._forward(to_reader, writer)),
        }
        try:
            await asyncio.wait(halves, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._ends -= ends
            for end in ends:
                end.transport.abort()
            for half in halves:
                half.cancel()
            await asyncio.wait(halves)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(READ_BYTES):
                if not self._muted:
                    writer.write(data)
                    await writer.drain()
            # What was written last has to leave before the connection is aborted.
            if writer.can_write_eof():
                writer.write_eof()
            await asyncio.sleep(0)


@asynccontextmanager
async def door(status: str, headers: Mapping[str, str], body: str) -> AsyncIterator[str]:
    """An HTTP server that answers whatever is asked with this; its address, without a scheme."""
    busy: set[asyncio.Task[None]] = set()

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        busy.add(task)
        lines = [f"HTTP/1.1 {status}", "Connection: close", f"Content-Length: {len(body.encode())}"]
        lines += ["Content-Type: application/json", *(f"{name}: {value}" for name, value in headers.items())]
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
            await reader.readexactly(int(length[1]) if length else 0)
            writer.write(("\r\n".join(lines) + "\r\n\r\n" + body).encode())
            await writer.drain()
            writer.close()
            await writer.wait_closed()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            busy.discard(task)
            writer.transport.abort()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        if busy:
            await asyncio.wait(busy)
