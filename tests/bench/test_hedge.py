"""Two races of the bench: one that the second wins, and one that is as good as a draw."""

from tests.bench import hedge
from tests.bench.hedge import Course, race, rows


def test_every_course_of_a_race_is_drawn_as_often_as_every_other() -> None:
    drawn = [race(seed)[0] for seed in range(40)]
    assert {course: drawn.count(course) for course in Course} == dict.fromkeys(Course, 10)


def test_one_timer_is_set_where_two_providers_are_asked_at_once() -> None:
    lived = hedge.run(2, seed=1)
    assert [one.course for one in lived] == [Course.SECOND, Course.CLOSE]
    assert [one.ran.mistakes for one in lived] == [[], []]
    assert [(one.ran.calls, one.ran.timers) for one in lived] == [(1, 1), (1, 1)]
    assert lived[0].ran.winner == 1


def test_races_that_were_not_run_meet_nothing() -> None:
    assert not any(row.met for row in rows([]))
