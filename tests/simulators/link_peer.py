"""A peer of the link on loopback: one that echoes, one that reads nothing; and the way to it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from appliance.errors import ProviderError
from appliance.providers.endpoint import endpoint
from appliance.providers.link import KeyHeader, Link, LinkOptions

KEY = "sk-a-very-secret-key"

Handler = Callable[[ServerConnection], Awaitable[None]]


@asynccontextmanager
async def serving(
    handle: Handler, admit: Callable[[ServerConnection, Request], Response | None] | None = None
) -> AsyncIterator[LinkOptions]:
    """A server on loopback, and the way to it."""
    async with serve(handle, "127.0.0.1", 0, process_request=admit, close_timeout=1) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        yield LinkOptions(endpoint(f"ws://127.0.0.1:{port}", "m"), KeyHeader(SecretStr(KEY)))


async def echo(connection: ServerConnection) -> None:
    """Says what it hears."""
    async for frame in connection:
        await connection.send(frame)


@asynccontextmanager
async def frozen() -> AsyncIterator[LinkOptions]:
    """A server that upgrades and from then on does not even read."""
    leave = asyncio.Event()

    async def read_nothing(connection: ServerConnection) -> None:
        connection.transport.pause_reading()
        await leave.wait()
        connection.transport.abort()

    async with serving(read_nothing) as options:
        yield options
        leave.set()


async def loss_of(link: Link) -> ProviderError:
    """How the link is lost, which it must be."""
    with pytest.raises(ProviderError) as lost:
        await link.receive()
    return lost.value
