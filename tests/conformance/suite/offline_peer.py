"""The offline provider and its real worker process, between which everything is noted."""

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, cast

import numpy as np

from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from appliance.providers.offline.keeper import OfflineWorker
from appliance.providers.offline.messages import Sound
from appliance.providers.offline.process import JobReport, Listener, WorkerProcess
from appliance.providers.offline.session import OfflineSession
from tests.conformance.suite.peer import Kind, Peer, Told
from tests.conformance.suite.plan import Plan
from tests.conformance.suite.wire import Wire
from tests.providers.offline.talking import NOW, offline_worker, spoken

# The recognizer's speech detector remembers the clip before; these it writes down alike every time.
_QUESTION, _MORE, _WISH = "What time is it?", "What day is it today?", "Start a timer for five minutes."


class _Watched:
    """The worker's process, with notes of the sound that went in and out."""

    def __init__(self, process: WorkerProcess) -> None:
        self._process = process
        self.heard: list[Pcm] = []
        self.made: list[Pcm] = []
        self.said: list[str] = []
        self.asked = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._process, name)

    def append(self, pcm: Pcm) -> None:
        self.heard.append(pcm)
        self._process.append(pcm)

    def discard(self) -> None:
        self.heard.clear()
        self._process.discard()

    def commit(self, now: datetime, listener: Listener, *, stands_in: bool = False) -> int:
        self.asked += 1
        return self._process.commit(now, self._noting(listener), stands_in=stands_in)

    def speak(self, text: str, listener: Listener, speed: float = 1.0) -> int:
        self.said.append(text)
        return self._process.speak(text, self._noting(listener), speed)

    def _noting(self, listener: Listener) -> Listener:
        def listen(report: JobReport) -> None:
            if isinstance(report, Sound):
                self.made.append(report.pcm)
            listener(report)

        return listen


class _WatchedWorker:
    """The part of `OfflineWorker` that a session uses."""

    def __init__(self, worker: OfflineWorker) -> None:
        self._worker = worker
        self.process: _Watched | None = None

    async def start(self) -> WorkerProcess:
        self.process = _Watched(await self._worker.start())
        return cast(WorkerProcess, self.process)


@asynccontextmanager
async def _open(plan: Plan, worker: Any) -> AsyncIterator[Peer]:
    watched = _WatchedWorker(worker)
    session = OfflineSession(cast(OfflineWorker, watched), lambda: NOW)

    def told() -> Told:
        process, nothing = watched.process, np.empty(0, np.int16)
        if process is None:
            return Told(nothing, NEAR_RATE_HZ, "", nothing, 0)
        heard, made = (np.concatenate((nothing, *pieces)) for pieces in (process.heard, process.made))
        return Told(heard, NEAR_RATE_HZ, " ".join(process.said), made, process.asked)

    def lose() -> None:
        if (pid := worker.pid) is not None:
            os.kill(pid, signal.SIGKILL)

    asked = _WISH if plan.config.tools else _QUESTION
    async with Wire("tcp://127.0.0.1:9") as wire:
        yield Peer(session, wire, told, spoken(asked), spoken(_MORE), asked, reads=False, lose=lose)


KINDS = (Kind("offline", "Offline", _open, offline_worker, one_by_one=True),)
