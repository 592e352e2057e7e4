"""What is known of a device's clock, from looks that are all too late."""

import numpy as np
import pytest

from appliance.hearing.echo.clock_line import ClockLine
from tests.hearing.clocks import Crystal, looks

LATE_S = 0.03
HALF_A_MS = 0.5 * 16


def see(line: ClockLine, crystal: Crystal, from_s: float, to_s: float, seed: int = 1) -> None:
    for now_s, index in looks(crystal, from_s, to_s, 0.02, LATE_S, seed):
        line.see(now_s, index)


@pytest.mark.parametrize("ppm", [-1000, -200, 0, 200, 1000])
def test_after_a_minute_instant_and_rate_are_known(ppm: float) -> None:
    crystal, line = Crystal(ppm, at_s=1000.0), ClockLine()
    see(line, crystal, 1000, 1070)
    assert abs(line.ppm - ppm) < 10
    assert abs(line.index_at(1070) - crystal.index_at(1070)) < 2 * HALF_A_MS
    assert abs(line.instant_of(line.index_at(1050.0)) - 1050) < 1e-6


def test_before_the_first_minute_the_rate_is_the_one_it_was_told() -> None:
    line = ClockLine(120.0)
    see(line, Crystal(120), 0, 5)
    assert line.ppm == pytest.approx(120)


def test_a_device_that_was_away_goes_on_from_where_it_is() -> None:
    line = ClockLine()
    see(line, Crystal(150), 0, 60)
    back = Crystal(150, at_s=75.0, index=60 * 16_000)
    see(line, back, 75, 75.5)
    assert line.stretch == 1
    assert abs(line.ppm - 150) < 10
    assert abs(line.index_at(75.5) - back.index_at(75.5)) < 4 * HALF_A_MS


@pytest.mark.parametrize("store_samples", [-1600, 300])
def test_what_a_device_has_in_store_when_it_begins_is_no_part_of_the_line(store_samples: int) -> None:
    line, crystal = ClockLine(), Crystal()
    for now_s, index in looks(crystal, 0, 1, 0.02, LATE_S, 1):
        line.see(now_s, index + store_samples)
    see(line, crystal, 1, 20)
    assert line.stretch == 0
    assert abs(line.index_at(20) - crystal.index_at(20)) < 2 * HALF_A_MS


@pytest.mark.parametrize("settling_s", [4, 8])
def test_a_latency_that_settles_is_no_drift(settling_s: int) -> None:
    line = ClockLine()
    for second in range(60):
        late = min(second, settling_s) * 16
        for now_s, index in looks(Crystal(), second, second + 1, 0.032, LATE_S, second):
            line.see(now_s, index - late)
        assert abs(line.ppm) < 20


@pytest.mark.parametrize("lost_samples", [-320, -160, 160, 320])
def test_lost_samples_are_noticed_within_three_seconds(lost_samples: int) -> None:
    line = ClockLine()
    see(line, Crystal(), 0, 30)
    after = Crystal(index=-lost_samples)
    see(line, after, 30, 33.1, seed=2)
    assert line.stretch == 1
    assert abs(line.index_at(33.1) - after.index_at(33.1)) < 4 * HALF_A_MS


def test_a_machine_that_is_late_for_a_moment_changes_nothing() -> None:
    line = ClockLine()
    see(line, Crystal(), 0, 30)
    for now_s, index in looks(Crystal(), 30, 31, 0.02, 0.2, 3):
        line.see(now_s, index - 1600)
    see(line, Crystal(), 31, 35)
    assert line.stretch == 0
    assert abs(line.index_at(35) - Crystal().index_at(35)) < 2 * HALF_A_MS


def test_nothing_is_told_before_anything_was_seen() -> None:
    with pytest.raises(ValueError, match="nothing was seen"):
        ClockLine().index_at(1.0)


def test_a_machine_that_is_late_for_seconds_is_no_drift() -> None:
    line = ClockLine()
    chance = np.random.default_rng(4)
    for second in range(20):
        late = int(16 * chance.uniform(0, 3))
        for now_s, index in looks(Crystal(), second, second + 1, 0.032, LATE_S, second):
            line.see(now_s, max(index - late, 0))
        assert abs(line.ppm) < 250
    assert abs(line.ppm) < 100


def test_what_a_device_says_of_its_queue_may_be_wrong_either_way() -> None:
    line, crystal = ClockLine(may_be_early=True), Crystal(50)
    chance = np.random.default_rng(5)
    for number in range(70 * 50):
        now_s = number * 0.02
        wrong = chance.choice([0, 0, 0, 0, -1120, 1120])
        line.see(now_s, int(crystal.index_at(now_s)) + int(wrong))
    assert line.stretch == 0
    assert abs(line.ppm - 50) < 10
    assert abs(line.index_at(70) - crystal.index_at(70)) < 2 * HALF_A_MS
