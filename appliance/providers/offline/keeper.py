"""The worker that stays warm from one session to the next."""

import asyncio
from collections.abc import Callable
from typing import Any

import numpy as np

from appliance.errors import FailureCategory, ProviderError
from appliance.pcm.formats import Pcm
from appliance.providers.offline.messages import Broken, Done, Sound, Transcript
from appliance.providers.offline.options import OfflineOptions
from appliance.providers.offline.process import JobReport, Listener, WorkerProcess

# To the first sound of an announcement, and from each to the next. One is rendered in 20 ms here, with
# Piper in 200 ms; behind another one it waits for that.
SPEAK_DEADLINE_S = 5.0
# Within half a second of speech over an answer the length of the speech decides by itself, whatever was
# said. A second of sound takes 50 ms here.
READ_DEADLINE_S = 0.4
# A whole minute of speech takes 2 s here and 10 s on a slow Pi.
TRANSCRIBE_DEADLINE_S = 12.0
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
    def options(self) -> OfflineOptions:
        """What every process is started with."""
        return self._options

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
        """`text` as speech, 24 kHz; the worker does nothing for `SPEAK_DEADLINE_S` at most.

        Raises `ProviderError`; `ValueError` beyond `SPEAK_MAX_CHARS`.
        """
        if len(text) > SPEAK_MAX_CHARS:
            raise ValueError(f"{len(text)} characters are too many to be said")
        process = await self.start()
        reports = await _work_off(process, lambda hear: process.speak(text, hear), SPEAK_DEADLINE_S)
        chunks = [report.pcm for report in reports if isinstance(report, Sound)]
        return np.concatenate((np.empty(0, np.int16), *chunks))

    async def read_words(self, pcm: Pcm) -> str:
        """The words in `pcm`, 16 kHz, as the recognizer writes them; empty where nobody speaks.

        For evidence while somebody talks over an answer: `pcm` is best begun 0…100 ms before the onset
        and has at most `READ_MAX_SAMPLES`, else `ValueError`. Neither the turn that is being appended nor
        an answer that is being made is disturbed. Within `READ_DEADLINE_S`, or raises `ProviderError`:
        `model_unavailable` where no worker is warm (none is started for this), `timed_out`, or what
        became of the worker.
        """
        if (process := self._current()) is None:
            raise ProviderError(FailureCategory.MODEL_UNAVAILABLE, "the offline worker is not warm")
        reports = await _work_off(process, lambda hear: process.read(pcm, hear), READ_DEADLINE_S)
        return " ".join(report.text for report in reports if isinstance(report, Transcript))

    async def transcribe(self, pcm: Pcm) -> str:
        """The words of a whole turn, 16 kHz; empty where nobody speaks. Of more than a minute, of its end.

        The turn that an offline session is being told is not disturbed. A worker is started where there is
        none; then within `TRANSCRIBE_DEADLINE_S`, or raises `ProviderError`.
        """
        process = await self.start()
        reports = await _work_off(process, lambda hear: process.transcribe(pcm, hear), TRANSCRIBE_DEADLINE_S)
        return " ".join(report.text for report in reports if isinstance(report, Transcript))

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


async def _work_off(
    process: WorkerProcess, ask: Callable[[Listener], int], deadline_s: float
) -> list[JobReport]:
    """Everything that is reported of one job, up to `Done`, with something in every `deadline_s`.

    Raises `ProviderError`.
    """
    ended: asyncio.Future[ProviderError | None] = asyncio.get_running_loop().create_future()
    reports: list[JobReport] = []

    def hear(report: JobReport) -> None:
        reports.append(report)
        match report:
            case Done():
                ended.set_result(None)
            case Broken(_, category, message):
                ended.set_result(ProviderError(category, message))

    job = ask(hear)
    either: set[asyncio.Future[Any]] = {ended, process.lost}
    try:
        known = -1
        while known < len(reports) and not any(one.done() for one in either):
            known = len(reports)
            await asyncio.wait(either, timeout=deadline_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        process.cancel(job)
    error = ended.result() if ended.done() else _why_unfinished(process, deadline_s)
    if error is not None:
        raise error
    return reports


def _why_unfinished(process: WorkerProcess, deadline_s: float) -> ProviderError:
    if process.lost.done():
        return process.lost.result()
    message = f"the offline worker did not finish within {deadline_s:g} s"
    return ProviderError(FailureCategory.TIMED_OUT, message)


def _outcome(done: "asyncio.Task[WorkerProcess]") -> WorkerProcess | None:
    """What a start led to; None where it failed."""
    return None if done.cancelled() or done.exception() is not None else done.result()
