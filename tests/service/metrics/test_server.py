"""Whoever asks for the metrics is answered or turned away, and holds nobody up."""

import asyncio
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from appliance.service.metrics import server
from appliance.service.metrics.server import MAX_CLIENTS, PortError, serving

TYPE = "text/plain; version=0.0.4; charset=utf-8"


@asynccontextmanager
async def port() -> AsyncIterator[int]:
    async with serving("127.0.0.1", 0, lambda: b"up 1\n", TYPE) as number:
        yield number


async def said(number: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", number)
    writer.write(request)
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


async def test_an_ordinary_client_reads_them() -> None:
    async with port() as number:
        url = f"http://127.0.0.1:{number}/metrics"
        reply = await asyncio.to_thread(urllib.request.urlopen, url, timeout=5)
        with reply:
            assert (reply.status, reply.headers["content-type"], reply.read()) == (200, TYPE, b"up 1\n")


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"404"),
        (b"POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", b"405"),
        (b"HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n", b"200"),
        (b"GET /metrics?name[]=up HTTP/1.1\r\nHost: x\r\n\r\n", b"200"),
        (b"GET /metrics HTTP/1.0\r\n\r\n", b"200"),
    ],
)
async def test_what_else_is_asked_is_answered_in_kind(request_: bytes, status: bytes) -> None:
    async with port() as number:
        assert (await said(number, request_)).split()[1] == status


@pytest.mark.parametrize("request_", [b"\x16\x03\x01nonsense\r\n\r\n", b"GET " + 70_000 * b"x", b"\r\n\r\n"])
async def test_what_is_no_http_is_hung_up_on(request_: bytes) -> None:
    async with port() as number:
        assert await said(number, request_) == b""
        assert b"200 " in await said(number, b"GET /metrics HTTP/1.0\r\n\r\n")


async def test_who_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "CLIENT_TIMEOUT_S", 0.01)
    async with port() as number:
        reader, writer = await asyncio.open_connection("127.0.0.1", number)
        assert await reader.read() == b""
        writer.close()


async def test_more_than_a_few_at_a_time_are_turned_away() -> None:
    async with port() as number:
        idle = [await asyncio.open_connection("127.0.0.1", number) for _ in range(MAX_CLIENTS)]
        assert await said(number, b"GET /metrics HTTP/1.0\r\n\r\n") == b""
        for _, writer in idle:
            writer.close()


async def test_a_port_that_is_taken_is_told_in_a_sentence() -> None:
    async with port() as number:
        with pytest.raises(PortError, match=f"the metrics cannot be served on 127.0.0.1:{number}: "):
            async with serving("127.0.0.1", number, lambda: b"", TYPE):
                pass
