"""The ways to an MCP server: a program that is started, or an address that is called."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final

from pydantic import SecretStr

# To another machine of the house, or the other side of the world; it is tried again.
CONNECT_TIMEOUT_S: Final = 10.0
# A program that is to end: so long after its input has ended it is asked to, and so long after that it is
# killed. The package gives it 2 s each; the daemon has 1.5 s to end, and whom it leaves behind stays.
LEAVE_TIMEOUT_S: Final = 0.4
KILL_TIMEOUT_S: Final = 0.3


def load() -> None:
    """Import the package, which takes a small machine seconds, and keep it from logging with tracebacks what
    is said in a sentence elsewhere, from keeping lines without end, and its programs from outliving us."""
    import mcp
    import mcp.client.streamable_http
    from mcp.client import stdio

    from appliance.skills.mcp_lines import BoundedText

    stdio.PROCESS_TERMINATION_TIMEOUT = LEAVE_TIMEOUT_S
    stdio.FORCE_KILL_TIMEOUT = KILL_TIMEOUT_S
    stdio.TextReceiveStream = BoundedText  # type: ignore[attr-defined]  # it has no setting for this
    logger = logging.getLogger(mcp.__name__)
    logger.propagate = False
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())


@asynccontextmanager
async def over_pipes(
    command: Sequence[str], environment: Mapping[str, str], on_endless_line: Callable[[], None]
) -> AsyncIterator[Any]:
    """A server that is started: over its standard input and output. It knows who and where it is, and
    `environment`; what it writes to standard error goes to ours.

    `on_endless_line` is called where it writes a line longer than `MAX_LINE_CHARS`: after that nothing is
    heard of it.
    """
    from mcp import StdioServerParameters, stdio_client

    from appliance.skills import mcp_lines

    program, *arguments = command
    mcp_lines.on_endless_line.set(on_endless_line)  # for the tasks that are started from here
    server = StdioServerParameters(
        command=program, args=arguments, env=dict(environment), encoding_error_handler="replace"
    )
    async with stdio_client(server) as streams:
        yield streams


@asynccontextmanager
async def over_http(
    url: str, api_key: SecretStr, timeout_s: float, on_status: Callable[[int], None]
) -> AsyncIterator[Any]:
    """A server at `url`, streamable HTTP; it may take `timeout_s` to say that it has got something.

    What waits for an answer or for news has no limit here: an answer is waited for as long as its request
    allows (`Client.read_timeout_seconds`), and a server without news is quiet for days.
    The package tells of an error without its status, so `on_status` gets that of every response.
    """
    import httpx2
    from mcp.client.streamable_http import streamable_http_client

    key = api_key.get_secret_value()
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    timeout = httpx2.Timeout(CONNECT_TIMEOUT_S, read=timeout_s)

    async def look(response: httpx2.Response) -> None:
        on_status(response.status_code)

    async def limit(request: httpx2.Request) -> None:
        if _waits(request.method, request.content):
            request.extensions["timeout"]["read"] = None

    hooks: dict[str, list[Callable[..., Any]]] = {"request": [limit], "response": [look]}
    near = url.startswith("http://")  # an address that leaves this house unencrypted is not taken
    async with (
        httpx2.AsyncClient(headers=headers, timeout=timeout, event_hooks=hooks, trust_env=not near) as http,
        streamable_http_client(url, http_client=http) as streams,
    ):
        yield streams


def _waits(method: str, body: bytes) -> bool:
    """Whether it is there to wait: a stream of news, or a JSON-RPC request with an id. The package sends
    nothing else as long as a notification, or the end of a session, is not acknowledged."""
    if method != "POST":
        return method == "GET"
    message = json.loads(body)
    return "id" in message and "method" in message


@asynccontextmanager
async def watched(transport: AbstractAsyncContextManager[Any], lost: asyncio.Event) -> AsyncIterator[Any]:
    """`transport`, with `lost` set as soon as nothing more comes from it."""
    async with transport as (read, write):
        yield _WatchedStream(read, lost), write


class _WatchedStream:
    """A `ReadStream` that tells of its end."""

    def __init__(self, stream: Any, lost: asyncio.Event) -> None:
        self._stream = stream
        self._lost = lost

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def __aiter__(self) -> "_WatchedStream":
        return self

    async def __anext__(self) -> Any:
        try:
            return await self._stream.__anext__()
        except BaseException:
            self._lost.set()
            raise

    async def __aenter__(self) -> "_WatchedStream":
        await self._stream.__aenter__()
        return self

    async def __aexit__(self, *failure: Any) -> Any:
        return await self._stream.__aexit__(*failure)
