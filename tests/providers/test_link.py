"""The link: what goes and comes, and that nothing it does can hang."""

import asyncio
import logging

import pytest
from pydantic import SecretStr
from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from appliance.errors import FailureCategory, ProviderError
from appliance.providers import link as link_module
from appliance.providers.endpoint import endpoint
from appliance.providers.link import HandshakeRefused, KeyHeader, LinkOptions, open_link
from tests.simulators.link_peer import KEY, echo, frozen, loss_of, serving

pytestmark = pytest.mark.timeout(20)

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
