"""What is said over an answer is read at once, and costs neither the turn nor the answer anything."""

import asyncio
import os
import signal

import numpy as np
import pytest

from appliance.conversation.vocabulary import CommitTurn
from appliance.errors import FailureCategory, ProviderError
from appliance.providers.offline import keeper
from appliance.providers.offline.keeper import OfflineWorker
from appliance.providers.offline.messages import READ_MAX_SAMPLES
from tests.providers.offline.talking import offline_worker, spoken, talking

QUESTION = "What time is it?"
SILENCE = np.zeros(16_000, np.int16)


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not the deadline is tested here, but for one test, and the machine may be busy."""
    monkeypatch.setattr(keeper, "READ_DEADLINE_S", 10.0)


def letters_of(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalpha())


@pytest.mark.parametrize("word", ["stop", "wait", "no", "yeah"])
async def test_a_short_word_is_read(word: str) -> None:
    async with offline_worker() as worker:
        await worker.start()
        assert letters_of(await worker.read_words(spoken(word)[3_200:-11_200])) == word


@pytest.mark.parametrize("samples", [0, 1, 1_600, 16_000, READ_MAX_SAMPLES])
async def test_where_nobody_speaks_there_are_no_words(samples: int) -> None:
    async with offline_worker() as worker:
        await worker.start()
        assert await worker.read_words(np.zeros(samples, np.int16)) == ""


async def test_the_turn_that_is_being_told_is_the_same_with_and_without_a_reading() -> None:
    question = spoken(QUESTION)
    async with offline_worker() as worker, talking(worker) as talk:
        talk.append(question[:9_000])
        await worker.read_words(spoken("stop"))
        talk.append(question[9_000:])
        talk.session.send(CommitTurn(1))
        await talk.answered(1)
    assert talk.heard(1) == QUESTION


async def test_an_answer_and_a_reading_under_way_at_once_are_both_complete() -> None:
    async with offline_worker() as worker, talking(worker) as talk:
        talk.append(spoken(QUESTION))
        talk.session.send(CommitTurn(1))
        words = await worker.read_words(spoken("stop"))
        await talk.answered(1)
    assert letters_of(words) == "stop"
    assert talk.heard(1) == QUESTION
    assert len(talk.sound(1)) > 24_000


async def test_without_a_warm_worker_the_answer_is_no_and_none_is_started() -> None:
    worker = OfflineWorker()
    with pytest.raises(ProviderError, match="not warm") as caught:
        await worker.read_words(SILENCE)
    assert caught.value.category is FailureCategory.MODEL_UNAVAILABLE
    assert worker.pid is None


async def test_a_reading_that_comes_too_late_is_given_up_and_the_worker_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with offline_worker() as worker:
        await worker.start()
        pid = worker.pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        with monkeypatch.context() as hurried:
            hurried.setattr(keeper, "READ_DEADLINE_S", 0.1)
            with pytest.raises(ProviderError, match=r"did not finish within 0\.1 s") as caught:
                await worker.read_words(SILENCE)
        os.kill(pid, signal.SIGCONT)
        assert letters_of(await worker.read_words(spoken("stop"))) == "stop"
        assert worker.pid == pid
    assert caught.value.category is FailureCategory.TIMED_OUT


async def test_a_worker_that_dies_while_it_reads_has_a_name() -> None:
    async with offline_worker() as worker:
        await worker.start()
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGSTOP)
        reading = asyncio.create_task(worker.read_words(SILENCE))
        await asyncio.sleep(0)
        os.kill(worker.pid, signal.SIGKILL)
        with pytest.raises(ProviderError, match="SIGKILL") as caught:
            await reading
    assert caught.value.category is FailureCategory.SESSION_CLOSED


async def test_more_than_can_be_evidence_is_refused() -> None:
    async with offline_worker() as worker:
        await worker.start()
        with pytest.raises(ValueError, match="too many"):
            await worker.read_words(np.zeros(READ_MAX_SAMPLES + 1, np.int16))
