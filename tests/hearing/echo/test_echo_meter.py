"""What the meter makes of levels that are known by construction."""

import numpy as np
import pytest

from appliance.hearing.echo.echo_measure import EchoVerdict
from appliance.hearing.echo.echo_meter import EchoMeter
from appliance.pcm.formats import Pcm

FRAME = 160
CHANCE = np.random.default_rng(1)


def noise(dbfs: float) -> Pcm:
    return np.rint(CHANCE.standard_normal(FRAME) * 32768 * 10 ** (dbfs / 20)).astype(np.int16)


def hear(meter: EchoMeter, seconds: float, captured: float, far: float, given: float) -> None:
    """Syllables of 300 ms with 100 ms between them, in which there is only the room at -65 dBFS."""
    for number in range(round(seconds * 100)):
        pause = number % 40 >= 30
        levels = (-65.0, far, -65.0) if pause else (captured, far, given)
        meter.cancelled(*(noise(level) for level in levels))


def quiet_room(meter: EchoMeter, seconds: float = 2.0) -> None:
    for _ in range(round(seconds * 100)):
        meter.pass_through(noise(-65))


@pytest.fixture
def meter() -> EchoMeter:
    meter = EchoMeter()
    quiet_room(meter)
    return meter


def test_of_a_silent_loudspeaker_only_the_room_is_known(meter: EchoMeter) -> None:
    assert meter.measure.verdict is EchoVerdict.LEARNING
    assert meter.measure.noise_dbfs == pytest.approx(-65, abs=1)
    assert (meter.measure.erle_db, meter.measure.echo_db) == (None, None)


def test_what_is_cancelled_is_measured(meter: EchoMeter) -> None:
    hear(meter, 5, captured=-30, far=-20, given=-60)
    measure = meter.measure
    assert measure.verdict is EchoVerdict.CANCELLED
    assert measure.far_sounds
    assert measure.erle_db == pytest.approx(30, abs=1.5)
    assert measure.residual_dbfs == pytest.approx(-60, abs=1.5)
    assert measure.echo_db == pytest.approx(-11, abs=2)
    assert not measure.double_talk


def test_an_echo_that_stays_is_called_weak(meter: EchoMeter) -> None:
    hear(meter, 5, captured=-30, far=-20, given=-33)
    assert meter.measure.verdict is EchoVerdict.WEAK


def test_a_loudspeaker_that_is_not_heard_is_told_from_one_that_is_cancelled(meter: EchoMeter) -> None:
    hear(meter, 5, captured=-64, far=-20, given=-65)
    assert meter.measure.verdict is EchoVerdict.INAUDIBLE


def test_sounds_of_people_over_many_answers_add_up_to_no_echo(meter: EchoMeter) -> None:
    for _ in range(20):
        hear(meter, 9, captured=-64, far=-20, given=-65)
        hear(meter, 1, captured=-23, far=-20, given=-40)
    assert meter.needless


def test_of_an_echo_that_was_heard_for_less_than_a_second_it_is_not_said_that_there_is_none(
    meter: EchoMeter,
) -> None:
    hear(meter, 0.6, captured=-64, far=-20, given=-65)
    hear(meter, 1, captured=-30, far=-20, given=-60)
    assert meter.measure.verdict is EchoVerdict.LEARNING


def test_a_canceller_that_makes_it_louder_is_harmful_until_it_does_not(meter: EchoMeter) -> None:
    hear(meter, 3, captured=-30, far=-20, given=-60)
    hear(meter, 2, captured=-30, far=-20, given=-20)
    assert meter.harmful
    hear(meter, 1, captured=-30, far=-20, given=-31)
    assert meter.harmful
    hear(meter, 3, captured=-30, far=-20, given=-60)
    assert meter.measure.verdict is EchoVerdict.CANCELLED


def test_a_person_who_speaks_over_it_is_suspected_and_changes_no_median(meter: EchoMeter) -> None:
    hear(meter, 6, captured=-30, far=-20, given=-60)
    hear(meter, 0.3, captured=-27, far=-20, given=-32)
    assert meter.measure.double_talk
    assert meter.measure.erle_db == pytest.approx(30, abs=1.5)
    hear(meter, 0.3, captured=-30, far=-20, given=-60)
    assert not meter.measure.double_talk


def test_once_it_is_silent_nobody_speaks_over_it(meter: EchoMeter) -> None:
    hear(meter, 6, captured=-30, far=-20, given=-60)
    hear(meter, 0.3, captured=-27, far=-20, given=-32)
    quiet_room(meter, 0.1)
    assert not meter.measure.double_talk
    assert not meter.measure.far_sounds
    assert meter.measure.verdict is EchoVerdict.CANCELLED
