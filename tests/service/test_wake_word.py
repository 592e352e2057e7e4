"""The wake word in whole conversations: what it opens, and what of it is told."""

import numpy as np
import pytest

from appliance.conversation.machine import State
from appliance.conversation.vocabulary import AppendAudio, DiscardTurn, MuteWanted, Pressed, Released, Ring
from appliance.pcm.formats import Pcm, samples_of_ms
from appliance.service.happenings import Event
from tests.service.event_schema import problems
from tests.service.scripted import LATE_MS, ScriptedWord
from tests.service.stage import (
    OUT_RATE_HZ,
    Played,
    ScriptedProvider,
    play,
    sample,
    silence,
    speech,
    tone,
    wishes,
)

WORD_MS = 700
NOTICED_MS = 100  # after its end; it may have ended LATE_MS before that


def converse(
    *near: Pcm,
    said_ms: tuple[float, ...],
    settings: tuple[str, ...] = (),
    timed: tuple[tuple[float, Event], ...] = (),
    delay_ms: float = 0.0,
) -> Played:
    """`near`, in which the wake word ends at each of `said_ms`."""
    played = play(
        *near,
        settings=["conversation.trigger=wake_word", *settings],
        wake_word=ScriptedWord(*(ms + NOTICED_MS for ms in said_ms)),
        provider=ScriptedProvider([tone(2000)] * 4, delay_ms=delay_ms),
        each_tick=wishes(*timed),
    )
    assert problems(played.events) == []
    return played


WORD = speech(WORD_MS, seed=9)


def test_words_right_after_it_are_told_to_the_sample_and_next_to_nothing_of_the_word() -> None:
    words = speech(1200)
    played = converse(silence(1000), WORD, words, silence(3000), said_ms=(1700,))
    (turn,) = played.provider.turns
    rest = samples_of_ms(LATE_MS - NOTICED_MS, 16_000)
    assert np.array_equal(turn[: rest + len(words)], np.concatenate([WORD[-rest:], words]))
    assert played.of("turn_opened")[0]["prefix_ms"] == 0


@pytest.mark.parametrize("length_ms", [260, 350])
def test_one_short_word_right_after_it_is_a_question(length_ms: int) -> None:
    played = converse(silence(1000), WORD, speech(length_ms), silence(3000), said_ms=(1700,))
    assert len(played.of("turn_committed")) == 1


def test_the_word_alone_is_no_question() -> None:
    settings = ("hearing.no_speech_s=3",)
    played = converse(silence(1000), WORD, silence(6000), said_ms=(1700,), settings=settings)
    assert [event["cause"] for event in played.of("turn_discarded")] == ["too_short"]
    assert played.provider.turns == []
    assert played.state is State.IDLE


def test_who_waits_gets_a_sign_that_is_not_in_the_turn() -> None:
    words = speech(1200)
    played = converse(silence(1000), WORD, silence(1500), words, silence(3000), said_ms=(1700,))
    sign_ms = played.audible_ms()
    assert 2300 < sign_ms < 2600
    (turn,) = played.provider.turns
    first = int(np.flatnonzero(turn)[0])
    assert np.array_equal(turn[first : first + len(words)], words)
    assert sample(1700 + 1500) - first > sample(sign_ms + 140 + 150), "the turn begins when it has rung out"


def test_who_speaks_on_gets_none() -> None:
    played = converse(silence(1000), WORD, silence(300), speech(1200), silence(3000), said_ms=(1700,))
    assert played.audible_ms() > 3200


def test_the_sign_can_be_switched_off() -> None:
    settings = ("wake_word.earcon=false",)
    played = converse(
        silence(1000), WORD, silence(1500), speech(900), silence(3000), said_ms=(1700,), settings=settings
    )
    assert played.audible_ms() > 4100


def test_it_interrupts_an_answer_at_once_and_its_words_are_the_next_turn() -> None:
    words = speech(900, seed=4)
    near = (silence(1000), WORD, speech(900), silence(2000), WORD, words, silence(5000))
    played = converse(*near, said_ms=(1700, 5300))
    first, interruption = played.of("interruption")
    assert (first["decision"], first["cause"]) == ("rejected", "unheeded"), "the word, before it was over"
    assert (interruption["decision"], interruption["cause"]) == ("confirmed", "wake_word")
    assert interruption["t_ms"] < 5300 + NOTICED_MS + 64
    assert interruption["onset_ms"] == 5300 + NOTICED_MS - LATE_MS
    rest = samples_of_ms(LATE_MS - NOTICED_MS, 16_000)
    assert np.array_equal(played.provider.turns[1][rest : rest + len(words)], words)


def test_over_an_answer_it_is_nobody_else_s_speech_that_interrupts() -> None:
    near = (silence(1000), WORD, speech(900), silence(2000), speech(1500, seed=4), silence(5000))
    played = converse(*near, said_ms=(1700,), settings=("conversation.follow_up_s=0",))
    assert len(played.of("turn_opened")) == 1
    assert [event["complete"] for event in played.of("answer_done")] == [True]


def test_in_the_middle_of_a_turn_it_is_one_of_its_words() -> None:
    near = (silence(1000), WORD, speech(600), WORD, speech(600, seed=3), silence(4000))
    played = converse(*near, said_ms=(1700, 3000))
    assert len(played.of("wake_word")) == 2
    assert len(played.of("turn_committed")) == len(played.of("turn_opened")) == 1


def test_while_it_thinks_it_goes_on_with_the_turn() -> None:
    near = (silence(1000), WORD, speech(600), silence(820), WORD, speech(600, seed=3), silence(4000))
    played = converse(*near, said_ms=(1700, 3820), delay_ms=500)
    assert len(played.of("turn_opened")) == 1
    assert [event["turn"] for event in played.of("turn_committed")] == [1, 1]


def test_muted_it_hears_nothing() -> None:
    muted = ((900.0, MuteWanted(True)),)
    played = converse(silence(1000), WORD, speech(900), silence(3000), said_ms=(1700,), timed=muted)
    assert played.of("turn_opened") == []


def test_what_was_noticed_when_it_is_muted_opens_nothing() -> None:
    muted = ((1790.0, MuteWanted(True)),)
    played = converse(silence(1000), WORD, speech(900), silence(3000), said_ms=(1700,), timed=muted)
    assert played.of("turn_committed") == []


def test_it_ends_an_alarm() -> None:
    ring = Ring(np.full(samples_of_ms(4000, OUT_RATE_HZ), 3000, np.int16))
    played = converse(
        silence(1000),
        WORD,
        silence(6000),
        said_ms=(1700,),
        timed=((500.0, ring),),
        settings=("hearing.no_speech_s=2",),
    )
    loud = np.flatnonzero(np.abs(played.out.astype(np.int32)) > 2000)
    assert loud[-1] < samples_of_ms(1700 + 250, OUT_RATE_HZ)


def test_the_button_and_the_word_at_once_open_one_turn() -> None:
    at = 1700.0 + NOTICED_MS
    hand = ((at, Pressed(sample(at))), (at + 100, Released(sample(at + 100), False)))
    played = converse(silence(1000), WORD, speech(900), silence(3000), said_ms=(1700,), timed=hand)
    assert len(played.of("turn_opened")) == 1
    assert len(played.of("turn_committed")) == 1


def test_without_a_detector_the_button_has_to_do() -> None:
    hand = ((900.0, Pressed(sample(900))), (1000.0, Released(sample(1000), False)))
    settings = ["conversation.trigger=wake_word", "conversation.follow_up_s=0"]
    near = (silence(1000), speech(900), silence(4000), speech(900, seed=2), silence(3000))
    played = play(*near, settings=settings, each_tick=wishes(*hand))
    assert len(played.of("turn_opened")) == 1


def test_it_begins_the_count_of_replies_anew() -> None:
    near = [silence(1000), WORD]
    for seed in range(4):
        near += [speech(900, seed=seed), silence(4500)]
    settings = ("conversation.follow_ups=1", "conversation.follow_up_s=5")
    played = converse(*near, said_ms=(1700,), settings=settings)
    assert len(played.of("turn_opened")) == 2


@pytest.mark.parametrize("pause_ms", [0, 2500])
def test_who_says_it_in_the_time_to_reply_asks_what_follows_it(pause_ms: int) -> None:
    words = speech(900, seed=4)
    near = (silence(1000), WORD, speech(900), silence(4400), WORD, silence(pause_ms), words, silence(5000))
    played = converse(*near, said_ms=(1700, 7700))
    assert [event["cause"] for event in played.of("turn_discarded")] == ["wake_word"]
    told = played.provider.told
    taken_back = next(number for number, command in enumerate(told) if isinstance(command, DiscardTurn))
    turn = np.concatenate([each.pcm for each in told[taken_back:] if isinstance(each, AppendAudio)])
    first = int(np.flatnonzero(turn)[0]) if pause_ms else samples_of_ms(LATE_MS - NOTICED_MS, 16_000)
    assert np.array_equal(turn[first : first + len(words)], words)


def test_where_nothing_is_heard_while_it_speaks_its_own_voice_cannot_call_it() -> None:
    near = (silence(1000), WORD, speech(900), silence(2000), WORD, speech(900, seed=4), silence(5000))
    settings = ("interruption.strategy=ignore", "conversation.follow_up_s=0")
    played = converse(*near, said_ms=(1700, 5300), settings=settings)
    assert len(played.of("wake_word")) == len(played.of("turn_opened")) == 1
    assert [event["complete"] for event in played.of("answer_done")] == [True]
