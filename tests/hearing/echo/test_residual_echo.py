"""What may be left of the echo, and who is believed over it, by levels that are known by construction."""

import numpy as np
import pytest

from appliance.hearing.echo.echo_guard import EchoGuard
from appliance.hearing.echo.residual_echo import LOUD_VOICE_DBFS, ResidualEcho
from appliance.pcm.formats import Pcm

FRAME = 160
WINDOW = 512
CHANCE = np.random.default_rng(1)


def noise(dbfs: float, samples: int = FRAME) -> Pcm:
    return np.rint(CHANCE.standard_normal(samples) * 32768 * 10 ** (dbfs / 20)).astype(np.int16)


def played(residual: ResidualEcho, seconds: float, far: float, given: float) -> None:
    for _ in range(round(seconds * 100)):
        residual.hear(noise(far), noise(given + 20), noise(given))


def test_all_of_the_echo_is_expected_until_it_is_learnt_what_is_left_of_it() -> None:
    residual = ResidualEcho(coupling_db=-6)
    played(residual, 2, far=-20, given=-50)
    assert residual.expected_dbfs == pytest.approx(-26, abs=1)
    played(residual, 2, far=-20, given=-50)
    assert residual.expected_dbfs == pytest.approx(-40, abs=1)


def test_it_rises_with_what_is_left_and_falls_back() -> None:
    residual = ResidualEcho()
    played(residual, 12, far=-30, given=-60)
    quiet = residual.expected_dbfs
    played(residual, 12, far=-30, given=-50)
    loud = residual.expected_dbfs
    played(residual, 12, far=-30, given=-60)
    assert loud == pytest.approx(quiet + 10, abs=1)
    assert residual.expected_dbfs == pytest.approx(quiet, abs=1)


def test_it_follows_what_is_played_into_a_pause() -> None:
    residual = ResidualEcho()
    played(residual, 5, far=-20, given=-50)
    played(residual, 0.4, far=-90, given=-60)
    assert residual.expected_dbfs == pytest.approx(-40, abs=1)
    played(residual, 0.3, far=-90, given=-60)
    assert residual.expected_dbfs < -80


def test_the_hiss_between_the_words_does_not_make_them_louder() -> None:
    residual = ResidualEcho()
    for _ in range(10):
        played(residual, 0.4, far=-20, given=-62)
        played(residual, 1.6, far=-48, given=-62)
    played(residual, 0.4, far=-20, given=-62)
    assert residual.expected_dbfs == pytest.approx(-52, abs=2)


def test_a_person_in_a_fifth_of_an_answer_changes_nothing() -> None:
    residual = ResidualEcho()
    played(residual, 10, far=-20, given=-50)
    for _ in range(5):
        played(residual, 1.6, far=-20, given=-50)
        played(residual, 0.4, far=-20, given=-20)
    assert residual.expected_dbfs == pytest.approx(-40, abs=1.5)


def test_all_of_the_echo_is_expected_again_where_the_canceller_begins_anew() -> None:
    residual = ResidualEcho()
    played(residual, 10, far=-30, given=-45)
    learnt = residual.expected_dbfs
    residual.begin_anew()
    assert residual.expected_dbfs == pytest.approx(-45 + 20 + 10, abs=1)
    played(residual, 3, far=-30, given=-45)
    assert residual.expected_dbfs == pytest.approx(learnt, abs=1)


def test_more_than_25_db_are_not_believed_to_be_gone_for_good() -> None:
    residual = ResidualEcho()
    for _ in range(1000):
        residual.hear(noise(-20), noise(-25), noise(-80))
    assert residual.expected_dbfs == pytest.approx(-25 + 10 - 25, abs=1)


def test_a_loud_voice_is_never_expected_of_the_echo() -> None:
    residual = ResidualEcho()
    played(residual, 5, far=-3, given=-3)
    assert residual.expected_dbfs == LOUD_VOICE_DBFS


def judged(guard: EchoGuard, levels: list[float], expected: float | None) -> list[float]:
    return [guard.judge(0.9, noise(level, WINDOW), expected) for level in levels]


def test_without_an_answer_everything_stays_as_it_is() -> None:
    guard = EchoGuard(WINDOW)
    assert judged(guard, [-70, -20, -70], None) == [0.9, 0.9, 0.9]


def test_what_is_no_louder_than_the_echo_can_be_is_silence() -> None:
    guard = EchoGuard(WINDOW)
    assert judged(guard, [-45] * 5, -40) == [0.0] * 5


def test_a_crack_of_one_window_is_silence() -> None:
    guard = EchoGuard(WINDOW)
    assert judged(guard, [-50, -20, -50, -50, -50, -20], -40) == [0.0] * 6


def test_a_voice_above_the_echo_is_heard_and_its_pauses_are_bridged() -> None:
    guard = EchoGuard(WINDOW)
    assert judged(guard, [-30, -30, -30, *[-60] * 5], -40) == [0.0, *[0.9] * 7]


def test_a_word_that_began_before_the_answer_goes_on() -> None:
    guard = EchoGuard(WINDOW)
    judged(guard, [-30], None)
    assert judged(guard, [-45] * 4, -40) == [0.9] * 4


def test_what_was_heard_is_believed_no_longer_than_a_quarter_of_a_second() -> None:
    guard = EchoGuard(WINDOW)
    judged(guard, [-30, -30, -30], -40)
    assert judged(guard, [-45] * 20, -40)[-5:] == [0.0] * 5
