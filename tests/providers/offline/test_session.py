"""A turn is spoken, understood and answered aloud without any network."""

import asyncio

import numpy as np
import pytest

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AnswerStarted,
    AnswerTranscript,
    AppendAudio,
    CancelAnswer,
    CommitTurn,
    DiscardTurn,
    Failure,
    ProviderEvent,
    Ready,
    SessionConfig,
    UsageUnit,
    UserTranscript,
)
from appliance.errors import FailureCategory
from appliance.pcm.level import rms_dbfs
from appliance.providers.offline.answers import NOT_UNDERSTOOD, ONLY_TIME_AND_DATE
from appliance.providers.offline.keeper import OfflineWorker
from appliance.providers.offline.session import MAX_COMMANDS, OfflineSession
from tests.providers.offline.talking import NOW, Talk, in_silence, offline_worker, spoken, talking
from tests.recordings import Recording, recordings

QUESTION = "What time is it?"


def recording(name: str) -> Recording:
    return next(one for one in recordings() if one.name == name)


def words_of(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in text.lower()).split()


async def test_a_spoken_question_is_answered_aloud_and_in_order() -> None:
    async with offline_worker() as worker, talking(worker) as talk:
        await talk.ask(spoken(QUESTION), 1)
    assert talk.heard(1) == QUESTION
    assert talk.said(1) == "It is 3:20 in the afternoon."
    assert len(talk.sound(1)) == pytest.approx(24_000 * 1.9, rel=0.2)
    assert rms_dbfs(talk.sound(1)) == pytest.approx(-20, abs=1)
    kinds = [type(event) for event in talk.events]
    assert kinds[:5] == [Ready, UserTranscript, AnswerStarted, AnswerTranscript, AnswerAudio]
    assert set(kinds[5:-1]) == {AnswerAudio}
    assert kinds[-1] is AnswerDone


async def test_what_it_took_is_counted_as_everywhere() -> None:
    question = spoken(QUESTION)
    async with offline_worker() as worker, talking(worker) as talk:
        await talk.ask(question, 1)
    assert talk.events[-1] == AnswerDone(1, True, {UsageUnit.INPUT_AUDIO_MS: round(len(question) / 16)})


async def test_the_first_sound_of_an_answer_comes_in_small_pieces() -> None:
    async with offline_worker() as worker, talking(worker) as talk:
        await talk.ask(spoken(QUESTION), 1)
    sizes = [len(event.pcm) for event in talk.events if isinstance(event, AnswerAudio)]
    assert set(sizes[:-1]) == {2_400}


async def test_turns_are_answered_one_after_the_other() -> None:
    async with offline_worker() as worker, talking(worker) as talk:
        await talk.ask(spoken(QUESTION), 1)
        await talk.ask(spoken("What day is it?"), 2)
    assert talk.said(2) == "Today is Saturday, the 21st of November 2026."


@pytest.mark.parametrize("name", ["goforward.raw", "something.raw", "cards/004.wav"])
async def test_real_speech_is_understood_but_for_one_word(name: str) -> None:
    real = recording(name)
    async with offline_worker() as worker, talking(worker) as talk:
        await talk.ask(in_silence(real.pcm), 1)
    heard, said = words_of(talk.heard(1)), words_of(real.text)
    assert len(heard) == len(said)
    assert sum(a != b for a, b in zip(heard, said, strict=True)) <= 1
    assert talk.said(1) == ONLY_TIME_AND_DATE


async def test_speech_that_begins_with_the_first_sample_gets_no_word_before_it() -> None:
    real = recording("cards/003.wav")
    async with offline_worker() as worker, talking(worker) as talk:
        for answer in (1, 2):  # the first one ends in speech, which the detector would remember
            await talk.ask(real.pcm[real.speech_start : real.speech_end], answer)
    assert words_of(talk.heard(2)) == words_of(real.text)


@pytest.mark.parametrize("samples", [0, 1, 160, 16_000])
async def test_silence_is_not_understood_and_that_is_said(samples: int) -> None:
    async with offline_worker() as worker, talking(worker) as talk:
        await talk.ask(np.zeros(samples, np.int16), 1)
    assert talk.heard(1) == ""
    assert talk.said(1) == NOT_UNDERSTOOD


async def test_after_a_cancel_in_mid_answer_nothing_of_it_comes_and_the_next_turn_is_answered() -> None:
    def interrupt(event: ProviderEvent) -> None:
        if isinstance(event, AnswerAudio) and event.answer == 1:
            talk.session.send(CancelAnswer(1, heard_ms=40))

    async with offline_worker() as worker, talking(worker, interrupt) as talk:
        talk.append(spoken("Tell me a joke."))
        talk.session.send(CommitTurn(1))
        await talk.until(AnswerAudio)
        await talk.ask(spoken(QUESTION), 2)
    assert len([e for e in talk.events if isinstance(e, AnswerAudio) and e.answer == 1]) == 1
    assert not [e for e in talk.events if isinstance(e, AnswerDone) and e.answer == 1]
    assert talk.heard(2) == QUESTION


async def test_a_turn_that_goes_on_after_its_commit_is_answered_as_a_whole() -> None:
    first, second = recording("goforward.raw"), recording("something.raw")
    async with offline_worker() as worker, talking(worker) as talk:
        talk.append(in_silence(first.pcm))
        talk.session.send(CommitTurn(1))
        talk.session.send(CancelAnswer(1, heard_ms=0))
        await talk.ask(in_silence(second.pcm), 2)
    assert words_of(talk.heard(2)) == words_of(first.text) + words_of(second.text)
    assert not talk.heard(1)


async def test_a_discarded_turn_is_not_part_of_the_next_one() -> None:
    async with offline_worker() as worker, talking(worker) as talk:
        talk.append(in_silence(recording("goforward.raw").pcm))
        talk.session.send(DiscardTurn())
        await talk.ask(spoken(QUESTION), 1)
    assert talk.heard(1) == QUESTION


async def test_what_a_session_left_unasked_is_not_part_of_the_next_session() -> None:
    async with offline_worker() as worker:
        async with talking(worker) as talk:
            talk.append(in_silence(recording("goforward.raw").pcm))
        async with talking(worker) as talk:
            await talk.ask(spoken(QUESTION), 1)
    assert talk.heard(1) == QUESTION


async def test_commands_before_the_worker_is_warm_are_kept() -> None:
    async with offline_worker() as worker:
        talk = Talk(worker)
        await talk.ask(spoken(QUESTION), 1)
        await talk.close()
    assert isinstance(talk.events[0], Ready)
    assert talk.heard(1) == QUESTION


async def test_more_commands_than_can_be_kept_end_the_session() -> None:
    async with offline_worker() as worker:
        talk = Talk(worker)
        for _ in range(MAX_COMMANDS + 1):
            talk.session.send(AppendAudio(np.zeros(1, np.int16)))
        await talk.running
    assert [failure.category for failure in talk.failures] == [FailureCategory.TIMED_OUT]


async def test_closing_does_not_wait_for_a_worker_that_is_not_warm_yet() -> None:
    async with offline_worker() as worker:
        talk = Talk(worker)
        await asyncio.sleep(0)
        await talk.close()
        assert worker.pid is None
        await worker.start()  # and the worker goes on warming up for the next session
    assert talk.events == []


async def test_a_session_that_is_cancelled_leaves_the_worker_warm() -> None:
    async with offline_worker() as worker:
        async with talking(worker) as talk:
            pid = worker.pid
            talk.running.cancel()
            await asyncio.wait({talk.running})
            assert talk.running.cancelled()
            talk.running = asyncio.create_task(asyncio.sleep(0))
        assert worker.pid == pid


async def test_another_language_is_refused_before_anything_is_sent() -> None:
    events: list[ProviderEvent] = []
    await OfflineSession(OfflineWorker(), lambda: NOW).run(SessionConfig("", "de"), (), events.append)
    (failure,) = events
    assert isinstance(failure, Failure)
    assert failure.category is FailureCategory.MODEL_UNAVAILABLE
    assert "English only" in failure.message
