"""Encryption in front of a simulator: what comes in is passed on to a port of this machine."""

import asyncio
import ssl
from contextlib import suppress
from types import TracebackType
from typing import Self

from tests.simulators.in_thread import InThread


class TlsRelay:
    """Listens on `host`, with `context`, and talks to `target` on loopback."""

    def __init__(self, host: str, target: int, context: ssl.SSLContext) -> None:
        self._host = host
        self._target = target
        self._context = context
        self._talks: set[asyncio.Task[None]] = set()
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._pass_on, self._host, 0, ssl=self._context)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._talks.add(task)
        there, back = await asyncio.open_connection("127.0.0.1", self._target)
        ways = [asyncio.ensure_future(_pour(reader, back)), asyncio.ensure_future(_pour(there, writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            for end in (writer, back):
                end.transport.abort()
            self._talks.discard(task)


class TlsRelayThread(InThread):
    """The relay in a thread with a loop of its own."""

    def __init__(self, host: str, target: int, context: ssl.SSLContext) -> None:
        self._relay = TlsRelay(host, target, context)
        super().__init__(self._relay, "tls relay")

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._relay.port


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
