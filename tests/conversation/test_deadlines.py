"""A wait ends once, in its order, and can be called off."""

from appliance.conversation.deadlines import Deadline, Deadlines


def test_a_deadline_passes_once_and_the_earliest_first() -> None:
    deadlines = Deadlines()
    deadlines.set(Deadline.ANSWER, 50.0)
    deadlines.set(Deadline.CONFIRM, 20.0)
    assert deadlines.pass_until(19.9) == []
    assert deadlines.pass_until(50.0) == [Deadline.CONFIRM, Deadline.ANSWER]
    assert deadlines.pass_until(99.0) == []


def test_a_deadline_that_is_cleared_or_moved_does_not_pass() -> None:
    deadlines = Deadlines()
    deadlines.set(Deadline.ANSWER, 50.0)
    deadlines.set(Deadline.ANSWER, 70.0)
    deadlines.set(Deadline.STALL, 50.0)
    deadlines.clear(Deadline.STALL)
    assert deadlines.pass_until(60.0) == []
