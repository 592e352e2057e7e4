"""The link: what it refuses to connect to, and that nothing it does can hang."""

import asyncio
import ctypes
import logging
import socket
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest
from pydantic import SecretStr
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from appliance.errors import ConfigurationError, FailureCategory, ProviderError
from appliance.providers import link as link_module
from appliance.providers.endpoint import endpoint
from appliance.providers.link import HandshakeRefused, KeyHeader, Link, LinkOptions, open_link

KEY = "sk-a-very-secret-key"
SO_ATTACH_FILTER = 26  # Linux; the socket module has no name for it

pytestmark = pytest.mark.timeout(20)

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
    with pytest.raises(ProviderError) as lost:
        await link.receive()
    return lost.value


# ---------------------------------------------------------------- addresses


@pytest.mark.parametrize(
    ("url", "whole"),
    [
        ("wss://api.openai.com/v1/realtime", "wss://api.openai.com/v1/realtime?model=a%2Fb"),
        ("wss://h/p?x=1", "wss://h/p?x=1&model=a%2Fb"),
        ("wss://h/p?model=own", "wss://h/p?model=own"),
        ("ws://localhost:8080/v1", "ws://localhost:8080/v1?model=a%2Fb"),
        ("ws://127.0.0.2/", "ws://127.0.0.2/?model=a%2Fb"),
        ("ws://[::1]:1/", "ws://[::1]:1/?model=a%2Fb"),
    ],
)
def test_model_is_added_to_the_address(url: str, whole: str) -> None:
    assert endpoint(url, "a/b").url == whole


@pytest.mark.parametrize(
    "url",
    [
        "ws://example.com/v1/realtime",
        "ws://127.0.0.1.example.com/",
        "ws://10.0.0.1/",
        "ws://0.0.0.0/",
        "http://localhost/",
        "wss://",
        "wss:///v1",
        "nonsense",
        "",
        "wss://user:secret@example.com/",
        "wss://secret@example.com/",
        "wss://example.com:99999/",
        "wss://[::1/",
        "wss://example.com/#secret",
    ],
)
def test_address_that_is_not_safe_or_none_at_all_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        endpoint(url, "m")
    assert "secret" not in str(refused.value)


# ---------------------------------------------------------------- Retry-After


# ---------------------------------------------------------------- the connection


async def test_frames_go_and_come_in_order() -> None:
    async with serving(echo) as options, open_link(options) as link:
        for number in range(100):
            link.post(str(number))
        assert [await link.receive() for _ in range(100)] == [str(number) for number in range(100)]


async def test_frame_of_the_size_that_vendors_send_is_taken() -> None:
    async with serving(echo) as options, open_link(options) as link:
        link.post("x" * 1_000_000)
        frame = await link.receive()
        assert len(frame) == 1_000_000


async def test_key_travels_in_the_header_alone(caplog: pytest.LogCaptureFixture) -> None:
    seen: list[Request] = []

    def admit(_: ServerConnection, request: Request) -> None:
        seen.append(request)

    caplog.set_level(logging.DEBUG)
    async with serving(echo, admit) as options, open_link(options):
        assert KEY not in repr(options)
    assert seen[0].headers["Authorization"] == f"Bearer {KEY}"
    assert "Sec-WebSocket-Extensions" not in seen[0].headers  # no compression
    assert KEY not in seen[0].path
    ours = [r.getMessage() for r in caplog.records if not r.name.startswith("websockets.server")]
    assert KEY not in "".join(ours)


async def test_without_a_key_no_header_is_sent() -> None:
    seen: list[Request] = []

    def admit(_: ServerConnection, request: Request) -> None:
        seen.append(request)

    async with (
        serving(echo, admit) as options,
        open_link(LinkOptions(options.endpoint, KeyHeader(SecretStr("")))),
    ):
        pass
    assert "Authorization" not in seen[0].headers


@pytest.mark.parametrize(
    "proxy", ["http://me:secret@proxy:99999", "http://me:secret@", "ftp://me:secret@proxy"]
)
async def test_proxy_that_is_none_is_the_failure_and_its_password_is_not_told(
    proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("https_proxy", proxy)
    with pytest.raises(ProviderError) as failed:
        async with open_link(LinkOptions(endpoint("wss://example.com/", ""), KeyHeader(SecretStr(KEY)))):
            pass
    assert failed.value.category is FailureCategory.CONNECTION_FAILED
    assert "secret" not in str(failed.value)


async def test_redirect_is_not_followed() -> None:
    visited: list[str] = []

    def elsewhere(connection: ServerConnection, request: Request) -> Response:
        visited.append(request.path)
        response = connection.respond(307, "")
        response.headers["Location"] = "/other"
        return response

    async with serving(echo, elsewhere) as options:
        with pytest.raises(HandshakeRefused) as refused:
            async with open_link(options):
                pass
    assert refused.value.category == FailureCategory.CONNECTION_FAILED
    assert visited == ["/?model=m"]


async def test_server_that_never_finishes_the_handshake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_module, "CONNECT_TIMEOUT_S", 0.1)
    leave = asyncio.Event()

    async def say_nothing(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await leave.wait()
        writer.close()

    async with await asyncio.start_server(say_nothing, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        options = LinkOptions(endpoint(f"ws://127.0.0.1:{port}", "m"), KeyHeader(SecretStr(KEY)))
        with pytest.raises(ProviderError) as late:
            async with open_link(options):
                pass
        leave.set()
    assert late.value.category == FailureCategory.TIMED_OUT


@pytest.mark.parametrize("code", [1000, 1001, 1008, 1011, 4000])
async def test_close_that_we_did_not_begin_is_a_loss(code: int) -> None:
    async def leave(connection: ServerConnection) -> None:
        await connection.close(code, "enough\x1b now")

    async with serving(leave) as options, open_link(options) as link:
        loss = await loss_of(link)
    assert loss.category == FailureCategory.SESSION_CLOSED
    assert str(loss) == f"the server closed the connection ({code} enough now)"


async def test_connection_that_breaks_is_a_loss() -> None:
    async def vanish(connection: ServerConnection) -> None:
        connection.transport.abort()

    async with serving(vanish) as options, open_link(options) as link:
        assert (await loss_of(link)).category == FailureCategory.SESSION_CLOSED


async def test_frame_that_is_too_big_is_a_violation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_module, "MAX_FRAME_BYTES", 1000)

    async def shout(connection: ServerConnection) -> None:
        await connection.send("x" * 2000)
        await connection.wait_closed()

    async with serving(shout) as options, open_link(options) as link:
        assert (await loss_of(link)).category == FailureCategory.PROTOCOL_VIOLATION


async def test_peer_that_takes_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_module, "SEND_TIMEOUT_S", 0.2)
    async with frozen() as options, open_link(options) as link:
        for _ in range(100):
            link.post("x" * 100_000)  # more than the kernel's buffers hold
        assert (await loss_of(link)).category == FailureCategory.TIMED_OUT


async def test_what_waits_to_be_sent_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_module, "MAX_OUTGOING_BYTES", 1000)
    async with serving(echo) as options, open_link(options) as link:
        with pytest.raises(ProviderError) as full:
            link.post("x" * 1001)
        assert full.value.category == FailureCategory.TIMED_OUT
        assert (await loss_of(link)).category == FailureCategory.TIMED_OUT


# ---------------------------------------------------------------- a peer that is gone, or mute


async def test_peer_that_does_not_answer_pings_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its kernel acknowledges everything, and nobody is there."""
    monkeypatch.setattr(link_module, "PING_INTERVAL_S", 0.1)
    async with frozen() as options, open_link(replace(options, ping_timeout_s=0.1)) as link:
        loss = await loss_of(link)
    assert loss.category == FailureCategory.SESSION_CLOSED
    assert "ping" in str(loss)


@dataclass
class Path:
    """The way to a server, which can be cut: from then on its kernel drops every packet unseen, and so
    acknowledges none."""

    connected: asyncio.Event = field(default_factory=asyncio.Event)
    far_end: socket.socket | None = None

    async def serve(self, connection: ServerConnection) -> None:
        self.far_end = connection.transport.get_extra_info("socket")
        self.connected.set()
        await connection.wait_closed()

    def cut(self) -> None:
        drop = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))  # BPF: return 0 bytes
        assert self.far_end is not None
        program = struct.pack("HL", 1, ctypes.addressof(drop))
        self.far_end.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)


async def test_a_path_on_which_nothing_is_acknowledged_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_module, "PING_INTERVAL_S", 0.1)
    monkeypatch.setattr(link_module, "UNACKNOWLEDGED_TIMEOUT_S", 0.5)
    path = Path()
    async with serving(path.serve) as options, open_link(options) as link:
        await path.connected.wait()
        path.cut()
        began_s = time.monotonic()
        loss = await loss_of(link)
        took_s = time.monotonic() - began_s
    assert loss.category == FailureCategory.SESSION_CLOSED
    assert "timed out" in str(loss)  # the kernel's words: not a ping's, which has 15 s
    assert took_s < 5  # by TCP's default it is a quarter of an hour


async def test_the_kernel_is_told_to_watch_the_path() -> None:
    async with serving(echo) as options, open_link(options) as link:
        ours = link._connection.transport.get_extra_info("socket")
        tcp = [
            ours.getsockopt(socket.IPPROTO_TCP, option)
            for option in (
                socket.TCP_USER_TIMEOUT,
                socket.TCP_KEEPIDLE,
                socket.TCP_KEEPINTVL,
                socket.TCP_KEEPCNT,
            )
        ]
        assert ours.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
    assert tcp == [20_000, 5, 5, 3]


def test_whoever_is_gone_or_mute_is_noticed_within_25_s() -> None:
    """The ping is what goes into a dead path first; a mute peer owes the pong."""
    assert link_module.PING_INTERVAL_S + link_module.UNACKNOWLEDGED_TIMEOUT_S <= 25
    assert link_module.PING_INTERVAL_S + link_module.PING_TIMEOUT_S <= 25
    silence_s = link_module.PROBE_AFTER_S + link_module.PROBES * link_module.PROBE_INTERVAL_S
    assert silence_s <= 25


# ---------------------------------------------------------------- closing


async def test_closing_does_not_wait_for_a_peer_that_is_frozen() -> None:
    async with frozen() as options:
        async with asyncio.timeout(1.0):
            async with open_link(options) as link:
                for _ in range(100):
                    link.post("x" * 100_000)


async def test_who_is_cancelled_again_while_closing_leaves_no_task_behind() -> None:
    async with frozen() as options:
        before, opened = asyncio.all_tasks(), asyncio.Event()

        async def hold() -> None:
            async with open_link(options):
                opened.set()
                await asyncio.Event().wait()

        holding = asyncio.create_task(hold())
        await opened.wait()
        holding.cancel()
        await asyncio.sleep(0)  # it says goodbye, which this peer does not take
        holding.cancel()
        await asyncio.wait({holding}, timeout=0.4)
        assert holding.done()
        left = {task for task in asyncio.all_tasks() - before if "Link.send_posted" in repr(task)}
        assert left == set()
