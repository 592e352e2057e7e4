"""Whatever a tool does, its call ends once, in words for the model."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from appliance.conversation.vocabulary import ToolCall, ToolDone
from appliance.skills.outcome import ToolError
from appliance.skills.registry import Registry
from appliance.skills.runner import MAX_RUNNING, ToolRunner
from appliance.skills.tool import FunctionTool


def call(name: str, number: int = 1) -> ToolCall:
    return ToolCall(1, f"call-{number}", name, "{}")


def runner_of(*functions: Callable[..., Any], timeout_s: float = 5.0) -> ToolRunner:
    return ToolRunner(Registry([FunctionTool(function) for function in functions]), timeout_s)


async def ended(runner: ToolRunner, *calls: ToolCall) -> list[ToolDone]:
    """What came of `calls`, in the order in which they ended."""
    done: asyncio.Queue[ToolDone] = asyncio.Queue()
    for each in calls:
        runner.run(each, done.put_nowait)
    found = [await done.get() for _ in calls]
    await runner.close()
    assert done.empty()
    return found


def quick() -> str:
    """Answer at once."""
    return "done"


async def hang() -> None:
    """Never answer."""
    await asyncio.Event().wait()


async def test_a_plain_function_is_called() -> None:
    assert await ended(runner_of(quick), call("quick")) == [ToolDone(call("quick"), ok=True, output='"done"')]


async def test_a_tool_that_hangs_is_an_error_when_its_time_is_over() -> None:
    (done,) = await ended(runner_of(hang, timeout_s=0.01), call("hang"))
    assert (done.ok, json.loads(done.output)) == (False, {"error": "the tool took too long"})


def broken() -> None:
    """Break."""
    raise RuntimeError("with sk-secret in it")


async def broken_later() -> None:
    """Break after a while."""
    raise TimeoutError("with sk-secret in it")


@pytest.mark.parametrize("function", [broken, broken_later])
async def test_a_tool_that_breaks_is_an_error_without_what_it_knew(function: Callable[..., Any]) -> None:
    (done,) = await ended(runner_of(function), call(function.__name__))
    assert not done.ok
    assert "failed" in done.output
    assert "secret" not in done.output


async def refuse_later() -> None:
    """Refuse after a while."""
    raise ToolError("not today")


async def test_a_refusal_that_comes_later_is_told_in_its_own_words() -> None:
    (done,) = await ended(runner_of(refuse_later), call("refuse_later"))
    assert (done.ok, done.output) == (False, '{"error": "not today"}')


async def test_parallel_calls_end_each_for_itself() -> None:
    gate = asyncio.Event()

    async def wait() -> str:
        """Wait for the other one."""
        await gate.wait()
        return "waited"

    def open_it() -> str:
        """Let the other one go on."""
        gate.set()
        return "opened"

    done = await ended(runner_of(wait, open_it), call("wait", 1), call("open_it", 2))
    assert [(each.call.call, each.output) for each in done] == [
        ("call-2", '"opened"'),
        ("call-1", '"waited"'),
    ]


async def test_a_model_that_calls_without_end_is_refused() -> None:
    runner, done = runner_of(hang), list[ToolDone]()
    for number in range(MAX_RUNNING + 1):
        runner.run(call("hang", number), done.append)
    assert [(each.call.call, each.ok) for each in done] == [(f"call-{MAX_RUNNING}", False)]
    await runner.close()


async def test_closing_ends_what_runs_and_tells_nobody() -> None:
    runner, done = runner_of(hang), list[ToolDone]()
    runner.run(call("hang"), done.append)
    await runner.close()
    assert done == []
    assert len(asyncio.all_tasks()) == 1
