"""Hearing that stands still while the microphone delivers is noticed; silence and slowness are not."""

from appliance.service.liveness import MAX_LATE_S, HearingWatch

RATE_HZ = 48_000
LIMIT = round(MAX_LATE_S * RATE_HZ)


def test_hearing_that_moves_is_not_stuck() -> None:
    watch = HearingWatch(RATE_HZ)
    assert not any(watch.is_stuck(n * 4800, n * 1600) for n in range(1000))


def test_hearing_that_stands_still_is_stuck_once_it_is_too_late() -> None:
    watch = HearingWatch(RATE_HZ)
    assert not watch.is_stuck(4800, 1600)
    assert not watch.is_stuck(4800 + LIMIT, 1600)
    assert watch.is_stuck(4801 + LIMIT, 1600)


def test_without_a_microphone_nothing_is_stuck() -> None:
    watch = HearingWatch(RATE_HZ)
    assert not any(watch.is_stuck(4800, 1600) for _ in range(1000))
