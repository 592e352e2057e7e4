"""One bell for all timers: each has its minute, unless somebody silences it."""

from appliance.skills.bell import RING_S, Bell, Stroke


def test_the_first_timer_rings() -> None:
    assert Bell().strike(5, rings=False) is Stroke.RING


def test_a_second_timer_that_ends_while_it_rings_keeps_it_ringing() -> None:
    bell = Bell()
    bell.strike(0, rings=False)
    assert bell.strike(50, rings=True) is Stroke.NOTHING
    assert bell.look(RING_S - 5, rings=True) is Stroke.NOTHING
    assert bell.look(RING_S - 0.2, rings=True) is Stroke.RING_ON
    assert bell.look(RING_S + 1, rings=True) is Stroke.NOTHING


def test_who_silences_the_bell_has_heard_of_both() -> None:
    bell = Bell()
    bell.strike(0, rings=False)
    bell.strike(50, rings=True)
    assert bell.look(55, rings=False) is Stroke.NOTHING
    assert bell.look(RING_S - 0.2, rings=False) is Stroke.NOTHING


def test_after_it_was_silenced_the_next_timer_rings_anew() -> None:
    bell = Bell()
    bell.strike(0, rings=False)
    bell.look(10, rings=False)
    assert bell.strike(20, rings=False) is Stroke.RING


def test_one_timer_rings_for_its_time_and_no_longer() -> None:
    bell = Bell()
    bell.strike(0, rings=False)
    assert bell.look(RING_S - 0.2, rings=True) is Stroke.NOTHING
    assert bell.look(RING_S + 0.1, rings=False) is Stroke.NOTHING


def test_a_bell_that_nobody_struck_is_quiet() -> None:
    assert Bell().look(100, rings=False) is Stroke.NOTHING
