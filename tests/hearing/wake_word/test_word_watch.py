"""While nothing stirs the wake word's detector sleeps, and of a word that wakes it nothing is missed."""

import numpy as np
import pytest

from appliance.hearing.wake_word.wake_word import Hit
from appliance.hearing.wake_word.word_watch import AFTER_ALL, WordWatch
from appliance.pcm.formats import Pcm
from appliance.pcm.ring import SampleRing

WINDOW = 512


class Counting:
    """Notices the sample value 7, and remembers what it was given."""

    name, phrase = "seven", "Seven"

    def __init__(self) -> None:
        self.heard: list[int] = []

    def hear(self, samples: Pcm) -> Hit | None:
        self.heard += samples.tolist()
        (at,) = np.nonzero(samples == 7)
        if not len(at):
            return None
        noticed = len(samples) - int(at[0])
        return Hit(0.9, noticed, noticed + 100, noticed - 50)

    def reset(self) -> None:
        self.heard.clear()


class Room:
    """A history that grows, each sample its own index unless the test says otherwise."""

    def __init__(self, called_at: int | None = None) -> None:
        self.detector, self.history = Counting(), SampleRing.allocate(60_000)
        self.watch = WordWatch(self.detector, self.history, WINDOW)
        self.now, self._called_at = 0, called_at

    def pass_windows(self, count: int, *, asleep: bool = False) -> list[tuple[int, int, int]]:
        found = []
        for _ in range(count):
            samples = np.arange(self.now, self.now + WINDOW) % 10_000 + 10
            if self._called_at is not None and self.now <= self._called_at < self.now + WINDOW:
                samples[self._called_at - self.now] = 7
            self.history.write(samples.astype(np.int16))
            self.now += WINDOW
            if (told := self.watch.hear(self.now, asleep=asleep)) is not None:
                found.append((told[0], told[1].end, told[1].over))
        return found


def test_it_is_told_where_the_word_was_noticed_and_where_it_ended() -> None:
    assert Room(called_at=1300).pass_windows(5) == [(1300, 1200, 1350)]


def test_nothing_is_given_twice_and_nothing_left_out() -> None:
    room = Room()
    room.pass_windows(20)
    assert room.detector.heard == [index % 10_000 + 10 for index in range(20 * WINDOW)]


def test_asleep_it_costs_nothing() -> None:
    room = Room()
    room.pass_windows(50, asleep=True)
    assert room.detector.heard == []


@pytest.mark.parametrize("before", [0, 5, 20])
def test_what_was_said_before_something_stirred_is_heard_after_all(before: int) -> None:
    room = Room(called_at=60 * WINDOW - before * WINDOW)
    assert room.pass_windows(61, asleep=True) == []
    ((noticed, *_),) = room.pass_windows(1)
    assert noticed == 60 * WINDOW - before * WINDOW


def test_of_a_long_sleep_only_the_last_second_is() -> None:
    room = Room()
    room.pass_windows(100, asleep=True)
    room.pass_windows(1)
    assert AFTER_ALL - WINDOW < len(room.detector.heard) <= AFTER_ALL
    assert room.detector.heard[-1] == (room.now - 1) % 10_000 + 10
