"""A real MCP server at an address: called with its key, dying, coming back."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pydantic import SecretStr

from appliance.skills import mcp_news, mcp_server
from tests.skills.mcp_quiet import quiet_server
from tests.skills.mcp_watched import ALL, KEY, MODULE, ROOT, running


@contextmanager
def serving(port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """The same server over streamable HTTP, behind a key."""
    environment = {**os.environ, "MCP_HOUSE_KEY": KEY, "PYTHONPATH": ROOT}
    process = subprocess.Popen([sys.executable, *MODULE, str(port)], env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
    return number


def at(port: int, key: str = KEY) -> dict[str, Any]:
    return {"url": f"http://127.0.0.1:{port}/mcp", "api_key": SecretStr(key)}


async def test_a_server_at_an_address_is_called_with_its_key_and_found_again_after_its_death(
    port: int,
) -> None:
    async with running(**at(port)) as house:
        with serving(port):
            await house.changed()
            assert house.names == ALL
            assert await house.call("add", a=1, b=2) == (True, "3")
        assert (await house.call("add", a=1, b=2))[0] is False
        with serving(port):
            assert await house.call_until_it_is_back()


async def test_a_key_for_this_house_goes_to_no_proxy(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with serving(port):
        async with running(**at(port)) as house:
            await house.changed()
            assert house.names == ALL


async def test_a_key_that_is_refused_is_told_and_never_shown(port: int) -> None:
    with serving(port):
        async with running(**at(port, "sk-wrong0123456789")) as house:
            await house.said("401")
            assert house.names == ()
            assert "sk-" not in "".join(house.told)


async def test_a_server_that_was_quiet_for_longer_than_a_call_may_take_is_still_heard(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mcp_server, "CALL_TIMEOUT_S", 1.0)
    async with quiet_server() as quiet, running(url=quiet.url) as house:
        await house.offers("house_hang")
        await quiet.listened.wait()
        for _ in range(2):  # each lasts as long as a call may take
            assert (await house.call("hang"))[0] is False
        assert quiet.build() == 1
        await house.offers("house_shed")
        assert house.told == []


async def test_a_server_that_acknowledges_nothing_any_more_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mcp_server, "CALL_TIMEOUT_S", 1.0)
    async with quiet_server() as quiet, running(url=quiet.url) as house:
        await house.offers("house_hang")
        await quiet.listened.wait()
        quiet.acknowledges = False
        assert (await house.call("hang"))[0] is False
        await house.said("house cannot be used: it has ended")


async def test_what_no_model_could_be_told_of_is_told_to_the_owner_once() -> None:
    async with quiet_server() as quiet:
        quiet.tools = ["hang", "hang"]
        async with running(url=quiet.url) as house:
            await house.said("offers tools that no model could be told of: hang")
            await quiet.listened.wait()
            assert quiet.build() == 1
            await house.offers("house_shed")
            assert len(house.told) == 1


async def test_tools_that_are_not_listed_at_first_are_asked_for_again_and_told_of_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mcp_news, "PAUSE_S", 0.0)
    monkeypatch.setattr(mcp_news, "AGAIN_S", 0.0)
    async with quiet_server() as quiet, running(url=quiet.url) as house:
        await house.offers("house_hang")
        await quiet.listened.wait()
        quiet.refusals = 3
        assert quiet.build() == 1
        await house.offers("house_shed")
        assert len(house.told) == 1
        assert house.told[0].endswith(
            "has other tools than before, and does not list them: MCPError: not now <3>?[2Jall is lost"
        )


async def test_a_tool_whose_name_differs_for_the_server_alone_is_called_by_its_other_name() -> None:
    async with quiet_server() as quiet:
        quiet.tools = ["get-time"]
        async with running(url=quiet.url) as house:
            await house.offers("house_get_time")
            assert await house.call("get_time") == (True, "get-time")
            await quiet.listened.wait()
            quiet.tools = ["get_time"]
            assert quiet.say_that_they_are_others() == 1
            await house.changed(times=2)
            assert await house.call("get_time") == (True, "get_time")
