"""HTTP without a socket: a cascade's requests go to a server in the process, and are lost by chance.

The library's client and everything above it runs, and so does what judges a request; only the network is
left out, so that time may be virtual.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

import httpx2

from appliance.providers.http import client as http_client
from appliance.providers.http.client import HttpClient
from tests.simulators.cascade_replies import Piece
from tests.simulators.cascade_server import CascadeServer, Exchange

# Of the requests, and what becomes of them; an answer takes three or four.
REFUSED = 0.005
LOST = 0.02  # some of the reply comes
MUTE = 0.1  # of those that are lost: the peer says no more, and nobody hangs up


class Web:
    """Who is asked, and what chance does to the requests."""

    def __init__(
        self, make_server: Callable[[], CascadeServer], is_down: Callable[[], bool], seed: int
    ) -> None:
        """`make_server()` is there for one request, so that what it was told is forgotten with it."""
        self._make_server = make_server
        self._is_down = is_down
        self._chance = random.Random(f"web {seed}")
        self.requests = 0
        self.lost = 0

    async def reply(self, request: httpx2.Request) -> httpx2.Response:
        """What comes back."""
        self.requests += 1
        if self._is_down() or self._chance.random() < REFUSED:
            self.lost += 1
            if self._chance.random() < 0.5:
                raise httpx2.ConnectError("nobody is there", request=request)
            return httpx2.Response(503, request=request, text="{}")
        server = self._make_server()
        headers = {name.lower(): value for name, value in request.headers.items()}
        exchange = Exchange(request.method, request.url.path, headers, await request.aread())
        try:
            prepared, _ = server.prepare(exchange)
        except (ValueError, KeyError) as wrong:
            server.record.violations.append(f"{exchange.path}: {wrong}")
            return httpx2.Response(400, request=request, text="{}")
        assert prepared is not None
        body = _Body(prepared.pieces, self._end(len(prepared.pieces)), self._silence_s(request))
        kind = {"content-type": prepared.content_type}
        return httpx2.Response(200, headers=kind, stream=body, request=request)

    def _end(self, pieces: int) -> tuple[int, bool] | None:
        """After how many pieces the reply is lost, and whether nobody hangs up; None: it is not."""
        if self._chance.random() >= LOST:
            return None
        self.lost += 1
        return self._chance.randrange(pieces), self._chance.random() < MUTE

    @staticmethod
    def _silence_s(request: httpx2.Request) -> float:
        return float(request.extensions["timeout"]["read"])


class _Body(httpx2.AsyncByteStream):
    """A reply's body as it comes, up to where it is lost."""

    def __init__(self, pieces: Sequence[Piece], end: tuple[int, bool] | None, silence_s: float) -> None:
        self._pieces = pieces
        self._end = end
        self._silence_s = silence_s

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for number, piece in enumerate(self._pieces):
            if self._end is not None and number == self._end[0]:
                if self._end[1]:
                    await asyncio.sleep(self._silence_s)
                    raise httpx2.ReadTimeout("nothing came")
                raise httpx2.ReadError("the connection was lost")
            await asyncio.sleep(piece.pause_s)
            yield piece.data


class _Transport(httpx2.AsyncBaseTransport):
    """What the library takes for its connections."""

    def __init__(self, web: Web) -> None:
        self._web = web

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        return await self._web.reply(request)


@contextmanager
def in_place_of_http(web: Web) -> Iterator[None]:
    """Clients that open within this have their server in the process."""
    module = cast(Any, http_client.HttpClient)
    opened = module.open

    async def open_here(client: HttpClient) -> None:
        """As `HttpClient.open`, without a thread: in virtual time nobody waits for one."""
        cast(Any, client)._client = httpx2.AsyncClient(transport=_Transport(web), trust_env=False)

    module.open = open_here
    try:
        yield
    finally:
        module.open = opened
