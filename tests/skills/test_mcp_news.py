"""What a server says of its tools is followed for as long as it can say so."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, cast

import pytest
from mcp import MCPError
from mcp_types import INTERNAL_ERROR, METHOD_NOT_FOUND

from appliance.skills import mcp_news
from appliance.skills.mcp_news import ToolNews

if TYPE_CHECKING:
    from mcp import Client

PATIENCE_S = 10.0


class Listened:
    """In place of a `Client`: refuses to be listened to with each of `refusals`, and stands after that."""

    def __init__(self, *refusals: int) -> None:
        self.asked = 0
        self._refusals = refusals

    @asynccontextmanager
    async def listen(self, *, tools_list_changed: bool) -> AsyncIterator[AsyncIterator[None]]:
        assert tools_list_changed
        self.asked += 1
        if self.asked <= len(self._refusals):
            raise MCPError(self._refusals[self.asked - 1], "no")
        yield self._nothing()

    async def _nothing(self) -> AsyncIterator[None]:
        await asyncio.Event().wait()
        yield


async def test_a_refusal_that_may_pass_is_no_end_of_the_news(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mcp_news, "AGAIN_S", 0.0)
    client, looked = Listened(INTERNAL_ERROR, INTERNAL_ERROR), asyncio.Event()

    async def look() -> bool:
        looked.set()
        return True

    following = asyncio.create_task(ToolNews().follow(cast("Client", client), look))
    try:
        async with asyncio.timeout(PATIENCE_S):
            await looked.wait()
        assert client.asked == 3
    finally:
        following.cancel()
        await asyncio.wait({following})


async def test_a_server_that_knows_no_listening_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mcp_news, "AGAIN_S", 0.0)
    client = Listened(METHOD_NOT_FOUND)
    async with asyncio.timeout(PATIENCE_S):
        await ToolNews().listen(cast("Client", client))
    assert client.asked == 1
