"""How long the people here pause in the middle of what they say."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from appliance.hearing.turns.pause_habit import KEPT_PAUSES, LEAST_PAUSES, LEAST_SHARE, MOST_SHARE, PauseHabit

SET = 12_800


def taught(*pauses: int) -> PauseHabit:
    habit = PauseHabit(SET)
    for pause in pauses:
        habit.learn(pause)
    return habit


def test_a_few_pauses_change_nothing() -> None:
    assert taught(*[16_000] * (LEAST_PAUSES - 1)).silence == SET


def test_who_pauses_long_is_given_more_time_and_who_does_not_less() -> None:
    assert taught(*[15_000] * 40).silence > SET
    assert taught(*[4_000] * 40).silence < SET


def test_it_is_learnt_slowly() -> None:
    steps = [taught(*[15_000] * count).silence for count in range(KEPT_PAUSES)]
    assert steps == sorted(steps)
    assert max(after - before for before, after in itertools.pairwise(steps)) < SET // 5


@given(st.lists(st.integers(0, 200_000), max_size=200))
def test_it_stays_within_its_limits_and_its_memory(pauses: list[int]) -> None:
    habit = taught(*pauses)
    assert LEAST_SHARE * SET <= habit.silence <= MOST_SHARE * SET
    assert habit.count <= KEPT_PAUSES


def test_of_two_people_the_one_who_pauses_longer_decides() -> None:
    slow, quick = [14_000, 13_000], [4_000, 5_000, 3_500, 4_500, 6_000, 5_500, 4_000, 4_200, 5_100, 4_800]
    mixed = taught(*[p for _ in range(10) for p in (*slow, *quick)])
    assert mixed.silence > 14_000


def test_old_habits_are_forgotten() -> None:
    habit = taught(*[15_000] * 40)
    for _ in range(KEPT_PAUSES):
        habit.learn(4_000)
    assert habit.silence == taught(*[4_000] * KEPT_PAUSES).silence


def test_forgetting_begins_anew() -> None:
    habit = taught(*[15_000] * 40)
    habit.forget()
    assert (habit.silence, habit.count) == (SET, 0)
