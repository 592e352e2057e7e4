"""Links without a socket: a session of ours and a simulated server joined by two queues, lost by chance.

The whole of both sides runs, the codec and its session as well as the server's connection; only the network
is left out, so that time may be virtual.
"""

import asyncio
import random
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, cast

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosedError

from appliance.errors import FailureCategory, ProviderError
from appliance.providers import link
from appliance.providers.link import ClosedByPeer, LinkOptions

# Of the connections that are asked for, and what becomes of the others.
REFUSED = 0.03
MUTE = 0.1  # of those that are lost: the peer says no more, and nobody hangs up
# Frames of the server until a connection is lost, on average: some twelve turns.
FRAMES = 300.0


class Served(Protocol):
    """The server's side of one connection."""

    async def run(self) -> None:
        """Until the connection is closed."""


Serve = Callable[[ServerConnection], Served]


@dataclass(frozen=True)
class Fate:
    """When and how this connection is lost: after so many frames of the server."""

    frames: int
    mute: bool


class Wire:
    """What the server takes for its socket."""

    def __init__(self, fate: Fate) -> None:
        self.to_server: asyncio.Queue[str | bytes | None] = asyncio.Queue()
        self.to_client: asyncio.Queue[str | bytes | ProviderError] = asyncio.Queue()
        self._fate = fate
        self._left = fate.frames
        self._closed = False
        self.transport = self

    def __aiter__(self) -> "Wire":
        return self

    async def __anext__(self) -> str | bytes:
        frame = await self.to_server.get()
        if frame is None:
            raise StopAsyncIteration
        return frame

    async def send(self, frame: str | bytes) -> None:
        """The server says something; where the connection is lost by then, nobody hears it."""
        if self._closed:
            raise ConnectionClosedError(None, None)
        self._left -= 1
        if self._left >= 0:
            self.to_client.put_nowait(frame)
        elif not self._fate.mute:
            self.lose(ProviderError(FailureCategory.SESSION_CLOSED, "the connection was lost"))

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """The server says goodbye."""
        self.lose(ClosedByPeer(code, reason))

    def abort(self) -> None:
        """Something went wrong in the server."""
        self.lose(ProviderError(FailureCategory.SESSION_CLOSED, "the connection was lost"))

    def lose(self, why: ProviderError) -> None:
        """The connection is gone, for both."""
        if not self._closed:
            self._closed = True
            self.to_client.put_nowait(why)
            self.to_server.put_nowait(None)


class InProcessLink:
    """What a session takes for its link."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def post(self, frame: str | bytes) -> None:
        """As `Link.post`."""
        self._wire.to_server.put_nowait(frame)

    async def receive(self) -> str | bytes:
        """As `Link.receive`."""
        frame = await self._wire.to_client.get()
        if isinstance(frame, ProviderError):
            raise frame
        return frame


class Network:
    """Who is behind which address, and what chance does to the connections."""

    def __init__(self, servers: Mapping[str, Serve], talkative: Mapping[str, float], seed: int) -> None:
        """`talkative`: the frames of a server for each one of the others."""
        self._servers = servers
        self._talkative = talkative
        self._chance = random.Random(f"network {seed}")
        self.connections = 0
        self.refused = 0
        self.down: frozenset[str] = frozenset()  # the hosts that let nobody in for now

    @asynccontextmanager
    async def open(self, options: LinkOptions) -> AsyncIterator[InProcessLink]:
        """As `open_link`."""
        self.connections += 1
        host = options.endpoint.host
        if host in self.down or self._chance.random() < REFUSED:
            self.refused += 1
            raise self._refusal()
        frames = FRAMES * self._talkative.get(host, 1.0)
        fate = Fate(1 + int(self._chance.expovariate(1 / frames)), self._chance.random() < MUTE)
        wire = Wire(fate)
        # The part of a server's connection that the simulators use is what `Wire` has.
        served = self._servers[host](cast(ServerConnection, wire))
        serving = asyncio.create_task(served.run(), name=f"server {host}")
        try:
            yield InProcessLink(wire)
        finally:
            wire.lose(ProviderError(FailureCategory.SESSION_CLOSED, "we hung up"))
            # Who is in a hurry does not take the server's task with them: it ends by itself.
            await asyncio.wait({serving})

    def _refusal(self) -> ProviderError:
        refusals = (
            ProviderError(FailureCategory.CONNECTION_FAILED, "nobody is there"),
            ProviderError(FailureCategory.RATE_LIMITED, "HTTP 429", 2.0),
            ProviderError(FailureCategory.MODEL_UNAVAILABLE, "HTTP 503"),
        )
        return self._chance.choice(refusals)


@contextmanager
def in_place_of_sockets(network: Network) -> Iterator[None]:
    """Sessions that open within this have their links in the process."""
    sockets = link.open_link
    users = [
        cast(Any, module)
        for name, module in list(sys.modules.items())
        if name.startswith("appliance.") and getattr(module, "open_link", None) is sockets
    ]
    for module in users:
        module.open_link = network.open
    try:
        yield
    finally:
        for module in users:
            module.open_link = sockets
