"""A peer that is gone, or mute, is noticed in time."""

import asyncio
import ctypes
import socket
import struct
import time
from dataclasses import dataclass, field, replace

import pytest
from websockets.asyncio.server import ServerConnection

from appliance.errors import FailureCategory
from appliance.providers import link as link_module
from appliance.providers.link import open_link
from tests.simulators.link_peer import echo, frozen, loss_of, serving

SO_ATTACH_FILTER = 26  # Linux; the socket module has no name for it

pytestmark = pytest.mark.timeout(20)


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
