"""What opens a turn where speech alone does not, in whole conversations."""

import numpy as np
import pytest

from appliance.conversation.machine import State
from appliance.conversation.vocabulary import MuteWanted, Pressed, Released, Ring, StopWanted
from appliance.pcm.formats import Pcm, samples_of_ms
from appliance.service.assembly import Assembly
from appliance.service.happenings import Event
from tests.service.event_schema import problems
from tests.service.stage import OUT_RATE_HZ, Played, play, sample, silence, speech, tone, wishes
from tests.service.test_floor import Reading

BUTTON = "conversation.trigger=button"


def tap(at_ms: float) -> list[tuple[float, Event]]:
    return [(at_ms, Pressed(sample(at_ms))), (at_ms + 100, Released(sample(at_ms + 100), False))]


def opened(played: Played) -> list[int]:
    assert problems(played.events) == []
    return [event["onset_ms"] for event in played.of("turn_opened")]


def test_speech_alone_opens_no_turn() -> None:
    played = play(silence(1000), speech(1500), silence(3000), settings=[BUTTON])
    assert opened(played) == []
    assert played.provider.turns == []


def test_the_button_opens_one_and_nothing_of_what_was_said_long_before_is_sent() -> None:
    told = [speech(8000), silence(100)] * 5  # longer than the longest turn: the rest of it would be kept
    near = (silence(1000), *told, silence(1000), speech(900, seed=2), silence(3000))
    played = play(*near, settings=[BUTTON], each_tick=wishes(*tap(42_300)))
    assert len(opened(played)) == 1
    (turn,) = played.provider.turns
    words = np.flatnonzero(turn)
    assert 0 < words[-1] - words[0] < sample(900)


def test_after_an_answer_speech_alone_opens_a_turn_for_a_while() -> None:
    near = (silence(1000), speech(900), silence(4000), speech(900, seed=2), silence(3000))
    played = play(*near, settings=[BUTTON, "conversation.follow_up_s=3"], each_tick=wishes(*tap(900)))
    assert len(opened(played)) == 2
    (first, second) = played.of("follow_up")
    assert (first["turn"], first["left"]) == (1, 5)
    assert (second["turn"], second["left"]) == (2, 4)


def test_after_that_it_does_not() -> None:
    near = (silence(1000), speech(900), silence(6000), speech(900, seed=2), silence(3000))
    played = play(*near, settings=[BUTTON, "conversation.follow_up_s=2"], each_tick=wishes(*tap(900)))
    assert len(opened(played)) == 1
    assert played.state is State.IDLE


def test_the_window_can_be_switched_off() -> None:
    near = (silence(1000), speech(900), silence(2500), speech(900, seed=2), silence(3000))
    played = play(*near, settings=[BUTTON, "conversation.follow_up_s=0"], each_tick=wishes(*tap(900)))
    assert len(opened(played)) == 1
    assert played.of("follow_up") == []


def test_a_television_is_let_out_after_so_many_turns() -> None:
    talk = [piece for seed in range(8) for piece in (speech(900, seed=seed), silence(3200))]
    settings = [BUTTON, "conversation.follow_up_s=5", "conversation.follow_ups=2"]
    played = play(silence(1000), *talk, settings=settings, each_tick=wishes(*tap(900)), tail_ms=9000)
    assert len(opened(played)) == 3
    assert [event["left"] for event in played.of("follow_up")] == [2, 1]


def test_the_button_begins_the_count_anew() -> None:
    talk = [piece for seed in range(4) for piece in (speech(900, seed=seed), silence(3200))]
    settings = [BUTTON, "conversation.follow_up_s=5", "conversation.follow_ups=1"]
    pressed = wishes(*tap(900), *tap(900 + 2 * 4100))
    played = play(silence(1000), *talk, settings=settings, each_tick=pressed, tail_ms=9000)
    assert len(opened(played)) == 4


def test_a_cough_in_the_window_does_not_close_it() -> None:
    near = (silence(1000), speech(900), silence(3000), speech(100, seed=5), silence(1500))
    later = (speech(900, seed=2), silence(3000))
    played = play(*near, *later, settings=[BUTTON, "conversation.follow_up_s=6"], each_tick=wishes(*tap(900)))
    assert [event["cause"] for event in played.of("turn_discarded")] == ["too_short"]
    assert len(played.of("turn_committed")) == 2


def test_a_reply_that_began_in_time_is_heard_to_its_end() -> None:
    """The answer of a second is heard by 3.8 s."""
    near = (silence(1000), speech(900), silence(3800), speech(1500, seed=2), silence(3000))
    played = play(*near, settings=[BUTTON, "conversation.follow_up_s=2"], each_tick=wishes(*tap(900)))
    window_ends_ms = played.of("follow_up")[0]["t_ms"] + 2000
    assert 5700 < window_ends_ms < 5700 + 200, "it is to end between the onset and the moment when it is real"
    assert len(played.of("turn_committed")) == 2


def test_others_who_talk_over_the_first_answer_do_not_even_make_it_quieter() -> None:
    def answered(*over: Pcm) -> Played:
        settings, pressed = [BUTTON, "conversation.follow_up_s=0"], wishes(*tap(900))
        near = (silence(1000), speech(900), silence(1500), *over, silence(4000))
        return play(*near, settings=settings, each_tick=pressed, answers=[tone(3000)])

    disturbed, undisturbed = answered(speech(2500, seed=2)), answered(silence(2500))
    assert len(opened(disturbed)) == 1
    assert {event["cause"] for event in disturbed.of("interruption")} == {"unheeded"}
    assert np.array_equal(disturbed.out, undisturbed.out)


def test_who_is_in_a_conversation_may_interrupt() -> None:
    near = (silence(1000), speech(900), silence(3000), speech(900, seed=2), silence(1800))
    over = (speech(1500, seed=3), silence(4000))
    played = play(
        *near, *over, settings=[BUTTON], each_tick=wishes(*tap(900)), answers=[tone(1000), tone(3000)]
    )
    assert [event["decision"] for event in played.of("interruption")] == ["confirmed"]
    assert len(opened(played)) == 3


def test_who_presses_and_says_nothing_is_told_when_it_closes() -> None:
    played = play(silence(9000), settings=[BUTTON, "hearing.no_speech_s=3"], each_tick=wishes(*tap(1000)))
    assert [event["cause"] for event in played.of("turn_discarded")] == ["too_short"]
    assert 4000 <= played.audible_ms() < 4300
    assert played.state is State.IDLE


def test_stop_ends_the_window() -> None:
    near = (silence(1000), speech(900), silence(4000), speech(900, seed=2), silence(3000))
    played = play(*near, settings=[BUTTON], each_tick=wishes(*tap(900), (5000, StopWanted())))
    assert len(opened(played)) == 1


def test_mute_ends_the_window() -> None:
    near = (silence(1000), speech(900), silence(4000), speech(900, seed=2), silence(3000))
    muted = ((4500, MuteWanted(True)), (5000, MuteWanted(False)))
    played = play(*near, settings=[BUTTON], each_tick=wishes(*tap(900), *muted))
    assert len(opened(played)) == 1


def test_a_ring_cuts_the_answer_and_nothing_is_listened_to_after_it() -> None:
    near = (silence(1000), speech(900), silence(4000), speech(900, seed=2), silence(3000))
    ring = Ring(np.full(samples_of_ms(500, OUT_RATE_HZ), 3000, np.int16))
    played = play(*near, settings=[BUTTON], each_tick=wishes(*tap(900), (3000, ring)))
    assert len(opened(played)) == 1


# --------------------------------------------------------------------- "stop"


def spoken_over(words: str, *settings: str, ms: float = 400, follow_up: bool = False) -> Played:
    """Somebody says `words` over the answer of 3 s to the first turn, or to a reply."""
    reply = (silence(2000), speech(900, seed=3)) if follow_up else ()
    answers = [tone(500), tone(3000)] if follow_up else [tone(3000)]
    near = (silence(1000), speech(900), *reply, silence(2000), speech(ms, seed=2), silence(6000))
    pressed, reader = wishes(*tap(900)), Reading(words)
    return play(*near, settings=[BUTTON, *settings], each_tick=pressed, answers=answers, reader=reader)


@pytest.mark.parametrize("follow_up", [False, True])
def test_stop_ends_an_answer_and_opens_nothing(follow_up: bool) -> None:
    played = spoken_over("Stop.", follow_up=follow_up)
    *_, interruption = played.of("interruption")
    assert (interruption["decision"], interruption["cause"]) == ("confirmed", "stop_word")
    assert interruption["t_ms"] - interruption["onset_ms"] < 700
    assert len(opened(played)) == 1 + follow_up
    assert played.of("answer_done")[-1]["complete"] is False
    assert played.state is State.IDLE


@pytest.mark.parametrize("words", ["Stop the car, he said.", "Wait for me", ""])
def test_other_words_of_others_leave_the_answer_alone(words: str) -> None:
    played = spoken_over(words, "conversation.follow_up_s=0")
    assert played.of("answer_done")[-1]["complete"] is True
    assert len(opened(played)) == 1


def test_the_stop_word_can_be_switched_off() -> None:
    played = spoken_over("Stop.", "conversation.follow_up_s=0", "conversation.stop_word=false")
    assert played.of("answer_done")[-1]["complete"] is True


def rung(words: str, *settings: str) -> Played:
    """A timer rings from 1 s on; somebody says `words` in its first pause, from 4.4 s on."""
    begun: list[bool] = []

    def start(assembly: Assembly) -> None:
        if not begun:
            begun.append(True)
            assembly.toolbox.reminders.timers.start(1, "tea", 0)

    near = (silence(4500), speech(400), silence(12_000))
    half_duplex = "interruption.strategy=ignore"
    return play(*near, settings=[BUTTON, half_duplex, *settings], each_tick=start, reader=Reading(words))


def sounds_from(played: Played, from_ms: float) -> bool:
    return bool(np.abs(played.out[samples_of_ms(from_ms, OUT_RATE_HZ) :].astype(np.int32)).max() > 100)


def test_stop_ends_an_alarm_and_opens_nothing() -> None:
    played = rung("Stop!")
    assert played.audible_ms() < 1500
    assert not sounds_from(played, 5500)
    assert opened(played) == []


@pytest.mark.parametrize("words", ["What is that?", ""])
def test_an_alarm_rings_on_whatever_else_is_said(words: str) -> None:
    played = rung(words)
    assert sounds_from(played, 6500)
    assert opened(played) == []


def test_nobody_s_words_are_read_where_nothing_rings() -> None:
    reader = Reading("Stop!")
    play(silence(1000), speech(400), silence(3000), settings=[BUTTON], reader=reader)
    assert reader.asked == []
