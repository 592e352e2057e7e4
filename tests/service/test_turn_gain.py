"""How loud a turn is when it leaves the box."""

import numpy as np
import pytest

from appliance.conversation.vocabulary import AppendAudio, Command, OpenTurn
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from appliance.pcm.gain import QUIET_DBFS, TurnGain
from appliance.pcm.level import rms_dbfs
from appliance.pcm.ring import SampleRing
from appliance.service.turns import Turns

ONSET = NEAR_RATE_HZ


class Written:
    """What would have been written into the event log."""

    def write(self, event: str, **fields: object) -> None:
        pass


class Room:
    """A second of a room, then words of one level; and what the provider was told of them."""

    def __init__(self, words_dbfs: float, gain: TurnGain | None = None) -> None:
        chance = np.random.default_rng(0)
        room, words = 3 * chance.standard_normal(ONSET), chance.standard_normal(2 * NEAR_RATE_HZ)
        sound = np.concatenate([room, words * 32768 * 10 ** (words_dbfs / 20)])
        near = SampleRing.allocate(len(sound))
        near.write(np.rint(sound).astype(np.int16))
        self.told: list[Pcm] = []
        self.turns = Turns(near, self, Written(), float, lambda: 0.0, 4800, gain or TurnGain())  # type: ignore[arg-type]

    def send(self, command: Command | OpenTurn) -> None:
        if isinstance(command, AppendAudio):
            self.told.append(command.pcm)

    def level(self) -> float:
        """Of the words that were told last."""
        return rms_dbfs(self.told[-1])


def test_a_soft_turn_is_told_as_loud_as_it_has_to_be_from_its_prefix_on() -> None:
    room = Room(-48)
    room.turns.open(ONSET)
    room.turns.stream(ONSET + 3200)
    assert rms_dbfs(room.told[0][-3200:]) == pytest.approx(QUIET_DBFS, abs=2)
    room.turns.heard(ONSET + 16_000)
    assert room.level() == pytest.approx(QUIET_DBFS, abs=1)


def test_what_is_loud_enough_is_told_as_it_was_said() -> None:
    room = Room(-25)
    room.turns.open(ONSET)
    room.turns.stream(ONSET + 3200)
    assert rms_dbfs(room.told[0][-3200:]) == pytest.approx(-25, abs=0.2)
    room.turns.heard(ONSET + 16_000)
    assert room.level() == pytest.approx(-25, abs=0.1)


def test_of_a_pressed_turn_the_words_are_lifted_and_not_the_room_before_them() -> None:
    room = Room(-48)
    room.turns.open(ONSET - 8000)
    room.turns.stream(ONSET - 8000)
    assert room.level() < -70
    room.turns.heard(ONSET)
    assert room.level() < -70
    room.turns.stream(ONSET + 3200)
    room.turns.heard(ONSET + 16_000)
    assert room.level() == pytest.approx(QUIET_DBFS, abs=1)


def test_the_owners_gain_is_used_whatever_is_said() -> None:
    room = Room(-20, TurnGain(6.0))
    room.turns.open(ONSET)
    room.turns.stream(ONSET + 3200)
    room.turns.heard(ONSET + 16_000)
    assert room.level() == pytest.approx(-14, abs=0.2)
