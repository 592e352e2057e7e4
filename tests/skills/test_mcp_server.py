"""Real MCP servers that we start: called, hanging, dying, coming back."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from appliance.service.assembly import CLOSE_TIMEOUT_S
from appliance.skills import mcp_server
from appliance.skills.mcp_server import McpOptions
from appliance.skills.outcome import MAX_OUTPUT_CHARS
from tests.skills.mcp_watched import ALL, KEY, MODULE, PATIENCE_S, Watched, running


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
