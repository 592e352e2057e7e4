"""One knob for all that sounds; an alarm is heard wherever it stands."""

import pytest

from appliance.service.toolbox.toolbox_volume import VolumeKnob
from appliance.skills.bell import LEAST_PERCENT


class Room:
    """A knob, and how loud the loudspeaker is."""

    def __init__(self, percent: int) -> None:
        self.loudness = 100
        self.knob = VolumeKnob(self._turn)
        self.knob.set(percent)

    def _turn(self, percent: int) -> None:
        self.loudness = percent


@pytest.mark.parametrize("percent", [0, LEAST_PERCENT - 1])
def test_an_alarm_is_heard_where_the_volume_is_low_and_afterwards_it_is_low_again(percent: int) -> None:
    room = Room(percent)
    room.knob.ring(True)
    room.knob.ring(True)
    assert (room.loudness, room.knob.percent) == (LEAST_PERCENT, percent)
    room.knob.ring(False)
    assert room.loudness == percent


def test_where_it_is_louder_than_that_nothing_changes() -> None:
    room = Room(80)
    room.knob.ring(True)
    assert room.loudness == 80
    room.knob.ring(False)
    assert room.loudness == 80


def test_who_turns_it_while_it_rings_is_obeyed_until_it_is_over() -> None:
    room = Room(0)
    room.knob.ring(True)
    room.knob.set(10)
    room.knob.ring(True)
    assert room.loudness == 10
    room.knob.ring(False)
    assert room.loudness == 10


def test_the_next_alarm_is_heard_again() -> None:
    room = Room(100)
    room.knob.ring(True)
    room.knob.set(0)
    room.knob.ring(False)
    room.knob.ring(True)
    assert room.loudness == LEAST_PERCENT


def test_a_limit_holds_for_all_but_an_alarm() -> None:
    room = Room(80)
    room.knob.limit(20)
    assert (room.loudness, room.knob.percent) == (20, 80)
    room.knob.set(60)
    assert (room.loudness, room.knob.percent) == (20, 60)
    room.knob.ring(True)
    assert room.loudness == 60
    room.knob.ring(False)
    assert room.loudness == 20
    room.knob.limit(None)
    assert room.loudness == 60


def test_a_limit_makes_nothing_louder() -> None:
    room = Room(10)
    room.knob.limit(20)
    assert room.loudness == 10


def test_a_limit_that_ends_while_it_rings_leaves_the_ring_alone() -> None:
    room = Room(80)
    room.knob.limit(20)
    room.knob.ring(True)
    room.knob.limit(None)
    assert room.loudness == 80
    room.knob.ring(False)
    assert room.loudness == 80
