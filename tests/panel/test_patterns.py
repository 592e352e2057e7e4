"""Each state can be read off a lamp that can only be on or off."""

from itertools import combinations

import pytest

from appliance.panel.joint_state import Shown
from appliance.panel.patterns import (
    FRAME_MS,
    HUES,
    PATTERNS,
    Pattern,
    Spread,
    brightness,
    chain,
    colour,
    is_lit,
    next_beat_ms,
    next_frame_ms,
)

ANY_HUE = next(iter(HUES))
# Two beats are told apart by eye where one is this much longer than the other.
TOLD_APART = 1.5


def beats(pattern: Pattern) -> tuple[tuple[bool, float], ...]:
    """Lit and dark stretches as they are seen, sampled and not read from the table."""
    if next_beat_ms(pattern, 0.0) is None:
        return ((is_lit(pattern, 0.0), float("inf")),)
    seen: list[tuple[bool, float]] = []
    t_ms = 0.0
    while t_ms < pattern.period_ms - 0.5:
        step_ms = next_beat_ms(pattern, t_ms)
        assert step_ms is not None
        seen.append((is_lit(pattern, t_ms + step_ms / 2), step_ms))
        t_ms += step_ms
    return tuple(seen)


def alike(one: tuple[bool, float], other: tuple[bool, float]) -> bool:
    longer, shorter = max(one[1], other[1]), min(one[1], other[1])
    return one[0] is other[0] and (longer == shorter or longer / shorter < TOLD_APART)


def seem_the_same(one: Pattern, other: Pattern) -> bool:
    """Whether who looks up at any moment could take one for the other."""
    a, b = beats(one), beats(other)
    if len(a) != len(b):
        return False
    return any(all(map(alike, a, b[shift:] + b[:shift])) for shift in range(len(b)))


def test_every_state_has_a_pattern_and_words() -> None:
    assert set(PATTERNS) == set(Shown)
    assert all(pattern.words.endswith(".") for pattern in PATTERNS.values())


@pytest.mark.parametrize(("one", "other"), list(combinations(Shown, 2)))
def test_no_two_states_look_the_same_on_a_lamp_that_is_on_or_off(one: Shown, other: Shown) -> None:
    assert not seem_the_same(PATTERNS[one], PATTERNS[other])


def test_the_comparison_would_find_two_that_look_the_same() -> None:
    blink = PATTERNS[Shown.RINGING]
    shifted = Pattern((520.0, 480.0), ANY_HUE, "As ringing.")
    assert seem_the_same(blink, shifted)


@pytest.mark.parametrize("what", Shown)
def test_nothing_flashes_more_than_three_times_in_a_second(what: Shown) -> None:
    pattern = PATTERNS[what]
    lit = [is_lit(pattern, float(t_ms)) for t_ms in range(int(2 * pattern.period_ms) + 2000)]
    begins = [t for t in range(1, len(lit)) if lit[t] and not lit[t - 1]]
    for begin in begins:
        assert sum(begin <= other < begin + 1000 for other in begins) <= 3


@pytest.mark.parametrize("what", [Shown.LISTENING, Shown.THINKING, Shown.SPEAKING, Shown.MUTING])
def test_while_sound_may_leave_the_box_it_begins_lit_and_is_never_dark_for_long(what: Shown) -> None:
    pattern = PATTERNS[what]
    assert is_lit(pattern, 0.0)
    dark_ms = [length_ms for lit, length_ms in beats(pattern) if not lit]
    assert all(length_ms <= 150 for length_ms in dark_ms)


def test_listening_is_lit_for_good_and_idle_is_dark_for_good() -> None:
    assert beats(PATTERNS[Shown.LISTENING]) == ((True, float("inf")),)
    assert beats(PATTERNS[Shown.IDLE]) == ((False, float("inf")),)


@pytest.mark.parametrize("what", Shown)
def test_every_kind_of_light_keeps_the_rhythm(what: Shown) -> None:
    pattern = PATTERNS[what]
    for t_ms in map(float, range(0, 9000, 10)):
        lit = is_lit(pattern, t_ms)
        assert (brightness(pattern, t_ms) >= 0.25) is lit
        assert (max(colour(pattern, t_ms)) > 0) is lit
        assert any(max(pixel) > 0 for pixel in chain(pattern, t_ms, 3)) is lit


@pytest.mark.parametrize("what", Shown)
def test_it_is_set_again_before_it_would_look_otherwise(what: Shown) -> None:
    pattern = PATTERNS[what]
    t_ms = 0.0
    while t_ms < 8000 and (step_ms := next_frame_ms(pattern, t_ms)) is not None:
        assert step_ms > 0
        assert len({is_lit(pattern, t_ms + step_ms * part / 10) for part in range(10)}) == 1
        t_ms += step_ms
    if pattern.swells or pattern.spread is Spread.TURNING:
        assert next_frame_ms(pattern, 0.0) == FRAME_MS


def test_one_pixel_after_the_other_is_lit_while_it_thinks() -> None:
    seen = {chain(PATTERNS[Shown.THINKING], float(t_ms), 3) for t_ms in range(0, 700, 10)}
    assert len(seen) == 3
