"""The sound of a turn that a wake word opens."""

import numpy as np

from appliance.conversation.vocabulary import AppendAudio, Command, DiscardTurn, OpenTurn
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from appliance.pcm.gain import TurnGain
from appliance.pcm.ring import SampleRing
from appliance.service.turns import Turns

PREFIX = 4800
STEP = 20


class Written:
    """An event log."""

    def __init__(self) -> None:
        self.events: list[dict[str, object]] = []

    def write(self, event: str, **members: object) -> None:
        self.events.append({"event": event, **members})


class Said:
    """Two seconds in which a sample tells its index, to `STEP`, and is too soft to be made softer."""

    def __init__(self) -> None:
        near = SampleRing.allocate(4 * NEAR_RATE_HZ)
        near.write((np.arange(2 * NEAR_RATE_HZ) // STEP).astype(np.int16))
        self.told: list[Command | OpenTurn] = []
        self.log = Written()
        self.turns = Turns(near, self, self.log, float, lambda: 0.0, PREFIX, TurnGain(0.0))  # type: ignore[arg-type]

    def send(self, command: Command | OpenTurn) -> None:
        self.told.append(command)

    def sound(self) -> Pcm:
        return np.concatenate([command.pcm for command in self.told if isinstance(command, AppendAudio)])


def first_of(said: Said) -> int:
    said.turns.stream(2 * NEAR_RATE_HZ)
    return int(said.sound()[0]) * STEP


def test_nothing_from_before_the_end_of_the_word_is_told() -> None:
    said = Said()
    said.turns.open_at(10_000)
    assert first_of(said) == 10_000


def test_speech_right_after_it_does_not_reach_back_into_the_word() -> None:
    said = Said()
    said.turns.open_at(10_000)
    said.turns.reach_back(11_000)
    assert first_of(said) == 10_000


def test_the_turn_begins_after_the_sign() -> None:
    said = Said()
    said.turns.open_at(10_000)
    said.turns.begin_after(20_000)
    said.turns.reach_back(21_000)
    assert first_of(said) == 20_000


def test_a_turn_that_is_told_already_does_not_begin_later() -> None:
    said = Said()
    said.turns.open_at(10_000)
    said.turns.stream(12_000)
    said.turns.begin_after(20_000)
    said.turns.heard(30_000)
    assert np.array_equal(said.sound(), np.arange(10_000, 30_000) // STEP)


def test_a_dropped_turn_is_taken_back_and_its_sound_may_belong_to_the_next() -> None:
    said = Said()
    said.turns.open(10_000)
    said.turns.stream(20_000)
    said.turns.drop("wake_word", 20_000)
    assert isinstance(said.told[-1], DiscardTurn)
    said.told.clear()
    said.turns.open_at(18_000)
    assert first_of(said) == 18_000
    discarded = [event for event in said.log.events if event["event"] == "turn_discarded"]
    assert [event["cause"] for event in discarded] == ["wake_word"]


def test_of_a_dropped_turn_that_was_not_told_nothing_is_taken_back() -> None:
    said = Said()
    said.turns.open(10_000)
    said.turns.drop("wake_word", 20_000)
    assert [command for command in said.told if isinstance(command, DiscardTurn)] == []
