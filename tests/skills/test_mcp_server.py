"""Real MCP servers, over both transports: called, hanging, dying, coming back."""

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from appliance.service.assembly import CLOSE_TIMEOUT_S
from appliance.skills import mcp_server
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

    async def changed(self) -> None:
        """Wait until it offers something else than before."""
        await self._until(lambda: bool(self.changes))

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
    given = {"command": (sys.executable, *MODULE)} if "url" not in options else {}
    watched = Watched(McpOptions("house", **{**given, **options}))
    task = asyncio.create_task(watched.server.run())
    try:
        yield watched
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_started_server_is_listed_and_called() -> None:
    async with running() as house:
        await house.changed()
        assert house.names == ALL
        (add, *_) = house.server.tools
        assert add.declaration.description == "Add two numbers."
        assert json.loads(add.declaration.parameters)["required"] == ["a", "b"]
        assert await house.call("add", a=1, b=2) == (True, "3")
        assert house.told == []


async def test_calls_run_beside_one_another() -> None:
    async with running() as house:
        await house.changed()
        results = await asyncio.gather(*(house.call("add", a=number, b=1) for number in range(20)))
        assert results == [(True, str(number + 1)) for number in range(20)]


async def test_wrong_arguments_and_failures_are_errors_for_the_model() -> None:
    async with running() as house:
        await house.changed()
        ok, wrong = await house.call("add", a="x")
        assert (ok, "validation" in wrong["error"]) == (False, True)
        assert (await house.call("fail"))[0] is False


async def test_a_long_result_is_cut() -> None:
    async with running() as house:
        await house.changed()
        ok, found = await house.call("much", characters=3_000_000)
        assert ok
        assert found["cut_after"] == MAX_OUTPUT_CHARS


async def test_a_started_server_knows_none_of_our_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "/run/credentials")
    async with running() as house:
        await house.changed()
        _, names = await house.call("environment")
        assert {"PATH", "PYTHONPATH"} <= set(names.split())
        assert not {name for name in names.split() if "KEY" in name or "CREDENTIALS" in name}


async def test_only_what_the_owner_allows_is_offered() -> None:
    async with running(allow=("add", "much")) as house:
        await house.changed()
        assert house.names == ("house_add", "house_much")


async def test_a_tool_that_hangs_is_an_error_and_the_next_call_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mcp_server, "CALL_TIMEOUT_S", 0.2)
    async with running() as house:
        await house.changed()
        ok, found = await house.call("hang")
        assert (ok, "0.2 s" in found["error"]) == (False, True)
    async with running() as house:
        await house.changed()
        monkeypatch.setattr(mcp_server, "CALL_TIMEOUT_S", PATIENCE_S)
        assert await house.call("add", a=1, b=2) == (True, "3")


async def test_a_server_that_dies_is_an_error_and_comes_back_with_its_tools() -> None:
    async with running() as house:
        await house.changed()
        assert (await house.call("crash"))[0] is False
        await house.said("it has ended; it is tried again")
        assert house.names == ALL
        ok, found = await house.call("add", a=1, b=2)
        assert ok or "started anew" in found["error"]
        assert await house.call_until_it_is_back()
        assert house.changes == [(0, len(ALL))]


@pytest.mark.parametrize("module", ["tests.skills.mcp_house", "tests.skills.mcp_old"], ids=["2026", "2025"])
async def test_a_server_that_says_that_its_tools_are_others_is_listed_anew(module: str) -> None:
    async with running(command=(sys.executable, "-m", module)) as house:
        await house.changed()
        before = house.names
        assert "house_shed" not in before
        assert await house.call("build") == (True, "done")
        await house.offers("house_shed")
        assert house.names == (*before, "house_shed")
        assert house.changes == [(0, len(before)), (len(before), len(before) + 1)]
        assert house.told == []


async def test_a_server_that_does_not_list_its_other_tools_keeps_those_it_had() -> None:
    async with running(command=(sys.executable, "-m", "tests.skills.mcp_old")) as house:
        await house.changed()
        before = house.names
        assert await house.call("lock") == (True, "done")
        await house.said("has other tools than before, and does not list them")
        assert house.names == before
        assert await house.call("lock") == (True, "done")


ENDLESS = """
import os, sys
open({number!r}, "w").write(str(os.getpid()))
while True:
    sys.stdout.write("x" * 65_536)
"""


async def test_a_program_that_writes_a_line_without_end_is_ended_and_named(tmp_path: Path) -> None:
    number = tmp_path / "pid"
    async with running(command=(sys.executable, "-c", ENDLESS.format(number=str(number)))) as house:
        process = await started(number)
        await house.said("house cannot be used: ")
        assert house.told == [
            "the MCP server house cannot be used: it writes a line that does not end; it is tried again"
        ]
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


async def test_a_server_that_begins_a_line_without_end_fails_the_call_and_comes_back() -> None:
    async with running(command=(sys.executable, "-m", "tests.skills.mcp_old")) as house:
        await house.changed()
        assert (await house.call("flood"))[0] is False
        await house.said("house cannot be used: it writes a line that does not end; it is tried again")
        async with asyncio.timeout(PATIENCE_S):
            while not (await house.call("build"))[0]:  # noqa: ASYNC110  a foreign process tells nobody
                await asyncio.sleep(0.1)


async def test_a_program_that_does_not_exist_is_told_once() -> None:
    async with running(command=("/nonexistent/program",)) as house:
        await house.said("No such file or directory: /nonexistent/program")
        assert house.names == ()
        assert len(house.told) == 1


async def test_a_program_that_speaks_something_else_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mcp_server, "START_TIMEOUT_S", 1.0)
    async with running(command=("sh", "-c", "while true; do echo nonsense; sleep 0.1; done")) as house:
        await house.said("it did not answer within 1 s")


async def test_when_it_is_closed_its_process_has_ended(tmp_path: Path) -> None:
    number = tmp_path / "pid"
    script = f"echo $$ > {number}; exec {sys.executable} {' '.join(MODULE)}"
    async with running(command=("sh", "-c", script)) as house:
        await house.changed()
        os.kill(int(number.read_text()), 0)
    with pytest.raises(ProcessLookupError):
        os.kill(int(number.read_text()), 0)


STUBBORN = "trap '' TERM; echo $$ > {number}; while true; do sleep 0.1; done"


def process_in(file: Path) -> int:
    """The process id that a program has written there; 0 as long as there is none."""
    return int(file.read_text().strip() or 0) if file.exists() else 0


async def started(file: Path) -> int:
    """Wait for the program that writes its process id there."""
    async with asyncio.timeout(PATIENCE_S):
        while not (process := process_in(file)):  # noqa: ASYNC110  a foreign process tells nobody
            await asyncio.sleep(0.02)
    return process


async def test_a_program_that_wants_to_stay_is_gone_before_the_daemon_is(tmp_path: Path) -> None:
    number = tmp_path / "pid"
    async with running(command=("sh", "-c", STUBBORN.format(number=number))):
        process = await started(number)
        began_s = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - began_s < CLOSE_TIMEOUT_S
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


async def test_a_start_whose_time_is_over_while_it_is_ended_is_ended_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mcp_server, "START_TIMEOUT_S", 0.5)
    number = tmp_path / "pid"
    watched = Watched(McpOptions("house", ("sh", "-c", STUBBORN.format(number=number))))
    serving = asyncio.create_task(watched.server.run())
    process = await started(number)
    for _ in range(8):
        serving.cancel()
        await asyncio.wait({serving}, timeout=0.1)
    await asyncio.wait({serving}, timeout=8)
    assert serving.cancelled()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


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
