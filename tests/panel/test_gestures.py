"""A hand is understood by when it moved, and by nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.panel.gestures import BOUNCE_MS, MAX_TAPS, Gesture, Gestures, Told

STUCK_MS = 40_000.0
Edges = list[tuple[float, bool]]


def gestures_of(edges: Edges, until_ms: float = 60_000.0, every_ms: float | None = None) -> list[Told]:
    """What is told of these edges, looked at when it is due, or `every_ms`."""
    button = Gestures(STUCK_MS)
    told: list[Told] = []
    now_ms, waiting = 0.0, list(edges)
    while now_ms < until_ms:
        due_ms = button.due_ms if every_ms is None else now_ms + every_ms
        if waiting and (due_ms is None or waiting[0][0] <= due_ms):
            now_ms, down = waiting.pop(0)
            told += button.edge(down, now_ms)
        elif due_ms is None:
            break
        else:
            now_ms = due_ms
            told += button.pass_time(now_ms)
    return told


def press(at_ms: float, for_ms: float) -> Edges:
    return [(at_ms, True), (at_ms + for_ms, False)]


def names(told: list[Told]) -> list[Gesture]:
    return [each.gesture for each in told]


G = Gesture


def test_that_it_went_down_is_told_at_once() -> None:
    assert Gestures(STUCK_MS).edge(True, 1000) == [Told(G.DOWN, 1000)]


@pytest.mark.parametrize(
    ("edges", "expected"),
    [
        (press(0, 150), [G.DOWN, G.TAPPED]),
        (press(0, 1500), [G.DOWN, G.HELD, G.LET_GO]),
        (press(0, 5000), [G.DOWN, G.HELD, G.AFFIRMED, G.LET_GO]),
        (press(0, 11_000), [G.DOWN, G.HELD, G.AFFIRMED, G.HELD_VERY_LONG, G.LET_GO]),
        (press(0, 150) + press(300, 150), [G.DOWN, G.TAPPED, G.DOWN, G.TAPPED, G.TWO_TAPS]),
        (press(0, 150) + press(900, 150), [G.DOWN, G.TAPPED, G.DOWN, G.TAPPED]),
        (
            press(0, 100) + press(250, 100) + press(500, 100),
            [G.DOWN, G.TAPPED, G.DOWN, G.TAPPED, G.DOWN, G.TAPPED, G.THREE_TAPS],
        ),
        (press(0, 100) + press(250, 2500), [G.DOWN, G.TAPPED, G.DOWN, G.HELD, G.AFFIRMED, G.LET_GO]),
    ],
    ids=[
        "tap",
        "push to talk",
        "long",
        "ten seconds",
        "two taps",
        "two single taps",
        "three",
        "tap and hold",
    ],
)
def test_what_a_hand_does_has_a_name(edges: Edges, expected: list[Gesture]) -> None:
    assert names(gestures_of(edges)) == expected


def test_a_release_has_the_instant_at_which_it_came_up_and_not_that_at_which_it_was_believed() -> None:
    assert gestures_of(press(0, 1500))[-1] == Told(G.LET_GO, 1500)


def test_a_contact_that_bounces_is_one_press() -> None:
    bouncing = [(0.0, True), (2.0, False), (3.0, True), (4.0, False), (9.0, True)]
    bouncing += [(150.0, False), (152.0, True), (155.0, False)]
    assert names(gestures_of(bouncing)) == [G.DOWN, G.TAPPED]


def test_a_contact_that_opens_for_a_moment_does_not_end_what_is_said() -> None:
    opening = [(0.0, True), (1990.0, False), (2005.0, True), (3000.0, False)]
    assert gestures_of(opening)[-2:] == [Told(G.AFFIRMED, 2005), Told(G.LET_GO, 3000)]


def test_ten_presses_a_second_are_passed_over_until_the_button_was_left_alone() -> None:
    many = [edge for number in range(50) for edge in press(number * 100, 50)]
    told = names(gestures_of([*many, *press(7000, 150)]))
    assert told == [G.DOWN, G.TAPPED] * MAX_TAPS + [G.PLAYED_WITH] + [G.DOWN, G.TAPPED]


def test_a_stuck_button_lets_go_once_and_is_passed_over_until_it_comes_up() -> None:
    told = names(gestures_of([*press(0, 50_000), *press(52_000, 150)]))
    assert told[-4:] == [G.STUCK, G.FREED, G.DOWN, G.TAPPED]


def test_a_button_that_is_down_from_the_start_is_no_press() -> None:
    button = Gestures(STUCK_MS, down=True)
    assert button.edge(False, 5.0) + button.pass_time(5.0 + BOUNCE_MS) == [Told(G.FREED, 5.0)]
    assert names(button.edge(True, 100.0)) == [G.DOWN]


EDGES = st.lists(st.integers(1, 3000), max_size=40).map(
    lambda gaps: [(float(sum(gaps[: n + 1])), n % 2 == 0) for n in range(len(gaps))]
)


@given(EDGES)
def test_it_does_not_matter_when_it_is_looked_at(edges: Edges) -> None:
    assert gestures_of(edges, 200_000, every_ms=61.0) == gestures_of(edges, 200_000)


@given(EDGES)
def test_each_press_ends_and_none_ends_twice(edges: Edges) -> None:
    down = False
    for gesture in names(gestures_of(edges, 200_000)):
        if gesture is G.DOWN:
            assert not down
            down = True
        elif gesture in (G.TAPPED, G.LET_GO, G.STUCK):
            assert down
            down = False


@given(st.lists(st.tuples(st.floats(0, 20), st.booleans()), max_size=200))
def test_noise_on_the_line_makes_no_more_presses_than_a_hand_could(noise: list[tuple[float, bool]]) -> None:
    button, now_ms, downs = Gestures(STUCK_MS), 0.0, 0
    for gap_ms, down in noise:
        now_ms += gap_ms
        downs += names(button.edge(down, now_ms)).count(G.DOWN)
    assert downs <= 1 + now_ms / BOUNCE_MS
