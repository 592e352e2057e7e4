"""Every gesture means something, or nothing on purpose, however things stand."""

import pytest

from appliance.panel.gestures import Gesture
from appliance.panel.hand import MEANINGS, Meaning, Standing


def test_every_gesture_is_decided_however_things_stand() -> None:
    assert {(standing, gesture) for standing in MEANINGS for gesture in MEANINGS[standing]} == {
        (standing, gesture) for standing in Standing for gesture in Gesture
    }


def test_everything_is_forgotten_only_by_who_was_asked_and_affirms_it() -> None:
    forgetting = [
        (standing, gesture)
        for standing, row in MEANINGS.items()
        for gesture, meanings in row.items()
        if Meaning.FORGET in meanings
    ]
    assert forgetting == [(Standing.ASKED, Gesture.AFFIRMED)]


def test_it_asks_only_while_it_is_muted() -> None:
    asking = [standing for standing in Standing if Meaning.ASK_TO_FORGET in _all_of(standing)]
    assert asking == [Standing.MUTED]


@pytest.mark.parametrize("gesture", [Gesture.TAPPED, Gesture.TWO_TAPS, Gesture.STUCK, Gesture.PLAYED_WITH])
def test_there_is_a_way_out(gesture: Gesture) -> None:
    assert Meaning.KEEP in MEANINGS[Standing.ASKED][gesture]


def test_a_press_stops_the_ring_and_nothing_else() -> None:
    assert MEANINGS[Standing.RINGING][Gesture.DOWN] == (Meaning.STOP_RING,)


def _all_of(standing: Standing) -> set[Meaning]:
    return {meaning for meanings in MEANINGS[standing].values() for meaning in meanings}
