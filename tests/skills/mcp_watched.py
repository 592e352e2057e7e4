"""A real MCP server that runs, and is watched."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from appliance.skills.mcp_server import McpOptions, McpServer
from appliance.skills.outcome import MAX_OUTPUT_CHARS, Outcome
from appliance.skills.tool import Tool

ROOT = str(Path(__file__).parents[2])
MODULE = ("-m", "tests.skills.mcp_house")
KEY = "sk-canary0123456789"
# A Python that imports the package and a web server takes some seconds on a busy machine.
PATIENCE_S = 60.0
ALL = (
    "house_add",
    "house_hang",
    "house_crash",
    "house_environment",
    "house_much",
    "house_fail",
    "house_build",
)


class Watched:
    """A server that runs, what it offers, and what the owner was told."""

    def __init__(self, options: McpOptions) -> None:
        self.told: list[str] = []
        self.news = asyncio.Condition()
        self.server = McpServer(options, {"PYTHONPATH": ROOT}, self._take, self._hear)
        self.changes: list[tuple[int, int]] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def _take(self, old: Sequence[Tool], new: Sequence[Tool]) -> None:
        self.changes.append((len(old), len(new)))
        self._wake()

    def _hear(self, sentence: str) -> None:
        self.told.append(sentence)
        self._wake()

    def _wake(self) -> None:
        async def wake() -> None:
            async with self.news:
                self.news.notify_all()

        task = asyncio.get_running_loop().create_task(wake())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def changed(self, times: int = 1) -> None:
        """Wait until it has offered something else than before so often."""
        await self._until(lambda: len(self.changes) >= times)

    async def offers(self, name: str) -> None:
        """Wait until a tool of this name is among them."""
        await self._until(lambda: name in self.names)

    async def said(self, words: str) -> None:
        """Wait until the owner is told this."""
        await self._until(lambda: any(words in sentence for sentence in self.told))

    async def _until(self, there: Any) -> None:
        async with asyncio.timeout(PATIENCE_S), self.news:
            await self.news.wait_for(there)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(tool.declaration.name for tool in self.server.tools)

    async def call(self, name: str, **arguments: object) -> tuple[bool, Any]:
        """What the tool gave: whether it is fine, and the JSON of it."""
        tool = next(tool for tool in self.server.tools if tool.declaration.name == f"house_{name}")
        outcome = tool.call(json.dumps(arguments))
        assert not isinstance(outcome, Outcome)
        found = await outcome
        assert len(found.output) <= MAX_OUTPUT_CHARS
        return found.ok, json.loads(found.output)

    async def call_until_it_is_back(self) -> bool:
        """Whether `add` works again within the patience."""
        async with asyncio.timeout(PATIENCE_S):
            while not (await self.call("add", a=1, b=2))[0]:  # noqa: ASYNC110  a foreign process tells nobody
                await asyncio.sleep(0.1)
        return True


@asynccontextmanager
async def running(**options: Any) -> AsyncIterator[Watched]:
    """The server of the tests with these `McpOptions`, or another one."""
    given = {"command": (sys.executable, *MODULE)} if "url" not in options else {}
    watched = Watched(McpOptions("house", **{**given, **options}))
    task = asyncio.create_task(watched.server.run())
    try:
        yield watched
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
