"""The button of a running device loses no word and opens nothing that nobody closes."""

import numpy as np
import pytest

from appliance.conversation.machine import State
from appliance.conversation.vocabulary import TurnEnded
from tests.service.event_schema import problems
from tests.service.live_stage import Live, at, is_told, play_live
from tests.service.stage import sample, silence, speech, tone

SHORT_TURNS = ("hearing.max_turn_s=2", "hearing.prefix_padding_ms=100")


def test_a_tap_that_crosses_the_end_of_the_turn_opens_one_that_silence_ends() -> None:
    pressed_ms: list[float] = []

    def tap_when_the_turn_has_ended(live: Live) -> None:
        now_ms = live.clock.now_ms()
        if not pressed_ms and live.loop.carries(TurnEnded):
            pressed_ms.append(now_ms)
            live.press()
        elif pressed_ms and now_ms == pressed_ms[0] + 150:
            live.let_go()

    played = play_live(
        silence(500),
        speech(1000),
        silence(3500),
        speech(1200, seed=2),  # until 6.2 s
        silence(4000),
        answers=[tone(1500), tone(500)],
        late_ms=20,
        acts=tap_when_the_turn_has_ended,
        tail_ms=40_000,
    )
    assert pressed_ms
    assert problems(played.events) == []
    assert played.of("turn_committed")[-1]["t_ms"] < 7500


def test_what_is_said_after_a_held_turn_was_too_long_is_asked() -> None:
    played = play_live(
        silence(3000),
        speech(2000),
        silence(6000),
        settings=["hearing.max_turn_s=2"],
        acts=at((500, Live.press), (9000, Live.let_go)),
    )
    assert played.of("turn_committed")
    assert problems(played.events) == []


def test_the_button_over_the_answer_loses_nothing_that_was_kept() -> None:
    words = speech(4000)
    played = play_live(
        silence(500),
        words,
        silence(3000),
        speech(1000, seed=5),
        silence(6000),
        answers=[tone(6000), tone(500), tone(400)],
        settings=SHORT_TURNS,
        acts=at((7000, Live.press), (8700, Live.let_go)),
    )
    assert is_told(played, words)
    assert problems(played.events) == []


def test_the_button_over_the_answer_loses_nothing_that_is_still_being_said() -> None:
    words = speech(6000)
    played = play_live(
        silence(500),
        words,
        silence(6000),
        answers=[tone(6000), tone(500), tone(400)],
        settings=["hearing.max_turn_s=3", "hearing.prefix_padding_ms=100"],
        acts=at((4500, Live.press), (6700, Live.let_go)),
    )
    assert is_told(played, words)
    assert problems(played.events) == []


@pytest.mark.parametrize("late_ms", [0, 20])
def test_a_press_at_the_end_of_the_answer_loses_nothing_that_was_kept(late_ms: float) -> None:
    words = speech(4000)
    pressed_ms: list[float] = []

    def press_when_the_answer_is_over(live: Live) -> None:
        now_ms = live.clock.now_ms()
        idle = live.assembly.conductor.state is State.IDLE and live.assembly.answers.current == 1
        if not pressed_ms and idle:
            pressed_ms.append(now_ms)
            live.press()
        elif pressed_ms and now_ms == pressed_ms[0] + 800:
            live.let_go()

    played = play_live(
        silence(500),
        words,
        silence(12_000),
        answers=[tone(4000), tone(300), tone(300)],
        settings=SHORT_TURNS,
        acts=press_when_the_answer_is_over,
        late_ms=late_ms,
    )
    assert is_told(played, words)
    assert problems(played.events) == []


def test_a_short_word_after_the_press_is_asked_where_nothing_is_heard_over_the_answer() -> None:
    word = speech(320, seed=2)
    played = play_live(
        silence(500),
        speech(1000),
        silence(1520),
        word,  # from 3.02 s on, while the last of the answer rings out
        silence(6000),
        answers=[tone(5000), tone(300)],
        settings=["interruption.strategy=ignore"],
        acts=at((3000, Live.press), (3450, Live.let_go)),
    )
    assert len(played.of("turn_committed")) == 2
    assert np.array_equal(played.provider.turns[1][-len(word) - sample(110) : -sample(110)], word)
