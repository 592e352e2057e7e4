"""Rooms sound as physics says."""

import numpy as np
import pytest

from appliance.pcm.formats import NEAR_RATE_HZ
from tests.listening.rooms import SOUND_M_PER_S, Room, any_room, convolve, decay_s, response


@pytest.mark.parametrize("rt60_s", [0.2, 0.35, 0.5, 0.7])
def test_a_room_rings_for_its_reverberation_time(rt60_s: float) -> None:
    for seed in range(3):
        chance = np.random.default_rng(seed)
        room = any_room(chance, rt60_s)
        assert decay_s(response(room, room.person, chance)) == pytest.approx(rt60_s, rel=0.3)


def test_the_direct_sound_comes_first_and_is_the_loudest() -> None:
    chance = np.random.default_rng(1)
    room = any_room(chance, 0.4)
    heard_as = response(room, room.loudspeaker, chance)
    assert heard_as[0] == pytest.approx(1.0, abs=0.05)
    assert np.abs(heard_as).argmax() == 0


def test_the_first_reflection_comes_when_its_way_is_over() -> None:
    # The floor is the nearest wall, so its image comes before all others.
    room = Room((8.0, 8.0, 3.0), 0.3, (4.0, 4.0, 0.5), (4.0, 4.0, 0.5), (6.0, 4.0, 0.5))
    heard_as = response(room, room.person, np.random.default_rng(2))
    way_m = np.hypot(2.0, 1.0) - 2.0
    due = way_m / SOUND_M_PER_S * NEAR_RATE_HZ
    first = 3 + int(np.argmax(np.abs(heard_as[3:]) > 0.1))
    assert first == pytest.approx(due, abs=6)


def test_who_is_near_is_heard_more_direct_than_who_is_far() -> None:
    chance = np.random.default_rng(3)
    room = any_room(chance, 0.5)
    near, far = (response(room, place, chance) for place in (room.loudspeaker, room.person))
    assert np.sum(near[1:] ** 2) < np.sum(far[1:] ** 2)


def test_a_longer_reverberation_holds_more_energy() -> None:
    chance = np.random.default_rng(4)
    room = any_room(chance, 0.2)
    livelier = Room(room.size, 0.7, room.microphone, room.loudspeaker, room.person)
    dry, wet = (response(one, one.person, chance) for one in (room, livelier))
    assert np.sum(wet**2) > 2 * np.sum(dry**2)


def test_a_sound_keeps_its_length_and_its_beginning() -> None:
    chance = np.random.default_rng(5)
    room = any_room(chance)
    click = np.zeros(1000)
    click[200] = 1
    heard = convolve(click, response(room, room.person, chance))
    assert len(heard) == 1000
    assert np.abs(heard[:200]).max() < 1e-9
    assert heard[200] == pytest.approx(1.0, abs=0.05)
