"""A simulator in a thread with a loop of its own, for tests that are not asynchronous."""

import asyncio
import threading
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Generic, Self

from tests.simulators.simulator import RecordT, Simulated

# Starting and stopping a server on loopback takes milliseconds.
THREAD_TIMEOUT_S = 5.0


class InThread:
    """Runs `server` from `with` to the end of it."""

    def __init__(self, server: AbstractAsyncContextManager[object], name: str) -> None:
        self._server = server
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name=name)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = asyncio.Event()
        self._started = threading.Event()

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._started.wait(THREAD_TIMEOUT_S), "the simulator did not start"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(THREAD_TIMEOUT_S)
        assert not self._thread.is_alive(), "the simulator did not stop"

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        async with self._server:
            self._started.set()
            await self._stop.wait()


class SimulatorInThread(InThread, Generic[RecordT]):
    """The same for a simulator, as tests see it."""

    def __init__(self, simulator: Simulated[RecordT], name: str) -> None:
        super().__init__(simulator, name)
        self._simulator = simulator

    @property
    def url(self) -> str:
        """Where it is reached."""
        return self._simulator.url

    @property
    def record(self) -> RecordT:
        """What clients did; complete once they have closed."""
        return self._simulator.record
