"""`python -m tests.bench.piper`: espeak-ng against Piper: first sound, cost, and reading beside it.

Piper's rows need the extra (`./install.sh demo --piper`).
"""

import argparse
import asyncio
import time

import numpy as np

from appliance.errors import ProviderError
from appliance.pcm.formats import samples_of_ms
from appliance.providers.offline.keeper import OfflineWorker
from appliance.providers.offline.loudness import OUTPUT_RATE_HZ
from appliance.providers.offline.messages import Broken, Done, Sound
from appliance.providers.offline.options import OfflineOptions
from appliance.providers.offline.process import JobReport, WorkerProcess
from appliance.providers.offline.voice import synthesize
from appliance.settings.offline_voice import PIPER_MODEL, what_is_missing
from tests.bench.table import percentiles, spread
from tests.recordings import recordings

LOADED_S = 30.0
REPETITIONS = 5
READINGS = 20
PIECE_MS = 700
TEXTS = (
    "Yes.",
    "It is 3:20 in the afternoon.",
    "Sorry, I cannot reach anybody who could answer. I keep trying.",
    "The museum in the old town, which opens at ten, is free for children and three euros for the others.",
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen",
)
STORY = "Once upon a time there was a small loudspeaker that wanted to tell a very long story. " * 10


async def until_it_speaks_with_piper(worker: OfflineWorker) -> None:
    """Ask again until the voice is not espeak-ng's, which says the same thing always alike."""
    espeak = synthesize("Yes.")
    async with asyncio.timeout(LOADED_S):
        while np.array_equal(await worker.speak("Yes."), espeak):
            pass


async def say(process: WorkerProcess, text: str) -> tuple[float, float, float]:
    """Milliseconds to the first sound and to the last, and the seconds of sound between."""
    ended = asyncio.Event()
    sounds_at: list[float] = []
    samples = 0

    def hear(report: JobReport) -> None:
        nonlocal samples
        if isinstance(report, Sound):
            sounds_at.append(time.perf_counter())
            samples += len(report.pcm)
        elif isinstance(report, Done | Broken):
            ended.set()

    asked = time.perf_counter()
    process.speak(text, hear)
    await ended.wait()
    first_ms, last_ms = ((at - asked) * 1000 for at in (sounds_at[0], sounds_at[-1]))
    return first_ms, last_ms, samples / OUTPUT_RATE_HZ


async def voice_table(name: str, worker: OfflineWorker) -> None:
    """A row for each text: medians."""
    process = await worker.start()
    for text in TEXTS:
        said = np.array([await say(process, text) for _ in range(REPETITIONS)])
        first_ms, last_ms, sound_s = np.median(said, axis=0)
        factor = last_ms / 1000 / sound_s
        print(
            f"| {name} | {len(text)} | {first_ms:.0f} | {last_ms:.0f} | {sound_s:.1f} | {factor:.3f} |",
            flush=True,
        )


async def read_beside(name: str, worker: OfflineWorker) -> None:
    """How long a reading takes while a long text is being said."""
    process = await worker.start()
    waits_ms, late = [], 0
    job = process.speak(STORY, lambda report: None)
    for number in range(READINGS):
        recording = recordings()[number % len(recordings())]
        end = recording.speech_start + samples_of_ms(PIECE_MS, 16_000)
        asked = time.perf_counter()
        try:
            await worker.read_words(recording.pcm[recording.speech_start : end])
            waits_ms.append((time.perf_counter() - asked) * 1000)
        except ProviderError:
            late += 1
    process.cancel(job)
    print(f"{name}: {PIECE_MS} ms read within {spread(percentiles(waits_ms), 'ms')}, {late} late", flush=True)


async def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.piper", description=__doc__)
    parser.parse_args()
    voices = {"espeak-ng": OfflineOptions()}
    if missing := what_is_missing("piper"):
        print(missing)
    else:
        voices["Piper"] = OfflineOptions(piper_model=str(PIPER_MODEL))
    workers = {name: OfflineWorker(options) for name, options in voices.items()}
    try:
        print("| voice | characters | first sound ms | all of it ms | sound s | of real time |")
        print("| --- | --- | --- | --- | --- | --- |")
        for name, worker in workers.items():
            if name == "Piper":
                await until_it_speaks_with_piper(worker)
            await voice_table(name, worker)
        print("\nWhile ten sentences are being said:\n")
        for name, worker in workers.items():
            await read_beside(name, worker)
    finally:
        for worker in workers.values():
            await worker.stop()


if __name__ == "__main__":
    asyncio.run(main())
