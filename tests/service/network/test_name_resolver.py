"""A name server that does not answer holds up nobody for longer than it is given."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from appliance.errors import Cause
from appliance.providers.causes import cause_of
from appliance.service.network import name_resolver
from appliance.service.network.name_resolver import MAX_LOOK_UPS, ResolvingLoop

TIMEOUT_S = 0.05


class DeadNameServer:
    """Answers nobody until it is let go; counts who asks."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.alive = threading.Event()

    def look_up(self, host: str, *_: Any) -> list[str]:
        self.asked.append(host)
        assert self.alive.wait(10.0)
        return [host]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[DeadNameServer]:
    server = DeadNameServer()
    monkeypatch.setattr(socket, "getaddrinfo", server.look_up)
    monkeypatch.setattr(name_resolver, "LOOK_UP_TIMEOUT_S", TIMEOUT_S)
    yield server
    server.alive.set()


def run(main: Any) -> Any:
    with asyncio.Runner(loop_factory=ResolvingLoop) as runner:
        return runner.run(main)


def test_a_name_server_that_is_dead_is_named_within_the_deadline(server: DeadNameServer) -> None:
    async def main() -> None:
        with pytest.raises(socket.gaierror) as failed:
            await asyncio.get_running_loop().getaddrinfo("provider.example", 443)
        assert cause_of(failed.value, clock_is_set=None) is Cause.NAME_SERVER_DOWN

    run(main())


def test_however_often_it_is_tried_one_thread_is_held_for_a_name(server: DeadNameServer) -> None:
    async def main() -> None:
        for _ in range(5):
            with pytest.raises(socket.gaierror):
                await asyncio.get_running_loop().getaddrinfo("provider.example", 443)

    run(main())
    assert server.asked == ["provider.example"]


def test_many_dead_names_hold_up_nothing_else(server: DeadNameServer) -> None:
    async def main() -> str:
        loop = asyncio.get_running_loop()
        names = [f"{number}.example" for number in range(2 * MAX_LOOK_UPS)]
        failures = await asyncio.gather(
            *(loop.getaddrinfo(name, 443) for name in names), return_exceptions=True
        )
        assert all(isinstance(failure, socket.gaierror) for failure in failures)
        return await asyncio.to_thread(lambda: "at once")

    assert run(main()) == "at once"
    assert len(server.asked) == MAX_LOOK_UPS


def test_an_answer_that_comes_late_is_for_whoever_asks_again(
    server: DeadNameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> Any:
        loop = asyncio.get_running_loop()
        with pytest.raises(socket.gaierror):
            await loop.getaddrinfo("provider.example", 443)
        monkeypatch.setattr(name_resolver, "LOOK_UP_TIMEOUT_S", 10.0)
        again = asyncio.ensure_future(loop.getaddrinfo("provider.example", 443))
        await asyncio.sleep(0)
        server.alive.set()
        return await again

    assert run(main()) == ["provider.example"]
    assert len(server.asked) == 1


def test_addresses_are_found_as_ever() -> None:
    async def main() -> Any:
        return await asyncio.get_running_loop().getaddrinfo("127.0.0.1", 443, type=socket.SOCK_STREAM)

    assert run(main()) == socket.getaddrinfo("127.0.0.1", 443, type=socket.SOCK_STREAM)
