"""One request to one server: what is sent, what is asked again, and where the key goes."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from appliance.errors import ConfigurationError, FailureCategory, ProtocolViolation, ProviderError
from appliance.providers.cascade import http_stage
from appliance.providers.cascade.http_stage import HttpStage
from appliance.providers.http import client as http_client
from appliance.providers.http.address import address
from appliance.providers.http.client import HttpClient, HttpOptions
from appliance.providers.http.refusal import Refusal
from appliance.providers.link import KeyHeader
from tests.simulators.cascade_script import Script, Trouble
from tests.simulators.cascade_server import CascadeServer

KEY = "sk-a-very-secret-key"


def client(url: str) -> HttpClient:
    return HttpClient(HttpOptions(address("url", url, secret=True), KeyHeader(SecretStr(KEY))))


async def models(http: HttpClient, max_bytes: int = 1000, silence_s: float = 5.0) -> bytes:
    async with http.request("GET", "/models", silence_s=silence_s) as reply:
        return await reply.whole(max_bytes)


@pytest.mark.parametrize(
    ("headers", "asked"),
    [
        ({"retry-after": "0"}, 2),
        ({"retry-after-ms": "20"}, 2),
        ({"retry-after-ms": "20", "x-should-retry": "false"}, 1),
        ({"retry-after": "30"}, 1),
        ({}, 1),
    ],
)
async def test_a_server_that_asks_for_it_is_asked_again_once(headers: dict[str, str], asked: int) -> None:
    async with CascadeServer(Script(models=Trouble(503, headers=headers))) as server:
        http = client(server.url)
        await http.open()
        with pytest.raises(Refusal):
            await models(http)
        await http.close()
    assert server.record.lists == asked


async def test_a_connection_that_was_closed_meanwhile_costs_no_question() -> None:
    async with CascadeServer(Script(models=Trouble(drop=True))) as server:
        http = client(server.url)
        await http.open()
        with pytest.raises(ProviderError) as lost:
            await models(http)
        assert lost.value.category is FailureCategory.SESSION_CLOSED
        assert server.record.lists == 2
        server.script = Script()
        assert b"list" in await models(http)
        await http.close()


async def test_a_server_that_keeps_silent_is_given_up() -> None:
    async with CascadeServer(Script(models=Trouble(mute=True))) as server:
        http = client(server.url)
        await http.open()
        with pytest.raises(ProviderError) as late:
            await models(http, silence_s=0.1)
        await http.close()
    assert late.value.category is FailureCategory.TIMED_OUT


@asynccontextmanager
async def trickling(head: bytes) -> AsyncIterator[str]:
    """The address of a server that sends `head`, and then a byte now and then, without an end."""

    async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(head)
            while not writer.is_closing():
                writer.write(b"a")
                await writer.drain()
                await asyncio.sleep(0.02)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(trickle, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    finally:
        server.close()


async def test_a_refusal_is_known_though_its_words_have_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_client, "REFUSAL_TIMEOUT_S", 0.1)
    async with trickling(b"HTTP/1.1 429 No\r\nRetry-After: 7\r\nContent-Length: 16000\r\n\r\n") as url:
        http = client(url)
        await http.open()
        async with asyncio.timeout(5):
            with pytest.raises(Refusal) as refused:
                await models(http)
        await http.close()
    assert (refused.value.category, refused.value.retry_after_s) == (FailureCategory.RATE_LIMITED, 7.0)


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Slow: "])
async def test_connecting_while_somebody_talks_is_given_up_in_time(
    head: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else each turn leaves one request more behind, until no connection is left for the question."""
    monkeypatch.setattr(http_stage, "WARM_TIMEOUT_S", 0.1)
    async with trickling(head) as url:
        options = HttpOptions(address("url", url, secret=True), KeyHeader(SecretStr(KEY)))
        stage = HttpStage(options)
        await stage._http.open()
        async with asyncio.timeout(5):
            await stage.warm()
        await stage.close()


async def test_a_body_has_a_bound() -> None:
    async with CascadeServer() as server:
        http = client(server.url)
        await http.open()
        with pytest.raises(ProtocolViolation):
            await models(http, max_bytes=10)
        await http.close()


async def test_the_key_is_in_no_log_line_and_no_repr(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with CascadeServer(Script(api_key="another")) as server:
        http = client(server.url)
        await http.open()
        with pytest.raises(Refusal) as refused:
            await models(http)
        await http.close()
    assert refused.value.category is FailureCategory.AUTH_FAILED
    assert KEY not in caplog.text + str(refused.value) + repr(refused.value) + repr(http._options)


async def test_closing_is_fine_at_any_time() -> None:
    http = client("http://127.0.0.1:1/v1")
    await http.close()
    await http.open()
    await http.close()
    await http.close()


async def test_a_proxy_is_not_asked_for_a_server_in_this_house(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    async with CascadeServer() as server:
        http = client(server.url)
        await http.open()
        assert b"list" in await models(http)
        await http.close()


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example/v1",
        "http://localhost:8000/v1",
        "http://127.0.0.1/v1/",
        "http://[::1]:8000",
    ],
)
def test_a_key_may_go_over_an_encrypted_connection_or_stay_here(url: str) -> None:
    assert not address("url", url, secret=True).url.endswith("/")


@pytest.mark.parametrize(
    "url", ["http://192.168.1.5:11434/v1", "http://10.0.0.1/v1", "http://box.local/v1", "http://[fd00::1]/v1"]
)
def test_without_a_key_plain_http_may_go_to_this_house(url: str) -> None:
    assert address("url", url, secret=False).near
    with pytest.raises(ConfigurationError, match="a key must not leave this machine"):
        address("url", url, secret=True)


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example/v1",
        "http://8.8.8.8/v1",
        "http://0.0.0.0/v1",
        "ftp://localhost/v1",
        "https://user:secret@h/v1",
        "https://h/v1?key=secret",
        "https://h/v1#x",
        "https://[::1",
        "h/v1",
        "",
    ],
)
def test_nothing_goes_anywhere_else_and_the_error_repeats_no_secret(url: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        address("url", url, secret=False)
    assert "secret" not in str(refused.value)
