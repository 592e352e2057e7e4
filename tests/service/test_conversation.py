"""Whole conversations through every room, in virtual time."""

import asyncio

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.conversation.session import Emit
from appliance.conversation.vocabulary import (
    AnswerDone,
    AnswerStarted,
    HistoryItem,
    Ready,
    SessionConfig,
)
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, samples_of_ms
from tests.service.event_schema import problems
from tests.service.stage import SENTENCE_MS, ScriptedProvider, play, silence, speech, tone


def test_a_question_is_answered_and_the_log_says_how() -> None:
    played = play(silence(1000), speech(1500), silence(3000), answers=[tone(1000)])
    assert played.phases == ["listening", "thinking", "speaking", "idle"]
    assert problems(played.events) == []
    (latency,) = played.of("latency")
    assert 790 <= latency["endpoint_ms"] <= 840
    assert abs(latency["total_ms"] + 2500 - played.audible_ms()) <= 30
    (done,) = played.of("answer_done")
    assert done["complete"]
    assert abs(done["heard_ms"] - 1000) <= 2


def test_a_turn_is_an_exact_slice_of_what_was_heard_with_its_prefix() -> None:
    words = speech(1500)
    played = play(silence(1000), words, silence(3000))
    (turn,) = played.provider.turns
    prefix = samples_of_ms(300, NEAR_RATE_HZ)
    # The onset is known to a window of 32 ms.
    first = int(np.flatnonzero(turn)[0])
    assert prefix <= first <= prefix + samples_of_ms(32, NEAR_RATE_HZ)
    assert np.array_equal(turn[first : first + len(words)], words)


def test_a_cough_in_silence_leaves_the_box_in_no_form() -> None:
    played = play(silence(500), speech(90), silence(2500))
    assert played.provider.told[:-1] == []
    (discarded,) = played.of("turn_discarded")
    assert discarded["cause"] == "too_short"
    assert problems(played.events) == []


def test_an_interruption_stops_the_answer_and_opens_the_next_turn_with_its_first_sample() -> None:
    words = speech(1200, seed=2)
    played = play(
        silence(500), speech(1000), silence(1800), words, silence(3500), answers=[tone(5000), tone(400)]
    )
    assert problems(played.events) == []
    (interruption,) = played.of("interruption")
    assert (interruption["decision"], interruption["turn"]) == ("confirmed", 1)
    (cancelled,) = played.provider.cancelled
    assert cancelled.heard_ms == interruption["heard_ms"]
    second = played.provider.turns[1]
    first = int(np.flatnonzero(second)[0])
    assert np.array_equal(second[first : first + len(words)], words)
    audible_ms = played.audible_ms()
    assert abs(audible_ms + cancelled.heard_ms - _silent_from_ms(played.out, audible_ms)) <= 60
    assert [done["complete"] for done in played.of("answer_done")] == [False, True]


def test_what_was_heard_of_an_interrupted_answer_is_what_is_remembered() -> None:
    played = play(
        silence(500),
        speech(1000),
        silence(1800),
        speech(1200, seed=2),
        silence(3500),
        answers=[tone(5000), tone(400)],
    )
    items = played.assembly.history.items()
    assert items[0] == HistoryItem("user", "question 1")
    assert HistoryItem("assistant", "answer 1") not in items
    assert items[-1] == HistoryItem("assistant", "answer 2")


def test_a_cough_over_an_answer_costs_no_sample_of_it() -> None:
    plain = play(silence(500), speech(1000), silence(6000), answers=[tone(3000)])
    coughed = play(
        silence(500), speech(1000), silence(1800), speech(190, seed=3), silence(5000), answers=[tone(3000)]
    )
    (interruption,) = coughed.of("interruption")
    assert interruption["decision"] == "rejected"
    (done,) = coughed.of("answer_done")
    assert done["complete"]
    assert done["heard_ms"] == plain.of("answer_done")[0]["heard_ms"]
    assert len(coughed.provider.turns) == 1


def test_more_words_before_the_answer_are_the_same_turn() -> None:
    near = (silence(500), speech(1000), silence(830), speech(900, seed=4), silence(4000))
    provider = ScriptedProvider([tone(500), tone(700)], delay_ms=400)
    played = play(*near, provider=provider)
    assert problems(played.events) == []
    assert len(played.of("turn_opened")) == 1
    assert [event["turn"] for event in played.of("turn_committed")] == [1, 1]
    told, said = np.concatenate(played.provider.turns), np.concatenate(near)
    start = samples_of_ms(500, NEAR_RATE_HZ) - int(np.flatnonzero(told)[0])
    assert np.array_equal(told, said[start : start + len(told)])
    assert [done["complete"] for done in played.of("answer_done")] == [True]


def test_a_provider_that_never_answers_is_owned_up_to_before_patience_ends() -> None:
    provider = ScriptedProvider([tone(500)], delay_ms=60_000)
    played = play(
        silence(500),
        speech(1000),
        silence(5000),
        provider=provider,
        settings=["conversation.answer_deadline_s=2"],
    )
    assert played.phases == ["listening", "thinking", "idle"]
    committed_ms = played.of("turn_committed")[0]["t_ms"]
    assert abs(played.audible_ms() - committed_ms - 2000) <= 150
    assert [error["category"] for error in played.of("error")].count("timed_out") >= 1
    assert problems(played.events) == []


def test_an_answer_that_breaks_off_is_heard_as_far_as_it_came_and_owned_up_to() -> None:
    provider = ScriptedProvider([tone(1000)], breaks_off=True)
    played = play(silence(500), speech(1000), silence(6000), provider=provider)
    (done,) = played.of("answer_done")
    assert not done["complete"]
    assert abs(done["heard_ms"] - 1000) <= 2
    loud_ms = np.count_nonzero(np.abs(played.out.astype(np.int32)).reshape(-1, 24).max(axis=1) > 1000)
    assert abs(loud_ms - (1000 + SENTENCE_MS)) <= 30
    assert problems(played.events) == []


@pytest.mark.parametrize("delay_ms", [0, 40, 120])
def test_what_was_heard_is_told_to_the_sample_whatever_the_device_holds_back(delay_ms: int) -> None:
    played = play(
        silence(500),
        speech(1000),
        silence(2000),
        speech(1200, seed=2),
        silence(3500),
        answers=[tone(5000), tone(400)],
        delay_ms=delay_ms,
    )
    (cancelled,) = played.provider.cancelled
    audible_ms = played.audible_ms()
    assert abs(audible_ms + cancelled.heard_ms - _silent_from_ms(played.out, audible_ms)) <= 20


def test_a_half_duplex_device_does_not_hear_what_is_said_over_its_answer() -> None:
    near = (silence(500), speech(1000), silence(1800), speech(1200, seed=2), silence(4000))
    played = play(*near, answers=[tone(4000)], settings=["interruption.strategy='ignore'"])
    assert played.of("interruption") == []
    assert played.of("answer_done")[0]["complete"]
    assert len(played.provider.turns) == 1


def test_an_answer_interrupted_before_its_first_sample_left_the_loudspeaker_is_closed_in_the_log() -> None:
    near = (silence(500), speech(1000), silence(1050), speech(1500, seed=2), silence(4000))
    played = play(*near, answers=[tone(5000), tone(400)], delay_ms=760)
    assert [event["heard_ms"] for event in played.of("interruption")][:1] == [0]
    assert problems(played.events) == []


class RefusingProvider(ScriptedProvider):
    """Ends every answer before its first sound, as a content filter does."""

    def _answer(self, number: int) -> None:
        self._emit(AnswerStarted(number))
        self._emit(AnswerDone(number, complete=False))


def test_an_answer_that_is_refused_without_a_sound_is_owned_up_to() -> None:
    played = play(silence(500), speech(1000), silence(4000), provider=RefusingProvider([tone(1)]))
    assert abs(len(np.flatnonzero(np.abs(played.out.astype(np.int32)) > 100)) / 24 - SENTENCE_MS) < 30
    assert played.phases[-1] == "idle"
    assert problems(played.events) == []


class BrokenProvider(ScriptedProvider):
    """Has a bug of ours in it."""

    async def run(self, config: SessionConfig, history: tuple[HistoryItem, ...], emit: Emit) -> None:
        emit(Ready())
        asyncio.get_running_loop().call_soon(self._break_down)
        await self._over.wait()

    def _break_down(self) -> None:
        raise LookupError("a bug of ours")


def test_a_fault_of_ours_ends_the_conversation_and_does_not_leave_it_deaf() -> None:
    with pytest.raises(LookupError, match="a bug of ours"):
        play(silence(60_000), provider=BrokenProvider([tone(500)]))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(20, 3000), st.integers(40, 2500)), min_size=1, max_size=8))
def test_whatever_is_said_and_when_the_log_keeps_its_rules(script: list[tuple[int, int]]) -> None:
    near = [silence(300)]
    for seed, (speech_ms, pause_ms) in enumerate(script):
        near += [speech(speech_ms, seed), silence(pause_ms)]
    played = play(*near, silence(2500), answers=[tone(1500), tone(200), tone(4000)], tail_ms=12_000)
    assert problems(played.events) == []
    assert played.phases[-1:] in ([], ["idle"])
    committed = played.of("turn_committed")
    assert len(committed) == len(played.provider.turns)
    said = np.concatenate(near)
    for turn in played.provider.turns:
        assert _is_slice(turn, said)


def _is_slice(turn: Pcm, said: Pcm) -> bool:
    """Whether `turn` is a stretch of what was said, to the sample (trailing silence aside)."""
    loud = np.flatnonzero(turn)
    core = turn[loud[0] : loud[-1] + 1]
    starts = np.flatnonzero(said[: len(said) - len(core) + 1] == core[0])
    return any(np.array_equal(said[start : start + len(core)], core) for start in starts)


def _silent_from_ms(out: Pcm, from_ms: float) -> float:
    """When the loudspeaker falls silent for 100 ms after `from_ms`."""
    frames = np.abs(out[samples_of_ms(from_ms, 24_000) :].astype(np.int32))
    count = len(frames) // 240
    loud = frames[: count * 240].reshape(count, 240).max(axis=1) > 100
    for index in range(count - 10):
        if not loud[index : index + 10].any():
            return from_ms + index * 10
    raise AssertionError("the loudspeaker never falls silent")
