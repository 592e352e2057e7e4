"""The control socket of the daemon: it listens, and lets a bounded number of clients in."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from appliance.service.control.claim import claimed
from appliance.service.control.connection import Connection
from appliance.service.control.controls import Controls
from appliance.service.control.requests import MAX_LINE_BYTES
from appliance.service.control.waits import WAITS, Waits

# A verb of the command line is one client for a second; a page and a script or two may stay.
# 16 of them hold less than 8 MB, should each send as much and take as little as it can.
MAX_CLIENTS = 16


@asynccontextmanager
async def control_server(path: Path, controls: Controls) -> AsyncIterator[None]:
    """Answer on the control socket at `path` (see `place.server_path`) until the block is left.

    Raises AlreadyRunning or SocketUnusable. For the rest see `answering`.
    """
    with claimed(path) as listener:
        async with answering(listener, controls):
            yield


@asynccontextmanager
async def answering(
    listener: socket.socket,
    controls: Controls,
    report: Callable[[str], None] | None = None,
    waits: Waits = WAITS,
) -> AsyncIterator[None]:
    """Answer on a socket that is bound (`claim.claimed`) until the block is left.

    `controls` is called on this loop only. A control that raises anything but Refused is a fault of ours:
    its client is told, `report` gets one line (standard error without it), and all others go on.
    At the end the clients are told so and dropped within `Waits.close_s`.
    """
    clients = _Clients(controls, report or _to_stderr, waits)
    server = await asyncio.start_unix_server(clients.take, sock=listener, limit=MAX_LINE_BYTES - 1)
    try:
        yield
    finally:
        server.close()
        await clients.drop()


class _Clients:
    """Everybody who is connected: `MAX_CLIENTS` are served, as many more are being told that they are too
    many, and who comes then is dropped without a word."""

    def __init__(self, controls: Controls, report: Callable[[str], None], waits: Waits) -> None:
        self._controls = controls
        self._report = report
        self._waits = waits
        self._served: set[asyncio.Task[None]] = set()
        self._dismissed: set[asyncio.Task[None]] = set()

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client, from its connection to its end; never raises."""
        client = Connection(reader, writer, self._controls, self._report, self._waits)
        if len(self._served) < MAX_CLIENTS:
            await _keep(self._served, client.serve())
        elif len(self._dismissed) < MAX_CLIENTS:
            sentence = f"{MAX_CLIENTS} clients are connected already; try again later."
            await _keep(self._dismissed, client.dismiss(sentence))
        else:
            writer.transport.abort()

    async def drop(self) -> None:
        """End all connections."""
        tasks = self._served | self._dismissed
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=self._waits.close_s)


async def _keep(tasks: set[asyncio.Task[None]], work: Awaitable[None]) -> None:
    """Do `work` with the current task among `tasks`, where `drop` finds it."""
    task = asyncio.current_task()
    assert task is not None
    tasks.add(task)
    try:
        await work
    except asyncio.CancelledError:  # by `drop`: the task ends here, and nobody else waits for it
        pass
    finally:
        tasks.discard(task)


def _to_stderr(sentence: str) -> None:
    print(f"appliance: {sentence}", file=sys.stderr, flush=True)
