"""Requests to one server, with a deadline for everything that can hang.

Failures of the peer come out as `ProviderError`. The key travels in one header and nowhere else: not in a
URL, a log line, a repr or an error's text.
"""

import asyncio
import logging
import math
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from appliance import __version__
from appliance.errors import FailureCategory, ProtocolViolation, ProviderError
from appliance.providers.http.address import Address
from appliance.providers.http.naming import NamingFailures
from appliance.providers.http.refusal import MAX_BODY_BYTES, Refusal, refusal
from appliance.providers.link import KeyHeader
from appliance.providers.socket_session import redacted

if TYPE_CHECKING:
    import httpx2

# DNS, TCP and TLS take half a second to the vendors; Wi-Fi that retransmits a lost SYN twice adds 3 s.
# Longer than this, the next provider is the better answer.
CONNECT_TIMEOUT_S = 5.0
# One piece of at most 64 kB. A peer that has not taken it after this long is too slow to talk to.
SEND_TIMEOUT_S = 5.0
# A connection that nobody used for this long is closed by us: most servers do so after a minute or more,
# those that do so earlier are noticed when it is used, and asked again.
KEEP_ALIVE_S = 55.0
# Connections of one server at once: two texts that are spoken, and two that were cancelled a moment ago.
MAX_CONNECTIONS = 4
# A server that wants to be asked again within this is asked again; for a longer wait there is the next one.
RETRY_WITHIN_S = 1.0
# The words of a refusal, which come with its status. Without them the status says enough, and somebody waits.
REFUSAL_TIMEOUT_S = 1.0
# The client is to be closed within a second.
CLOSE_TIMEOUT_S = 0.8
# The end of a reply of which nothing more is wanted: it comes with the last word, or the connection goes.
DRAIN_TIMEOUT_S = 0.1


@dataclass(frozen=True, slots=True)
class HttpOptions:
    """Which server, and as whom; `headers` are sent as they are and hold no secret."""

    address: Address
    key: KeyHeader
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Body:
    """What a request carries: JSON, or a form of `fields` and `files` (name → filename, bytes, type)."""

    json: Any = None
    fields: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, tuple[str, bytes, str]] = field(default_factory=dict)


NOTHING = Body()


class Reply:
    """A response whose status was fine; its body comes as it is read."""

    def __init__(self, response: "httpx2.Response", client: "HttpClient") -> None:
        self._response = response
        self._client = client

    @property
    def content_type(self) -> str:
        """Such as "application/json", in lower case, without parameters; "" where the server says nothing."""
        return str(self._response.headers.get("content-type", "")).partition(";")[0].strip().lower()

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """The body's bytes as they come, in pieces of any size."""
        with self._client.naming_failures():
            async for chunk in self._response.aiter_raw():
                yield chunk

    async def whole(self, max_bytes: int) -> bytes:
        """The whole body. Raises `ProtocolViolation` for more than `max_bytes`."""
        body = bytearray()
        async with aclosing(self.chunks()) as chunks:
            async for chunk in chunks:
                body += chunk
                if len(body) > max_bytes:
                    raise ProtocolViolation(f"{self._client.host} sent more than {max_bytes} bytes")
        return bytes(body)

    async def drain(self, chunks: AsyncGenerator[bytes, None]) -> None:
        """Read what is left of `chunks`, which is nothing, so that the connection can be used again."""
        with suppress(TimeoutError, ProviderError):
            async with asyncio.timeout(DRAIN_TIMEOUT_S):
                async for _ in chunks:
                    break


class HttpClient:
    """Connections to one server, kept between requests. `open` before and `close` after the requests."""

    def __init__(self, options: HttpOptions) -> None:
        self._options = options
        self._client: httpx2.AsyncClient | None = None
        self._used_s = -math.inf  # when the last reply ended, in the loop's time

    @property
    def host(self) -> str:
        """How the server is spoken of."""
        return self._options.address.host

    @property
    def is_cold(self) -> bool:
        """Whether no connection is kept: nobody used one for `KEEP_ALIVE_S`."""
        return asyncio.get_running_loop().time() - self._used_s >= KEEP_ALIVE_S

    async def open(self) -> None:
        """Get ready; touches no network."""
        self._client = await asyncio.to_thread(self._made)

    def _made(self) -> "httpx2.AsyncClient":
        """The library's client. It takes a tenth of a second to be imported and to read all certificates."""
        import httpx2

        for chatty in ("httpx2", "httpcore2"):  # at DEBUG they log every request with all its headers
            logging.getLogger(chatty).setLevel(logging.WARNING)
        options = self._options
        return httpx2.AsyncClient(
            headers={
                "User-Agent": f"voice-appliance/{__version__}",
                "Accept-Encoding": "identity",  # a bound on what comes is a bound on what it becomes
                **options.headers,
                **options.key.lines(),
            },
            limits=httpx2.Limits(max_connections=MAX_CONNECTIONS, keepalive_expiry=KEEP_ALIVE_S),
            follow_redirects=False,  # a key must not follow where somebody points
            trust_env=not options.address.near,  # no proxy on the way to this house
        )

    async def close(self) -> None:
        """Close every connection, within a second; also without `open`, and twice."""
        client, self._client = self._client, None
        if client is not None:
            try:
                async with asyncio.timeout(CLOSE_TIMEOUT_S):
                    await client.aclose()
            except TimeoutError:
                pass  # a goodbye that nobody takes: the sockets go with the client

    @asynccontextmanager
    async def request(
        self, method: str, path: str, body: Body = NOTHING, *, silence_s: float
    ) -> AsyncIterator[Reply]:
        """Send one request, and give the reply; leaving ends it, whether or not it was read.

        `silence_s` is how long the server may keep silent, before the reply and within it. Raises
        `ProviderError`, a `Refusal` for an HTTP error. What a server asks to be asked again within
        `RETRY_WITHIN_S`, and what it closed a kept connection on, is asked a second time.
        """
        response = await self._send_twice(method, path, body, silence_s)
        try:
            yield Reply(response, self)
        finally:
            self._used_s = asyncio.get_running_loop().time()
            await response.aclose()

    async def _send_twice(self, method: str, path: str, body: Body, silence_s: float) -> "httpx2.Response":
        try:
            return await self._send(method, path, body, silence_s)
        except Refusal as refused:
            wait_s = refused.retry_after_s
            if not refused.passing or wait_s is None or wait_s > RETRY_WITHIN_S:
                raise
        except ProviderError as failure:
            if failure.category is not FailureCategory.SESSION_CLOSED:
                raise
            wait_s = 0.0
        await asyncio.sleep(wait_s)
        return await self._send(method, path, body, silence_s)

    async def _send(self, method: str, path: str, body: Body, silence_s: float) -> "httpx2.Response":
        client = self._client
        if client is None:
            raise RuntimeError("a request outside of open and close")
        import httpx2

        with self.naming_failures():
            request = client.build_request(
                method,
                self._options.address.url + path,
                json=body.json,
                data=dict(body.fields) or None,
                files=dict(body.files) or None,
                timeout=httpx2.Timeout(
                    silence_s, connect=CONNECT_TIMEOUT_S, write=SEND_TIMEOUT_S, pool=CONNECT_TIMEOUT_S
                ),
            )
            response = await client.send(request, stream=True)
            if response.is_success:
                return response
            try:
                await self._refuse(response)
            finally:
                await response.aclose()
        raise AssertionError("refused above")

    async def _refuse(self, response: "httpx2.Response") -> None:
        import httpx2

        body = bytearray()
        with suppress(TimeoutError, httpx2.HTTPError):  # the status is known, and says more than this
            async with asyncio.timeout(REFUSAL_TIMEOUT_S):
                async for chunk in response.aiter_raw():
                    body += chunk
                    if len(body) >= MAX_BODY_BYTES:
                        break
        headers = {name.lower(): value for name, value in response.headers.items()}
        refused = refusal(
            self.host, response.status_code, headers, bytes(body[:MAX_BODY_BYTES]), datetime.now(UTC)
        )
        raise Refusal(
            refused.status,
            refused.category,
            self.redacted(str(refused)),
            refused.retry_after_s,
            passing=refused.passing,
        )

    def redacted(self, message: str) -> str:
        """`message` without the key, which a server may quote."""
        return redacted(message, self._options.key.key)

    def naming_failures(self) -> NamingFailures:
        """A context in which what the library raises becomes a `ProviderError`."""
        return NamingFailures(self.host, self.redacted)
