"""What all simulators are: a server on loopback with an address and a record, while it is entered."""

import asyncio
import signal
from abc import ABC, abstractmethod
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Protocol, Self, TypeVar

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response

# A minute of sound in one message, as text, is a tenth of it.
MAX_FRAME_BYTES = 32 * 1024 * 1024

RecordT = TypeVar("RecordT")
RecordT_co = TypeVar("RecordT_co", covariant=True)


class Simulated(AbstractAsyncContextManager[object], Protocol[RecordT_co]):
    """Any of them."""

    @property
    def url(self) -> str:
        """Where it is reached, once it is entered."""

    @property
    def record(self) -> RecordT_co:
        """What its clients did; complete once they have closed."""


class SocketSimulator(ABC):
    """One that is spoken to over WebSockets at `path`; any number of clients."""

    def __init__(self, path: str, port: int = 0, *, max_queue: int | None = 16) -> None:
        """`port` 0: any that is free. Of frames that it has not come to yet it takes `max_queue`, then a
        client has to wait; None: never."""
        self.url = ""
        self._path = path
        self._port = port
        self._max_queue = max_queue
        self._server: Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await serve(
            self._serve,
            "127.0.0.1",
            self._port,
            process_request=self._admit,
            max_size=MAX_FRAME_BYTES,
            max_queue=self._max_queue,
            compression=None,
            close_timeout=1,
        )
        port = next(iter(self._server.sockets)).getsockname()[1]
        self.url = f"ws://127.0.0.1:{port}{self._path}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    @abstractmethod
    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        """The opening handshake: None lets the client in."""

    @abstractmethod
    async def _serve(self, socket: ServerConnection) -> None:
        """Talk to one client, until it leaves."""


async def until_interrupted(simulator: Simulated[RecordT]) -> RecordT:
    """Print the address and serve until SIGINT or SIGTERM; what clients did by then."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with simulator:
        print(simulator.url, flush=True)
        await stop.wait()
    return simulator.record
