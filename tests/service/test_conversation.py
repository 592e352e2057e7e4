"""Whole conversations through every room, in virtual time."""

import numpy as np

from appliance.conversation.vocabulary import HistoryItem
from appliance.pcm.formats import NEAR_RATE_HZ, samples_of_ms
from tests.service.event_schema import problems
from tests.service.stage import ScriptedProvider, play, silence, speech, tone


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


def _silent_from_ms(out: np.ndarray, from_ms: float) -> float:
    """When the loudspeaker falls silent for 100 ms after `from_ms`."""
    frames = np.abs(out[samples_of_ms(from_ms, 24_000) :].astype(np.int32))
    count = len(frames) // 240
    loud = frames[: count * 240].reshape(count, 240).max(axis=1) > 100
    for index in range(count - 10):
        if not loud[index : index + 10].any():
            return from_ms + index * 10
    raise AssertionError("the loudspeaker never falls silent")
