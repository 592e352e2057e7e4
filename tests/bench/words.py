"""`python -m tests.bench.words`: what the warm offline worker reads in short pieces of sound, and how fast.

From these tables the words are chosen that stop an answer, and those that do not take the floor.
"""

import argparse
import asyncio
import contextlib
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import product

import numpy as np

from appliance.errors import ProviderError
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, samples_of_ms
from appliance.providers.offline import keeper
from appliance.providers.offline.keeper import OfflineWorker
from appliance.providers.offline.voice import synthesize
from tests.bench.disturbances import disturbances
from tests.bench.floor_words import backchannels
from tests.bench.table import percentiles, spread
from tests.recordings import recordings

STOP_WORDS = ("stop", "wait", "no", "hold on")
BACKCHANNELS = ("mm-hmm", "uh-huh", "yeah", "okay", "go", "right")
VOICES = (
    "en-gb", "en-us", "en-us+klatt2", "en-gb+f3", "en-us+f2", "en-gb-scotland", "en-us+m3", "en-us+klatt4",
)  # fmt: skip
WORDS_PER_MINUTE = (130, 160, 200)

# A piece as the conversation has it: from a little before the onset, in a quiet room.
LEAD_MS = 80.0
TAIL_MS = 50.0
ROOM_DBFS = -60.0

PIECES_MS = (300, 500, 700, 1000, 1500)
LATENCIES = 40
STORY = "Once upon a time there was a small loudspeaker that wanted to tell a very long story. " * 10


def in_room(sound: Pcm, chance: np.random.Generator) -> Pcm:
    """`sound` with what the room adds before, after and under it."""
    lead, tail = samples_of_ms(LEAD_MS, NEAR_RATE_HZ), samples_of_ms(TAIL_MS, NEAR_RATE_HZ)
    room = chance.normal(0, 32768 * 10 ** (ROOM_DBFS / 20), lead + len(sound) + tail)
    room[lead : lead + len(sound)] += sound
    return np.clip(np.rint(room), -32768, 32767).astype(np.int16)


def spoken(words: Iterable[str]) -> Iterator[tuple[str, Pcm]]:
    """Each word in every voice at every pace, and "mhm" as it is hummed, which no voice can spell."""
    for word, voice, pace in product(words, VOICES, WORDS_PER_MINUTE):
        yield word, synthesize(word, voice, pace, NEAR_RATE_HZ)
    for hummed in backchannels():
        if hummed.name.startswith("mhm"):
            yield hummed.name, hummed.pcm[hummed.onset : hummed.offset]


def beginnings() -> Iterator[tuple[str, Pcm]]:
    """The first moments of real sentences: what a question over an answer looks like so far."""
    for cut_ms, recording in product(PIECES_MS[:3], recordings()):
        end = recording.speech_start + samples_of_ms(cut_ms, NEAR_RATE_HZ)
        yield f"first {cut_ms} ms of “{recording.text[:40]}”", recording.pcm[recording.speech_start : end]


async def read_table(
    worker: OfflineWorker, title: str, pieces: Iterable[tuple[str, Pcm]], chance: np.random.Generator
) -> None:
    """A Markdown table: what was said, and what was read in it, how often."""
    table: dict[str, Counter[str]] = {}
    for name, pcm in pieces:
        read = await worker.read_words(in_room(pcm, chance))
        table.setdefault(name, Counter())[plain(read)] += 1
    print(f"| {title} | read |\n| --- | --- |")
    for name, counts in table.items():
        texts = [f"{text or '(nothing)'}" + f" ({n})" * (n > 1) for text, n in counts.most_common()]
        print(f"| {name} | {', '.join(texts)} |")
    print(flush=True)


def plain(text: str) -> str:
    """Lower case, without punctuation at the words' ends."""
    return " ".join(re.findall(r"[\w'-]*\w", text.lower()))


async def latency_table(worker: OfflineWorker) -> None:
    """Pieces of real sentences, with nothing else to do and while a long answer is being made."""
    print("| piece | idle | while an answer is made |\n| --- | --- | --- |")
    for ms in PIECES_MS:
        cells = [await _latencies(worker, ms, busy=busy) for busy in (False, True)]
        print(f"| {ms} ms | {cells[0]} | {cells[1]} |", flush=True)
    print()


async def _latencies(worker: OfflineWorker, ms: int, *, busy: bool) -> str:
    talking = asyncio.create_task(_talk(worker)) if busy else None
    waits_ms, late = [], 0
    long_enough = [one for one in recordings() if (one.speech_end - one.speech_start) >= ms * 16]
    for number in range(LATENCIES):
        recording = long_enough[number % len(long_enough)]
        end = recording.speech_start + samples_of_ms(ms, NEAR_RATE_HZ)
        asked = time.perf_counter()
        try:
            await worker.read_words(recording.pcm[recording.speech_start : end])
            waits_ms.append((time.perf_counter() - asked) * 1000)
        except ProviderError:
            late += 1
        await asyncio.sleep(0.05)
    if talking is not None:
        talking.cancel()
        await asyncio.wait({talking})
    return spread(percentiles(waits_ms), "ms") + f", {late} late" * bool(late)


async def _talk(worker: OfflineWorker) -> None:
    while True:
        with contextlib.suppress(ProviderError):
            await worker.speak(STORY[: keeper.SPEAK_MAX_CHARS])


async def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.words", description=__doc__)
    parser.parse_args()
    chance = np.random.default_rng(1996)
    worker = OfflineWorker()
    await worker.start()
    try:
        await latency_table(worker)
        await read_table(worker, "word", spoken(STOP_WORDS + BACKCHANNELS), chance)
        noises = ((noise.name, noise.pcm[noise.onset : noise.offset]) for noise in disturbances())
        await read_table(worker, "disturbance", noises, chance)
        await read_table(worker, "beginning", beginnings(), chance)
    finally:
        await worker.stop()


if __name__ == "__main__":
    asyncio.run(main())
