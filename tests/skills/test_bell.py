"""One bell for all timers: it rings for a minute and listens in between, unless somebody silences it."""

from itertools import pairwise

from appliance.skills.bell import LISTEN_S, PATIENCE_S, STROKE_S, STROKES, Bell

STEP_S = 0.1


def strokes(bell: Bell, from_s: float, to_s: float, busy: tuple[float, float] = (0, 0)) -> list[float]:
    """When the bell strokes in this time, each one sounding as long as it does; `busy`: somebody speaks."""
    found: list[float] = []
    for step in range(round((to_s - from_s) / STEP_S)):
        now_s = from_s + step * STEP_S
        sounds = bool(found) and now_s < found[-1] + STROKE_S
        free = not sounds and not busy[0] <= now_s < busy[1]
        if bell.look(now_s, sounds=sounds, free=free) is not None:
            found.append(now_s)
    return found


def struck(at_s: float = 0) -> Bell:
    bell = Bell()
    assert bell.strike(at_s) == 0
    assert bell.look(at_s + STROKE_S - STEP_S, sounds=True, free=False) is None
    return bell


def test_it_rings_and_listens_by_turns_for_a_minute() -> None:
    bell = struck()
    found = strokes(bell, STROKE_S, 120)
    assert len(found) == STROKES - 1
    for before, after in pairwise(found):
        assert STROKE_S + LISTEN_S <= after - before <= STROKE_S + LISTEN_S + 2 * STEP_S
    assert not bell.rings


def test_each_stroke_has_its_number() -> None:
    bell = struck()
    assert bell.look(4, sounds=False, free=True) is None
    assert bell.look(6.1, sounds=False, free=True) == 1


def test_a_second_timer_that_ends_while_it_rings_has_its_own_minute() -> None:
    bell = struck()
    assert strokes(bell, STROKE_S, 30)
    assert bell.strike(30) is None
    assert len(strokes(bell, 30, 200)) == STROKES


def test_who_silences_the_bell_has_heard_of_both() -> None:
    bell = struck()
    bell.strike(1)
    bell.silence()
    assert not bell.rings
    assert strokes(bell, STROKE_S, 100) == []


def test_after_it_was_silenced_the_next_timer_rings_anew() -> None:
    bell = struck()
    bell.silence()
    assert bell.strike(20) == 0


def test_it_waits_for_who_speaks_and_then_listens_once_more() -> None:
    (first, *_) = strokes(struck(), STROKE_S, 40, busy=(4, 12))
    assert 12 + LISTEN_S <= first <= 12 + LISTEN_S + 2 * STEP_S


def test_who_talks_on_and_on_does_not_keep_it_from_ringing() -> None:
    found = strokes(struck(), STROKE_S, 60, busy=(0, 60))
    assert found[0] <= STROKE_S + PATIENCE_S + STEP_S


def test_a_loudspeaker_that_is_gone_for_an_hour_costs_no_stroke() -> None:
    bell = struck()
    for minute in range(60):
        assert bell.look(3 + minute * 60, sounds=True, free=False) is None
    assert len(strokes(bell, 3700, 3800)) == STROKES - 1


def test_a_bell_that_nobody_struck_is_quiet() -> None:
    assert Bell().look(100, sounds=False, free=True) is None
