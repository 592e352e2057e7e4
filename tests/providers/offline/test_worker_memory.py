"""The worker lives for weeks: what it was told leaves nothing in its memory."""

import asyncio
import time

import numpy as np

from appliance.pcm.formats import NEAR_RATE_HZ
from appliance.providers.offline.keeper import OfflineWorker
from appliance.providers.offline.voice import synthesize
from tests.bench.long_run_growth import Holding, look

JOBS = 33
# Here it holds 3 MB less than when it was new, and without giving back 7 MB more.
GROWTH_KB = 2000
# It gives back once it has told the result, which takes some 10 ms.
RESTS_WITHIN_S = 1.0
WORDS = (
    "What time is it?",
    "Set a timer for ten minutes.",
    "Who wrote the play about the prince of Denmark?",
)


async def at_rest(pid: int) -> Holding:
    """The look at which it holds least."""
    looks = []
    deadline_s = time.monotonic() + RESTS_WITHIN_S
    while time.monotonic() < deadline_s:
        looks.append(look(pid, 0.0))
        await asyncio.sleep(0.02)
    return min(looks, key=lambda held: held.anonymous_kb)


async def test_after_questions_and_answers_of_every_length_it_holds_what_it_held_when_it_was_new() -> None:
    chance = np.random.default_rng(0)
    worker = OfflineWorker()

    async def hear_and_speak(number: int) -> None:
        room = np.zeros(chance.integers(4_000, 24_000), np.int16)
        spoken = synthesize(WORDS[number % len(WORDS)], rate_hz=NEAR_RATE_HZ)
        assert await worker.transcribe(np.concatenate([room, spoken, room]))
        assert len(await worker.speak(WORDS[number % len(WORDS)]))

    await worker.start()
    try:
        assert worker.pid is not None
        new = await at_rest(worker.pid)
        for number in range(JOBS):
            await hear_and_speak(number)
        used = await at_rest(worker.pid)
    finally:
        await worker.stop()
    assert used.anonymous_kb - new.anonymous_kb < GROWTH_KB
    assert (used.threads, used.files) == (new.threads, new.files)
