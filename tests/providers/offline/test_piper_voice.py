"""The real Piper, where the extra is installed: as loud as the other voice, and broken off at once."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from appliance.pcm.formats import NEAR_RATE_HZ
from appliance.pcm.level import peak_dbfs, rms_dbfs
from appliance.pcm.resample import Resampler
from appliance.providers.offline import keeper
from appliance.providers.offline.keeper import OfflineWorker
from appliance.providers.offline.loudness import OUTPUT_RATE_HZ
from appliance.providers.offline.messages import Sound
from appliance.providers.offline.options import OfflineOptions
from appliance.providers.offline.process import JobReport
from appliance.providers.offline.voice import synthesize
from appliance.settings.offline_voice import PIPER_MODEL, what_is_missing
from tests.bench.piper import until_it_speaks_with_piper
from tests.providers.offline.test_worker import ended_within

pytestmark = pytest.mark.skipif(
    bool(what_is_missing("piper")), reason=f"Piper is an extra. {what_is_missing('piper')}"
)

SENTENCE = "the weather will be warm and sunny in the afternoon"
LONG = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen " * 2


@pytest.fixture
async def worker(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[OfflineWorker]:
    monkeypatch.setattr(keeper, "READ_DEADLINE_S", 10.0)
    worker = OfflineWorker(OfflineOptions(piper_model=str(PIPER_MODEL)))
    await until_it_speaks_with_piper(worker)
    yield worker
    await worker.stop()


async def test_piper_is_understood_and_is_not_espeak(worker: OfflineWorker) -> None:
    said = await worker.speak(SENTENCE)
    resampler = Resampler(OUTPUT_RATE_HZ, NEAR_RATE_HZ)
    near = np.concatenate((resampler.process(said), resampler.flush()))
    heard = set((await worker.read_words(near)).lower().strip(".").split())
    assert len(heard & set(SENTENCE.split())) >= 7  # of 9: the voice never says the same thing twice alike
    espeak = synthesize(SENTENCE)
    assert len(said) != len(espeak)
    assert rms_dbfs(said) == pytest.approx(-20, abs=1) or peak_dbfs(said) == pytest.approx(-1, abs=0.3)


async def test_the_process_of_piper_does_not_outlive_a_worker_that_is_killed(worker: OfflineWorker) -> None:
    process = await worker.start()
    tasks = Path(f"/proc/{process.pid}/task").iterdir()  # noqa: ASYNC240  procfs does not block
    children = [int(pid) for task in tasks for pid in (task / "children").read_text().split()]
    os.kill(process.pid, signal.SIGKILL)
    assert len(children) == 1
    assert ended_within(children[0], 2.0)


async def test_a_long_piece_is_broken_off_in_the_middle(worker: OfflineWorker) -> None:
    process = await worker.start()
    first = asyncio.Event()

    def hear(report: JobReport) -> None:
        if isinstance(report, Sound):
            first.set()

    began = time.perf_counter()
    await worker.speak(LONG)
    whole_s = time.perf_counter() - began
    job = process.speak(LONG, hear)
    await first.wait()
    process.cancel(job)
    began = time.perf_counter()
    await worker.speak("Yes.")
    assert time.perf_counter() - began < whole_s / 2
