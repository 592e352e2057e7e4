"""Runs what is called, each call within its time, and says what came of it exactly once."""

import asyncio
import inspect
from collections.abc import Callable
from typing import Final

from appliance.conversation.vocabulary import ToolCall, ToolDone
from appliance.skills.outcome import Outcome, ToolError, failed
from appliance.skills.registry import Registry

# The conversation gives all tools of an answer up after 30 s; before that, each one says itself that it was
# too slow, so that the log names it.
CALL_TIMEOUT_S: Final = 25.0
# Calls under way at the same time: a model that wants more is going round in circles.
MAX_RUNNING: Final = 16


class ToolRunner:
    """The `Tools` of a conversation. Belongs to the event loop."""

    def __init__(self, registry: Registry, timeout_s: float = CALL_TIMEOUT_S) -> None:
        self._registry = registry
        self._timeout_s = timeout_s
        self._running: set[asyncio.Task[None]] = set()

    def run(self, call: ToolCall, done: Callable[[ToolDone], None]) -> None:
        """Run it; `done` is called once, at once or later. Never blocks or raises."""
        if len(self._running) >= MAX_RUNNING:
            done(_done(call, failed(f"{MAX_RUNNING} tools are running already")))
            return
        task = asyncio.get_running_loop().create_task(self._run(call, done))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def close(self) -> None:
        """Give up what runs; nobody is told."""
        running = tuple(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _run(self, call: ToolCall, done: Callable[[ToolDone], None]) -> None:
        deadline = asyncio.timeout(self._timeout_s)
        try:
            async with deadline:
                outcome = self._registry.call(call)
                if inspect.isawaitable(outcome):
                    outcome = await outcome
        except ToolError as refused:
            outcome = failed(str(refused))
        except TimeoutError as late:
            outcome = failed("the tool took too long") if deadline.expired() else _broke(late)
        except Exception as fault:  # noqa: BLE001  the outermost frame of a tool: the answer goes on without it
            outcome = _broke(fault)
        done(_done(call, outcome))


def _done(call: ToolCall, outcome: Outcome) -> ToolDone:
    return ToolDone(call, outcome.ok, outcome.output)


def _broke(fault: Exception) -> Outcome:
    """Only its kind: its text was written for nobody in particular, and may hold anything."""
    return failed(f"the tool failed ({type(fault).__name__})")
