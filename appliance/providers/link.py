"""One WebSocket to a provider, with a deadline for everything that can hang.

Failures of the peer come out as `ProviderError`. The key travels in one header and
nowhere else: not in a URL, a log line, a repr or an error's text.
"""

import asyncio
import logging
import socket
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import SecretStr
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidProxy,
    InvalidStatus,
    InvalidURI,
)
from websockets.http11 import Response

from appliance import __version__
from appliance.errors import FailureCategory, ProviderError
from appliance.providers.causes import unreachable
from appliance.providers.endpoint import Endpoint
from appliance.providers.http.retry_after import retry_after_s

# DNS, TCP, TLS and the upgrade take half a second to the vendors; Wi-Fi that retransmits a lost SYN
# twice adds 3 s. Longer than this, the next provider is the better answer.
CONNECT_TIMEOUT_S = 5.0
# One frame is at most 64 kB. A peer that has not taken it after this long is gone, or too slow
# to talk to: that is less than 13 kB/s where speech needs 64.
SEND_TIMEOUT_S = 5.0
# A path on which nothing is acknowledged any more: so long after the first byte that was not, the kernel
# gives the connection up. The vendors' own clients wait for a quarter of an hour, TCP's default.
UNACKNOWLEDGED_TIMEOUT_S = 20.0
# What goes into a dead path first is the next ping: with the 20 s above it is noticed within 24 s. Home
# routers forget connections that are idle for 30 s or more.
PING_INTERVAL_S = 4.0
# While a pong is awaited no other ping is sent; then the kernel's own probes ask whether the path lives,
# and are given as long: 5 s of silence, and every 5 s.
PROBE_AFTER_S = 5
PROBE_INTERVAL_S = 5
PROBES = 3
# A pong stands in line behind the answer that is being sent: 30 s of it are 2 MB, which is
# 8 s at 2 Mbit/s. A peer that dies while somebody waits is noticed earlier, by the answer deadline.
PING_TIMEOUT_S = 15.0
# The session is to be closed within 1 s; half of it for the peer's goodbye.
GOODBYE_TIMEOUT_S = 0.5
CLOSE_TIMEOUT_S = 0.8
# The vendor takes 15 MiB in one event and may send as much; `websockets` itself stops at 1 MiB.
MAX_FRAME_BYTES = 16 * 1024 * 1024
# Everything that waits to be sent: two turns of the longest kind (240 s) told again at once are
# 15.4 MB in base64.
MAX_OUTGOING_BYTES = 20 * 1000 * 1000
# As much of a refusal's body as can hold an error object.
MAX_BODY_BYTES = 4096

# Close codes by which we end a connection whose peer broke the protocol (RFC 6455, 7.4.1).
_PEER_BROKE_PROTOCOL = frozenset({1002, 1007, 1009})
_CATEGORY_OF_STATUS = {
    400: FailureCategory.MODEL_UNAVAILABLE,  # how a model that cannot do realtime is refused
    401: FailureCategory.AUTH_FAILED,
    402: FailureCategory.QUOTA_EXHAUSTED,
    403: FailureCategory.AUTH_FAILED,
    404: FailureCategory.MODEL_UNAVAILABLE,
    429: FailureCategory.RATE_LIMITED,
}

# `websockets` logs the request with all its headers at DEBUG: never here, whatever the root says.
_LOG = logging.getLogger("appliance.websocket")
_LOG.setLevel(logging.WARNING)


class ClosedByPeer(ProviderError):
    """The server closed the connection with this code; `reason` (printable, ≤ 123 bytes) in its words."""

    def __init__(self, code: int, reason: str) -> None:
        said = f"{code} {reason}".rstrip()
        super().__init__(FailureCategory.SESSION_CLOSED, f"the server closed the connection ({said})")
        self.code = code
        self.reason = reason


class HandshakeRefused(ProviderError):
    """The server answered the upgrade with an HTTP error; `body` (bounded) may say more."""

    def __init__(self, host: str, response: Response) -> None:
        status = response.status_code
        super().__init__(
            _CATEGORY_OF_STATUS.get(status, FailureCategory.CONNECTION_FAILED),
            f"{host} refused the connection with HTTP {status}",
            retry_after_s(response.headers.get_all("Retry-After"), datetime.now(UTC)),
        )
        self.body = bytes(response.body[:MAX_BODY_BYTES])


@dataclass(frozen=True, slots=True)
class KeyHeader:
    """The request header that says who we are: "NAME: SCHEME KEY"; with an empty key it is not sent."""

    key: SecretStr
    name: str = "Authorization"
    scheme: str = "Bearer"

    def lines(self) -> dict[str, str]:
        """The header, in the clear."""
        key = self.key.get_secret_value()
        return {self.name: f"{self.scheme} {key}".lstrip()} if key else {}


@dataclass(frozen=True, slots=True)
class LinkOptions:
    """Where to connect, and as whom. `headers` are sent as they are and hold no secret."""

    endpoint: Endpoint
    key: KeyHeader
    headers: tuple[tuple[str, str], ...] = ()
    ping_timeout_s: float = PING_TIMEOUT_S


class Link:
    """An open connection. `post` and `receive` belong to the event loop's thread."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._outgoing: deque[str | bytes] = deque()
        self._outgoing_bytes = 0
        self._posted = asyncio.Event()
        self._failure: ProviderError | None = None

    def post(self, frame: str | bytes) -> None:
        """Queue one frame, ASCII text or bytes; never blocks.

        Bound: `MAX_OUTGOING_BYTES`. A peer that lets so much pile up is dead: `ProviderError`
        (timed out), from here and from `receive`.
        """
        self._outgoing_bytes += len(frame)
        if self._outgoing_bytes > MAX_OUTGOING_BYTES:
            raise self._give_up(ProviderError(FailureCategory.TIMED_OUT, "the server takes nothing any more"))
        self._outgoing.append(frame)
        self._posted.set()

    async def receive(self) -> str | bytes:
        """The next frame, at most `MAX_FRAME_BYTES`. Raises `ProviderError` once the connection is lost."""
        try:
            return await self._connection.recv()
        except ConnectionClosed as closed:
            raise self._failure or _loss(closed) from closed

    async def send_posted(self) -> None:
        """Send what is posted, in order, until the connection is lost."""
        with suppress(ConnectionClosed):
            while True:
                await self._posted.wait()
                self._posted.clear()
                await self._send_all()

    async def _send_all(self) -> None:
        while self._outgoing:
            frame = self._outgoing.popleft()
            try:
                async with asyncio.timeout(SEND_TIMEOUT_S):
                    await self._connection.send(frame)
            except TimeoutError:
                self._give_up(ProviderError(FailureCategory.TIMED_OUT, "the server takes nothing any more"))
            self._outgoing_bytes -= len(frame)

    def _give_up(self, failure: ProviderError) -> ProviderError:
        self._failure = self._failure or failure
        self._connection.transport.abort()
        return self._failure


@asynccontextmanager
async def open_link(options: LinkOptions) -> AsyncIterator[Link]:
    """Connect (`ProviderError` where that fails) and close within `CLOSE_TIMEOUT_S`, also when cancelled."""
    connection = await _connect(options)
    link = Link(connection)
    sender = asyncio.create_task(link.send_posted())
    # Should it end by a mistake of ours, nobody waits for an answer to what was never sent.
    sender.add_done_callback(lambda _: connection.transport.abort())
    try:
        yield link
    finally:
        try:
            await _close(connection)
        finally:  # also where that is cancelled once more
            sender.cancel()
            with suppress(asyncio.CancelledError):
                await sender


class _Connect(connect):
    """A vendor's endpoint does not move, and a key must not follow where somebody points."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


async def _connect(options: LinkOptions) -> ClientConnection:
    host = options.endpoint.host
    try:
        connection = await _Connect(
            options.endpoint.url,
            additional_headers=options.key.lines() | dict(options.headers),
            user_agent_header=f"voice-appliance/{__version__}",
            proxy=None if options.endpoint.loopback else True,
            compression=None,  # base64 of sound does not shrink, and the Pi has better things to do
            open_timeout=CONNECT_TIMEOUT_S,
            ping_interval=PING_INTERVAL_S,
            ping_timeout=options.ping_timeout_s,
            close_timeout=GOODBYE_TIMEOUT_S,
            max_size=MAX_FRAME_BYTES,
            logger=_LOG,
        )
    except InvalidStatus as refused:
        raise HandshakeRefused(host, refused.response) from refused
    except TimeoutError as late:
        message = f"{host} did not answer within {CONNECT_TIMEOUT_S:g} s"
        raise ProviderError(FailureCategory.TIMED_OUT, message) from late
    except (OSError, InvalidHandshake, InvalidURI, ImportError, UnicodeError) as error:
        # OSError: DNS, TCP, TLS. ImportError: the environment names a proxy of a kind nobody installed.
        # UnicodeError: a host that no resolver takes.
        raise unreachable(host, error) from error
    except (InvalidProxy, ValueError):
        # ValueError: a port that is none. The endpoint was looked at before, so it is the proxy's; it is not
        # repeated, for it may hold a password.
        message = f"{host} cannot be reached: the proxy that the environment names for it is no address"
        raise ProviderError(FailureCategory.CONNECTION_FAILED, message) from None
    _watch_path(connection.transport.get_extra_info("socket"))
    return connection


def _watch_path(path: socket.socket) -> None:
    """Have the kernel notice by itself that nothing is acknowledged any more."""
    path.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    path.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, PROBE_AFTER_S)
    path.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, PROBE_INTERVAL_S)
    path.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, PROBES)
    path.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(UNACKNOWLEDGED_TIMEOUT_S * 1000))


async def _close(connection: ClientConnection) -> None:
    try:
        async with asyncio.timeout(CLOSE_TIMEOUT_S):
            await connection.close()
    except TimeoutError:
        pass
    finally:
        connection.transport.abort()


def _loss(closed: ConnectionClosed) -> ProviderError:
    """Why a connection that we did not mean to end is gone; 1001 is a loss like any other code."""
    ours = closed.sent if not closed.rcvd_then_sent else None
    if ours is not None and ours.code in _PEER_BROKE_PROTOCOL:
        message = f"the server broke the WebSocket protocol ({ours.code} {ours.reason})"
        return ProviderError(FailureCategory.PROTOCOL_VIOLATION, message)
    if closed.rcvd is not None:
        reason = "".join(c for c in closed.rcvd.reason if c.isprintable())
        return ClosedByPeer(closed.rcvd.code, reason)
    reason = ours.reason if ours is not None else _cause(closed)
    return ProviderError(FailureCategory.SESSION_CLOSED, f"the connection was lost ({reason})")


def _cause(closed: ConnectionClosed) -> str:
    """What the kernel said of the path, if anything."""
    cause = closed.__cause__
    return _words(cause) if isinstance(cause, OSError) else "without a word"


def _words(error: Exception) -> str:
    """An exception in one short line."""
    line = " ".join(str(error).split()) or type(error).__name__
    return line[:200]
