"""What breaks where nobody would notice: in callbacks of the loop and in tasks that nobody awaits."""

import asyncio
from collections.abc import Callable
from typing import Any


class Faults:
    """Tells `on_fault` of each fault of ours; belongs to the event loop."""

    def __init__(self, on_fault: Callable[[Exception], None]) -> None:
        self._on_fault = on_fault

    def watch_loop(self) -> None:
        """An exception in a callback would only be logged, and leave a conductor that takes nothing more."""
        asyncio.get_running_loop().set_exception_handler(self._take)

    def watch_task(self, task: "asyncio.Task[None]") -> None:
        """A task that nobody awaits."""
        task.add_done_callback(self._look_at)

    def _take(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Only a callback that raised is a fault of ours; a socket that broke is the link's business."""
        fault = context.get("exception")
        if fault is not None and "handle" in context:
            self._on_fault(fault)
        else:
            loop.default_exception_handler(context)

    def _look_at(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (fault := task.exception()) is not None:
            self._on_fault(fault if isinstance(fault, Exception) else RuntimeError(repr(fault)))
