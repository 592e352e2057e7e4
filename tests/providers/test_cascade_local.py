"""Ears and mouth on this machine: a whole turn becomes words, a text becomes sound."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import aclosing

import numpy as np
import pytest

from appliance.conversation.vocabulary import CommitTurn, UsageUnit
from appliance.errors import FailureCategory, ProviderError
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from appliance.providers.cascade import local
from appliance.providers.cascade.local import open_local_stt, open_local_tts
from appliance.providers.offline.keeper import OfflineWorker
from tests.providers.offline.talking import offline_worker, spoken, talking

pytestmark = pytest.mark.timeout(60)

QUESTION = "What time is it?"
BLOCK = 512


@pytest.fixture
async def worker() -> AsyncIterator[OfflineWorker]:
    async with offline_worker() as worker:
        yield worker


async def heard(worker: OfflineWorker, pcm: Pcm, language: str = "en-US") -> str:
    """The words of a turn that was told in blocks."""
    turn = open_local_stt(worker).listen(language)
    for start in range(0, len(pcm), BLOCK):
        turn.append(pcm[start : start + BLOCK])
    try:
        return await turn.finish()
    finally:
        await turn.close()


async def said(worker: OfflineWorker, text: str, speed: float = 1.0) -> Pcm:
    """The sound of `text`."""
    stage = open_local_tts(worker)
    chunks = [pcm async for pcm in stage.speak(text, "en", speed)]
    return np.concatenate((np.empty(0, np.int16), *chunks))


# ---------------------------------------------------------------- ears


async def test_a_turn_becomes_words(worker: OfflineWorker) -> None:
    assert await heard(worker, spoken(QUESTION)) == QUESTION


async def test_where_nobody_speaks_there_are_no_words(worker: OfflineWorker) -> None:
    assert await heard(worker, np.zeros(16_000, np.int16)) == ""
    assert await heard(worker, np.zeros(0, np.int16)) == ""


async def test_of_a_turn_that_is_too_long_its_end_is_heard(worker: OfflineWorker) -> None:
    silence = np.zeros(70 * NEAR_RATE_HZ, np.int16)
    assert await heard(worker, np.concatenate((silence, spoken(QUESTION)))) == QUESTION


async def test_a_block_that_is_used_again_by_its_owner_is_heard_as_it_was(worker: OfflineWorker) -> None:
    turn = open_local_stt(worker).listen("en")
    pcm, block = spoken(QUESTION), np.zeros(BLOCK, np.int16)
    for start in range(0, len(pcm) - BLOCK, BLOCK):
        block[:] = pcm[start : start + BLOCK]
        turn.append(block)
    assert await turn.finish() == QUESTION
    assert turn.usage == {UsageUnit.INPUT_AUDIO_MS: (len(pcm) - 1) // BLOCK * BLOCK // 16}


async def test_the_offline_provider_that_is_told_another_turn_meanwhile_hears_its_own(
    worker: OfflineWorker,
) -> None:
    question = spoken("What is the date today?")
    async with talking(worker) as talk:
        talk.append(question[:9_000])
        assert await heard(worker, spoken(QUESTION)) == QUESTION
        talk.append(question[9_000:])
        talk.session.send(CommitTurn(1))
        await talk.answered(1)
    assert talk.heard(1) == "What is the date today?"


async def test_another_language_is_refused_in_words(worker: OfflineWorker) -> None:
    with pytest.raises(ProviderError, match="understands English only, not 'de-AT'") as refused:
        await heard(worker, spoken(QUESTION), "de-AT")
    assert refused.value.category == FailureCategory.MODEL_UNAVAILABLE
    assert worker.pid is None


async def test_opened_ears_are_warm(worker: OfflineWorker) -> None:
    assert worker.pid is None
    await open_local_stt(worker).open()
    assert worker.pid is not None


async def test_a_worker_that_dies_while_it_transcribes_has_a_name_and_the_next_turn_is_heard(
    worker: OfflineWorker,
) -> None:
    await worker.start()
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGSTOP)
    hearing = asyncio.create_task(heard(worker, spoken(QUESTION)))
    await asyncio.sleep(0)
    os.kill(worker.pid, signal.SIGKILL)
    with pytest.raises(ProviderError, match="SIGKILL") as lost:
        await hearing
    assert lost.value.category == FailureCategory.SESSION_CLOSED
    assert await heard(worker, spoken(QUESTION)) == QUESTION


async def test_who_stops_waiting_for_the_words_stands_in_nobodys_way(worker: OfflineWorker) -> None:
    await worker.start()
    waiting = asyncio.create_task(heard(worker, spoken(QUESTION)))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait({waiting})
    assert waiting.cancelled()
    assert await heard(worker, spoken(QUESTION)) == QUESTION


# ---------------------------------------------------------------- mouth


async def test_a_text_is_said_as_the_worker_says_it(worker: OfflineWorker) -> None:
    sound = await said(worker, "It is noon.")
    assert np.array_equal(sound, await worker.speak("It is noon."))
    assert len(sound) > 12_000


async def test_twice_the_pace_takes_about_half_the_time(worker: OfflineWorker) -> None:
    usual = len(await said(worker, "Today is Saturday, the first of May."))
    assert 0.4 <= len(await said(worker, "Today is Saturday, the first of May.", 2.0)) / usual <= 0.7
    assert 1.6 <= len(await said(worker, "Today is Saturday, the first of May.", 0.5)) / usual <= 2.4


async def test_two_texts_at_once_are_both_said_whole(worker: OfflineWorker) -> None:
    first, second = await asyncio.gather(said(worker, "It is noon."), said(worker, "It is late."))
    assert np.array_equal(first, await worker.speak("It is noon."))
    assert np.array_equal(second, await worker.speak("It is late."))


async def test_nothing_to_say_is_no_sound(worker: OfflineWorker) -> None:
    assert len(await said(worker, " ")) == 0


async def test_an_interrupted_text_does_not_delay_the_next_one(worker: OfflineWorker) -> None:
    story = "There was a house by the sea. " * 100
    async with aclosing(open_local_tts(worker).speak(story, "en", 1.0)) as sound:
        await anext(sound)
    async with asyncio.timeout(5):
        assert len(await said(worker, "It is noon."))


async def test_a_mouth_that_hangs_is_given_up(worker: OfflineWorker, monkeypatch: pytest.MonkeyPatch) -> None:
    await worker.start()
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGSTOP)
    monkeypatch.setattr(local, "SOUND_TIMEOUT_S", 0.1)
    with pytest.raises(ProviderError, match=r"nothing for 0\.1 s") as late:
        await said(worker, "It is noon.")
    os.kill(worker.pid, signal.SIGCONT)
    assert late.value.category == FailureCategory.TIMED_OUT


async def test_a_mouth_that_dies_in_mid_sentence_has_a_name(worker: OfflineWorker) -> None:
    story = "There was a house by the sea. " * 100
    async with aclosing(open_local_tts(worker).speak(story, "en", 1.0)) as sound:
        await anext(sound)
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGKILL)
        with pytest.raises(ProviderError, match="SIGKILL"):
            async for _ in sound:
                pass
