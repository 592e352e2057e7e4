"""A port on which Prometheus may ask for the counters."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

import h11

from appliance.errors import ApplianceError, Fault

# One Prometheus asks every 15 s, and is done within milliseconds; a person with a browser comes on top.
MAX_CLIENTS: Final = 4
# From the connection to the end of the reply. Prometheus itself gives up after 10 s.
CLIENT_TIMEOUT_S: Final = 5.0
# At the end, for all clients together; the whole process has to end within 2 s.
CLOSE_TIMEOUT_S: Final = 0.5
_PIECE_BYTES: Final = 4096

Text = Callable[[], bytes]


class PortError(ApplianceError):
    """The port of the metrics cannot be used."""

    fault = Fault.OWNER
    exit_code = 69


@asynccontextmanager
async def serving(address: str, port: int, text: Text, content_type: str) -> AsyncIterator[int]:
    """Answer `GET /metrics` with `text()`, which is called on this loop, until the block is left; entered
    with the port. More than `MAX_CLIENTS` at a time are turned away, and nobody is waited for longer than
    `CLIENT_TIMEOUT_S`. Raises PortError."""
    clients: set[asyncio.Task[None]] = set()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        clients.add(task)
        try:
            if len(clients) <= MAX_CLIENTS:
                async with asyncio.timeout(CLIENT_TIMEOUT_S):
                    await _answer(reader, writer, text, content_type)
            writer.close()
        except (OSError, TimeoutError, h11.RemoteProtocolError, asyncio.CancelledError):
            writer.transport.abort()  # it went away, hangs, speaks no HTTP, or we are ending
        finally:
            clients.discard(task)

    try:
        server = await asyncio.start_server(take, address, port, limit=_PIECE_BYTES)
    except OSError as error:
        raise PortError(f"the metrics cannot be served on {address}:{port}: {error.strerror}") from error
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for client in clients:
            client.cancel()
        if clients:
            await asyncio.wait(clients, timeout=CLOSE_TIMEOUT_S)


async def _answer(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, text: Text, content_type: str
) -> None:
    """One request and its reply; the connection ends with it."""
    connection = h11.Connection(h11.SERVER)  # bounds the head of a request by 16 kB
    while (event := connection.next_event()) is h11.NEED_DATA:
        connection.receive_data(await reader.read(_PIECE_BYTES))
    if not isinstance(event, h11.Request):
        return
    status, body, kind = 200, b"", content_type
    if event.target.partition(b"?")[0] != b"/metrics":
        status, body, kind = 404, b"Ask for /metrics.\n", "text/plain"
    elif event.method not in (b"GET", b"HEAD"):
        status, body, kind = 405, b"GET /metrics.\n", "text/plain"
    else:
        body = text()
    headers = [("content-type", kind), ("content-length", str(len(body))), ("connection", "close")]
    reply = h11.Response(status_code=status, headers=headers)
    data = connection.send(reply) or b""
    if event.method != b"HEAD":
        data += connection.send(h11.Data(data=body)) or b""
    writer.write(data)
    await writer.drain()
