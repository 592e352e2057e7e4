"""What is told to a GPT-Live session while the vendor still opens it."""

import asyncio
import json
from dataclasses import replace

import pytest
from pydantic import SecretStr
from websockets.asyncio.server import ServerConnection, serve

from appliance.conversation.vocabulary import CloseSession, Configure, ProviderEvent, Ready
from appliance.providers.openai_live.options import LiveOptions
from appliance.providers.openai_live.session import open_openai_live
from tests.simulators.openai_talk import CONFIG, KEY, PATIENCE_S

pytestmark = pytest.mark.timeout(10)


async def test_a_configuration_that_comes_meanwhile_is_not_lost() -> None:
    asked, ready = asyncio.Event(), asyncio.Event()
    may_start, told = asyncio.Event(), asyncio.Queue[str]()

    async def slow_to_start(connection: ServerConnection) -> None:
        await connection.recv()
        asked.set()
        await may_start.wait()
        await connection.send(json.dumps({"type": "session.started", "session": {"id": "live_1"}}))
        async for frame in connection:
            event = json.loads(frame)
            if event["type"] == "session.instructions.append":
                told.put_nowait(event["content"])

    def emit(event: ProviderEvent) -> None:
        if isinstance(event, Ready):
            ready.set()

    async with serve(slow_to_start, "127.0.0.1", 0, close_timeout=1) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        session = open_openai_live(LiveOptions(SecretStr(KEY), url=f"ws://127.0.0.1:{port}/"))
        running = asyncio.create_task(session.run(CONFIG, (), emit))
        async with asyncio.timeout(PATIENCE_S):
            await asked.wait()
            session.send(Configure(replace(CONFIG, instructions="Be brief.")))
            may_start.set()
            await ready.wait()
            assert "Be brief." in await told.get()
            session.send(CloseSession())
            await running
