"""The control socket of the daemon: it listens, and lets a bounded number of clients in."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from appliance.service.control.connection import Connection
from appliance.service.control.controls import Controls
from appliance.service.control.requests import MAX_LINE_BYTES
from appliance.service.control.waits import WAITS, Waits

# A verb of the command line is one client for a second; a page and a script or two may stay.
# 16 of them hold less than 8 MB, should each send as much and take as little as it can.
MAX_CLIENTS = 16

_TOO_MANY = "Too many are being served; try again later."
_MAKES_WAY = "Another client needed the place of this one, which asked nothing; connect again."


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
    """Everybody who is connected: `MAX_CLIENTS` are served. Who comes then takes the place of the one that
    has been idle longest; where all are at work, as many more are told that they are too many and may
    finish their request first, and the rest are only told."""

    def __init__(self, controls: Controls, report: Callable[[str], None], waits: Waits) -> None:
        self._controls = controls
        self._report = report
        self._waits = waits
        self._served: dict[asyncio.Task[None], Connection] = {}
        self._dismissed: dict[asyncio.Task[None], Connection] = {}

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client, from its connection to its end; never raises."""
        client = Connection(reader, writer, self._controls, self._report, self._waits)
        if len(self._served) >= MAX_CLIENTS:
            self._make_room()
        if len(self._served) < MAX_CLIENTS:
            await _keep(self._served, client, client.serve())
        elif len(self._dismissed) < MAX_CLIENTS:
            await _keep(self._dismissed, client, client.dismiss(_TOO_MANY))
        else:
            client.turn_away(_TOO_MANY)

    def _make_room(self) -> None:
        idle_since = {task: client.idle_since_s for task, client in self._served.items()}
        idle = [(since_s, task) for task, since_s in idle_since.items() if since_s is not None]
        if not idle:
            return
        since_s, task = min(idle, key=lambda one: one[0])
        if asyncio.get_running_loop().time() - since_s >= self._waits.idle_s:
            self._served.pop(task).tell(_MAKES_WAY)
            task.cancel()

    async def drop(self) -> None:
        """End all connections."""
        tasks = self._served.keys() | self._dismissed.keys()
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=self._waits.close_s)


async def _keep(
    tasks: dict[asyncio.Task[None], Connection], client: Connection, work: Awaitable[None]
) -> None:
    """Do `work` with the current task among `tasks`, where `drop` finds it."""
    task = asyncio.current_task()
    assert task is not None
    tasks[task] = client
    try:
        await work
    except asyncio.CancelledError:  # to make way or by `drop`: the task ends, and nobody else waits for it
        pass
    finally:
        tasks.pop(task, None)


def _to_stderr(sentence: str) -> None:
    print(f"appliance: {sentence}", file=sys.stderr, flush=True)
