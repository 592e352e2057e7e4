"""What the echo cannot be, by levels that are known by construction."""

import numpy as np

from appliance.hearing.echo.echo_ceiling import EchoCeiling

CHANCE = np.random.default_rng(1)
ROOM = 25.0  # dB of steps of int16, as are all numbers here


def play(ceiling: EchoCeiling, seconds: float, echo_db: float, far_db: float = 70) -> list[bool]:
    """What is played varies as speech does and comes back at `echo_db` over it, 200 ms late."""
    levels = far_db + CHANCE.uniform(-20, 0, round(seconds * 100))
    heard = np.maximum(np.concatenate((np.full(20, ROOM), levels))[: len(levels)] + echo_db, ROOM)
    return [ceiling.exceeded(near, far) for near, far in zip(heard.tolist(), levels.tolist(), strict=True)]


def test_an_echo_as_loud_as_it_always_was_is_nobody() -> None:
    for echo_db in (-60, -12, 6):
        assert not any(play(EchoCeiling(), 20, echo_db))


def test_who_is_louder_than_the_echo_ever_was_is_somebody_at_once() -> None:
    ceiling = EchoCeiling()
    play(ceiling, 4, -12)
    assert ceiling.exceeded(68, 70)


def test_where_nothing_comes_back_any_voice_is_somebody() -> None:
    ceiling = EchoCeiling()
    play(ceiling, 4, -60)
    assert ceiling.exceeded(45, 70)


def test_over_an_echo_as_loud_as_he_is_nobody_can_be_told() -> None:
    ceiling = EchoCeiling()
    play(ceiling, 4, 0)
    assert not ceiling.exceeded(70, 70)


def test_before_two_seconds_of_loud_words_nobody_can_be_told() -> None:
    ceiling = EchoCeiling()
    play(ceiling, 1.9, -60)
    assert not ceiling.exceeded(70, 70)


def test_hiss_after_a_single_word_tells_nothing_of_the_words_that_follow() -> None:
    ceiling = EchoCeiling()
    play(ceiling, 0.5, 0)
    play(ceiling, 3, 0, far_db=43)
    assert not any(play(ceiling, 1.5, 0))


def test_a_louder_echo_is_learnt_within_seconds() -> None:
    ceiling = EchoCeiling()
    play(ceiling, 10, -20)
    play(ceiling, 5, 0)
    assert not any(play(ceiling, 5, 0))
