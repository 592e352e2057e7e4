"""A wait ends once, in its order, and can be called off or made to stand still."""

from appliance.conversation.deadlines import Deadline, Deadlines


def test_a_deadline_passes_once_and_the_earliest_first() -> None:
    deadlines = Deadlines()
    deadlines.start(Deadline.ANSWER, 10.0, 40.0)
    deadlines.start(Deadline.CONFIRM, 10.0, 10.0)
    assert deadlines.next_ms() == 20.0
    assert deadlines.pass_until(19.9) == []
    assert deadlines.pass_until(50.0) == [Deadline.CONFIRM, Deadline.ANSWER]
    assert deadlines.pass_until(99.0) == []
    assert deadlines.next_ms() is None


def test_a_deadline_that_is_cleared_or_moved_does_not_pass() -> None:
    deadlines = Deadlines()
    deadlines.start(Deadline.ANSWER, 0.0, 50.0)
    deadlines.start(Deadline.ANSWER, 0.0, 70.0)
    deadlines.start(Deadline.STALL, 0.0, 50.0)
    deadlines.clear(Deadline.STALL)
    assert deadlines.pass_until(60.0) == []


def test_a_wait_that_stands_still_has_as_much_left_when_it_goes_on() -> None:
    deadlines = Deadlines()
    deadlines.start(Deadline.ANSWER, 0.0, 50.0)
    deadlines.stand_still({Deadline.ANSWER, Deadline.STALL}, 30.0)
    deadlines.start(Deadline.STALL, 500.0, 40.0)
    deadlines.start(Deadline.CONFIRM, 500.0, 10.0)
    assert deadlines.pass_until(9000.0) == [Deadline.CONFIRM]
    deadlines.go_on(1000.0)
    assert deadlines.pass_until(1019.9) == []
    assert deadlines.pass_until(1020.0) == [Deadline.ANSWER]
    assert deadlines.pass_until(1039.9) == []
    assert deadlines.pass_until(1040.0) == [Deadline.STALL]


def test_going_on_without_having_stood_changes_nothing() -> None:
    deadlines = Deadlines()
    deadlines.start(Deadline.ANSWER, 0.0, 50.0)
    deadlines.go_on(20.0)
    assert deadlines.pass_until(50.0) == [Deadline.ANSWER]
