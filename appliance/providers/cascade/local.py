"""Ears and mouth of the cascade on this machine: the offline worker's, whatever writes the answers."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from typing import Any

import numpy as np

from appliance.conversation.vocabulary import Languages, UsageUnit
from appliance.errors import FailureCategory, ProviderError
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, ms_of_samples
from appliance.providers.cascade.stages import Transcription, Usage
from appliance.providers.offline.keeper import OfflineWorker
from appliance.providers.offline.loudness import OUTPUT_RATE_HZ
from appliance.providers.offline.messages import SPEED_MAX, SPEED_MIN, Broken, Done, Sound
from appliance.providers.offline.process import JobReport, WorkerProcess

UNDERSTOOD_LANGUAGE = "en"
# Of a turn: as much as the worker takes.
KEPT_MAX_SAMPLES = 60 * NEAR_RATE_HZ
# A sentence of more characters than this is none.
TEXT_MAX_CHARACTERS = 4_000
# To the first sound of a text, and from each to the next. A clause is rendered in 20 ms here, with Piper
# in 200 ms; behind the one before it waits for that.
SOUND_TIMEOUT_S = 5.0


def open_local_stt(worker: OfflineWorker) -> "LocalSpeechToText":
    """Speech-to-text by `worker`, whose owner stops it."""
    return LocalSpeechToText(worker)


def open_local_tts(worker: OfflineWorker, speed: float = 1.0) -> "LocalTextToSpeech":
    """Text-to-speech by `worker`, in the voice of its options; its owner stops it. `speed` is that of this
    voice, by which what is asked for is multiplied."""
    return LocalTextToSpeech(worker, speed)


class LocalSpeechToText:
    """A `SpeechToText` that understands English and writes a turn down when it is over."""

    languages = Languages.ENGLISH

    def __init__(self, worker: OfflineWorker) -> None:
        self._worker = worker

    async def open(self) -> None:
        """See `Stage`: the worker becomes warm. Cancelled, it goes on with that, for the next who asks."""
        await self._worker.start()

    async def close(self) -> None:
        """See `Stage`."""

    def listen(self, language: str) -> Transcription:
        """See `SpeechToText`."""
        return _LocalTurn(self._worker, language)


class _LocalTurn:
    """A `Transcription`. Bound: `KEPT_MAX_SAMPLES`; the oldest are dropped, as the worker would."""

    def __init__(self, worker: OfflineWorker, language: str) -> None:
        self._worker = worker
        self._language = language
        self._chunks: deque[Pcm] = deque()
        self._samples = 0

    @property
    def usage(self) -> Usage:
        """The sound that was taken."""
        return {UsageUnit.INPUT_AUDIO_MS: round(ms_of_samples(self._samples, NEAR_RATE_HZ))}

    def append(self, pcm: Pcm) -> None:
        """See `Transcription`."""
        self._chunks.append(pcm.copy())
        self._samples += len(pcm)
        while self._samples - len(self._chunks[0]) >= KEPT_MAX_SAMPLES:
            self._samples -= len(self._chunks.popleft())

    async def finish(self) -> str:
        """See `Transcription`."""
        if self._language.partition("-")[0].lower() != UNDERSTOOD_LANGUAGE:
            message = f"speech-to-text on this machine understands English only, not {self._language!r}"
            raise ProviderError(FailureCategory.MODEL_UNAVAILABLE, message)
        turn = np.concatenate((np.empty(0, np.int16), *self._chunks))
        return await self._worker.transcribe(turn)

    async def close(self) -> None:
        """See `Transcription`."""
        self._chunks.clear()


class LocalTextToSpeech:
    """A `TextToSpeech` that speaks the language of its voice; beyond what it can pace, at the nearest."""

    def __init__(self, worker: OfflineWorker, speed: float = 1.0) -> None:
        self._worker = worker
        self._speed = speed

    @property
    def rate_hz(self) -> int:
        return OUTPUT_RATE_HZ

    @property
    def speeds(self) -> tuple[float, float]:
        return SPEED_MIN / self._speed, SPEED_MAX / self._speed

    async def open(self) -> None:
        """See `Stage`: the worker becomes warm. Cancelled, it goes on with that, for the next who asks."""
        await self._worker.start()

    async def close(self) -> None:
        """See `Stage`."""

    async def speak(self, text: str, language: str, speed: float) -> AsyncGenerator[Pcm, None]:
        """See `TextToSpeech`."""
        if len(text) > TEXT_MAX_CHARACTERS:
            raise ValueError(f"{len(text)} characters are too many to be said at once")
        pace = min(max(speed * self._speed, SPEED_MIN), SPEED_MAX)
        process = await self._worker.start()
        reports: asyncio.Queue[JobReport] = asyncio.Queue()  # bounded by the text
        job = process.speak(text, reports.put_nowait, pace)
        try:
            while not isinstance(report := await _next(reports, process), Done):
                if isinstance(report, Broken):
                    raise ProviderError(report.category, report.message)
                if isinstance(report, Sound):
                    yield report.pcm
        finally:
            process.cancel(job)


async def _next(reports: "asyncio.Queue[JobReport]", process: WorkerProcess) -> JobReport:
    """The next report. Raises `ProviderError` where none comes in time, or the worker is lost."""
    if not reports.empty():
        return reports.get_nowait()
    arriving = asyncio.create_task(reports.get())
    either: set[asyncio.Future[Any]] = {arriving, process.lost}
    try:
        await asyncio.wait(either, timeout=SOUND_TIMEOUT_S, return_when=asyncio.FIRST_COMPLETED)
        if arriving.done():
            return arriving.result()
    finally:
        arriving.cancel()
    if process.lost.done():
        raise process.lost.result()
    message = f"the offline worker said nothing for {SOUND_TIMEOUT_S:g} s"
    raise ProviderError(FailureCategory.TIMED_OUT, message)
