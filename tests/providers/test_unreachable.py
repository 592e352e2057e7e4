"""What a network does in the evening, on real sockets: each kind of failure comes out by its name."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from appliance.errors import Cause, ProviderError
from appliance.providers import causes
from appliance.providers.endpoint import endpoint
from appliance.providers.http.address import address
from appliance.providers.http.client import HttpClient, HttpOptions
from appliance.providers.link import KeyHeader, LinkOptions, open_link
from tests.simulators.dated_certificate import HOST, server_context

pytestmark = pytest.mark.timeout(20)

TOMORROW = timedelta(days=1)
LAST_YEAR = timedelta(days=-365)
TODAY = timedelta(days=-1)
NO_KEY = KeyHeader(SecretStr(""))


@pytest.fixture(autouse=True)
async def _all_names_lead_here(monkeypatch: pytest.MonkeyPatch) -> None:
    async def look_up(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", port))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", look_up)
    monkeypatch.setenv("no_proxy", "*")


async def failure_over_websocket(host: str, port: int) -> ProviderError:
    with pytest.raises(ProviderError) as failed:
        async with open_link(LinkOptions(endpoint(f"wss://{host}:{port}/", ""), NO_KEY)):
            pass
    return failed.value


async def failure_over_http(host: str, port: int) -> ProviderError:
    client = HttpClient(HttpOptions(address("url", f"https://{host}:{port}", secret=False), NO_KEY))
    await client.open()
    try:
        with pytest.raises(ProviderError) as failed:
            async with client.request("GET", "/", silence_s=5.0):
                pass
    finally:
        await client.close()
    return failed.value


Way = Callable[[str, int], Awaitable[ProviderError]]
WAYS = pytest.mark.parametrize("reach", [failure_over_websocket, failure_over_http])


@asynccontextmanager
async def serving(context: ssl.SSLContext) -> AsyncIterator[int]:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0, ssl=context) as server:
        yield server.sockets[0].getsockname()[1]


@WAYS
@pytest.mark.parametrize(
    ("begins_in", "is_set", "cause"),
    [
        (TOMORROW, None, Cause.CLOCK_NOT_SET),
        (TOMORROW, False, Cause.CLOCK_NOT_SET),
        (LAST_YEAR, False, Cause.CLOCK_NOT_SET),
        (LAST_YEAR, True, Cause.CERTIFICATE_INVALID),
    ],
)
async def test_before_the_clock_is_set_the_clock_is_blamed_and_not_the_provider(
    reach: Way,
    begins_in: timedelta,
    is_set: bool | None,
    cause: Cause,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    context, authority = server_context(tmp_path, begins_in)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    monkeypatch.setattr(causes, "clock_is_set", lambda: is_set)
    async with serving(context) as port:
        failure = await reach(HOST, port)
    assert failure.cause is cause, str(failure)


@WAYS
async def test_a_certificate_of_an_unknown_authority_is_not_the_clocks_fault(
    reach: Way, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    context, _ = server_context(tmp_path, TODAY)
    async with serving(context) as port:
        failure = await reach(HOST, port)
    assert failure.cause is Cause.CERTIFICATE_INVALID


@WAYS
async def test_where_nothing_listens_that_is_said(reach: Way) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        failure = await reach(HOST, nobody.getsockname()[1])
    assert failure.cause is Cause.REFUSED


@WAYS
@pytest.mark.parametrize(
    ("code", "cause"),
    [(socket.EAI_AGAIN, Cause.NAME_SERVER_DOWN), (socket.EAI_NONAME, Cause.NAME_UNKNOWN)],
)
async def test_a_name_that_cannot_be_looked_up_is_told_from_one_that_does_not_exist(
    reach: Way, code: int, cause: Cause, monkeypatch: pytest.MonkeyPatch
) -> None:

    async def fail(*_: object, **__: object) -> object:
        raise socket.gaierror(code, "in the words of the system")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", fail)
    failure = await reach(HOST, 443)
    assert failure.cause is cause
