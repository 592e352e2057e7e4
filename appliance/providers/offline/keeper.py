"""The worker that stays warm from one session to the next."""

import asyncio
from typing import Any

import numpy as np

from appliance.errors import FailureCategory, ProviderError
from appliance.pcm.formats import Pcm
from appliance.providers.offline.messages import Broken, Done, Sound
from appliance.providers.offline.options import OfflineOptions
from appliance.providers.offline.process import JobReport, WorkerProcess

# An announcement is rendered in 20 ms here; behind the transcription of a long turn it waits for it.
SPEAK_DEADLINE_S = 5.0
# About a minute of speech, which is more than anybody listens to.
SPEAK_MAX_CHARS = 1_000


class OfflineWorker:
    """Keeps at most one worker process; one that was lost is replaced by the next `start`.

    Belongs to one event loop's thread. `stop` must be called in the end; a worker whose parent
    dies without it ends by itself.
    """

    def __init__(self, options: OfflineOptions | None = None) -> None:
        self._options = options or OfflineOptions()
        self._starting: asyncio.Task[WorkerProcess] | None = None

    @property
    def pid(self) -> int | None:
        """The process that is warm now."""
        process = self._current()
        return process.pid if process else None

    async def start(self) -> WorkerProcess:
        """The warm worker; started and warmed where there is none, within `WARM_DEADLINE_S`.

        Raises `ProviderError` where it cannot be had. Cancelling this does not end the start: who
        asks next finds it further on.
        """
        if self._starting is None or (self._starting.done() and self._current() is None):
            self._starting = asyncio.create_task(self._replace(self._starting))
        starting = self._starting
        await asyncio.wait({starting})  # which, cancelled, leaves alone what it waits for
        if starting.cancelled():
            raise ProviderError(FailureCategory.SESSION_CLOSED, "the offline worker was stopped")
        return starting.result()

    async def speak(self, text: str) -> Pcm:
        """`text` as speech, 24 kHz, within `SPEAK_DEADLINE_S` of the worker being warm.

        Raises `ProviderError`; `ValueError` beyond `SPEAK_MAX_CHARS`.
        """
        if len(text) > SPEAK_MAX_CHARS:
            raise ValueError(f"{len(text)} characters are too many to be said")
        process = await self.start()
        said: asyncio.Future[ProviderError | None] = asyncio.get_running_loop().create_future()
        chunks: list[Pcm] = [np.empty(0, np.int16)]

        def listen(report: JobReport) -> None:
            match report:
                case Sound(_, pcm):
                    chunks.append(pcm)
                case Done():
                    said.set_result(None)
                case Broken(_, category, message):
                    said.set_result(ProviderError(category, message))

        job = process.speak(text, listen)
        either: set[asyncio.Future[Any]] = {said, process.lost}
        try:
            await asyncio.wait(either, timeout=SPEAK_DEADLINE_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            process.cancel(job)
        error = said.result() if said.done() else _why_unsaid(process)
        if error is not None:
            raise error
        return np.concatenate(chunks)

    async def stop(self) -> None:
        """End the worker, within a second; a start under way ends too."""
        starting, self._starting = self._starting, None
        if starting is None:
            return
        starting.cancel()
        await asyncio.wait({starting})
        if (process := _outcome(starting)) is not None:
            await process.stop()

    async def _replace(self, previous: "asyncio.Task[WorkerProcess] | None") -> WorkerProcess:
        if previous is not None and (process := _outcome(previous)) is not None:
            await process.stop()
        return await WorkerProcess.start(self._options)

    def _current(self) -> WorkerProcess | None:
        """The process of the last start, if it is there."""
        if self._starting is None or not self._starting.done():
            return None
        process = _outcome(self._starting)
        return None if process is None or process.lost.done() else process


def _why_unsaid(process: WorkerProcess) -> ProviderError:
    if process.lost.done():
        return process.lost.result()
    message = f"the offline worker said nothing within {SPEAK_DEADLINE_S:g} s"
    return ProviderError(FailureCategory.TIMED_OUT, message)


def _outcome(done: "asyncio.Task[WorkerProcess]") -> WorkerProcess | None:
    """What a start led to; None where it failed."""
    return None if done.cancelled() or done.exception() is not None else done.result()
