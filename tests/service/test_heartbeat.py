"""Signs of life are given while everything moves, and by nothing else; what stands still is named first."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.service.control.controls import ProviderStatus, Status
from appliance.service.heartbeat import TELL_EVERY_S, Heartbeat, StoodStill
from appliance.service.liveness import GIVE_UP_S, LIMITS_S, Beat, Part
from appliance.service.notify import Notifier

LIMIT_S = LIMITS_S[Part.HEARING]
LISTENING = Status("1", 5.0, "idle", "idle", False, 100, "c-1", [ProviderStatus("a", "ready", current=True)])
WORDS = "STATUS=Listening; answers come from a"


class Watch:
    """A heartbeat before a service manager, and what is said of it; its time is `now_s`."""

    def __init__(self, folder: Path, watchdog_s: float = 15.0) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(folder / "notify"))
        self._notifier = Notifier(str(folder / "notify"), watchdog_s)
        self.notes: list[tuple[Part, bool, int]] = []
        self.sentences: list[str] = []
        self.faults: list[Exception] = []
        self.heartbeat = Heartbeat(
            self._notifier, lambda *note: self.notes.append(note), self.sentences.append, self.faults.append
        )
        self.now_s = 100.0
        self.status = LISTENING

    def look(self, count: int) -> list[str]:
        """Look once at a hearing that has come so far; what the service manager was told."""
        self.heartbeat.look(self.now_s, [Beat(Part.HEARING, count)], lambda: self.status)
        told = []
        while True:
            try:
                told.append(self._socket.recv(4096, socket.MSG_DONTWAIT).decode())
            except BlockingIOError:
                return told

    def stand_still(self, span_s: float) -> list[str]:
        """Look every half second for so long at a hearing that has come nowhere; what the last look told."""
        end_s = self.now_s + span_s
        while self.now_s + 0.5 < end_s:
            self.now_s += 0.5
            self.look(0)
        self.now_s = end_s
        return self.look(0)

    def close(self) -> None:
        self._socket.close()
        self._notifier.close()


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    watch = Watch(tmp_path)
    yield watch
    watch.close()


@pytest.fixture
def ready(watch: Watch) -> Watch:
    watch.heartbeat.ready()
    watch.look(0)
    return watch


def test_until_it_hears_the_start_is_given_more_time_and_what_is_missing_is_told(watch: Watch) -> None:
    watch.status = replace(LISTENING, deaf="there is no microphone")
    told = watch.look(0)
    assert told[0].startswith("STATUS=Deaf: there is no microphone; ")
    assert told[1:] == ["WATCHDOG=1", "EXTEND_TIMEOUT_USEC=15000000"]


def test_it_is_ready_once_and_at_once(watch: Watch) -> None:
    watch.look(0)
    watch.heartbeat.ready()
    assert watch.look(1) == ["READY=1", "WATCHDOG=1"]
    watch.now_s += TELL_EVERY_S
    assert watch.look(2) == ["WATCHDOG=1"]


def test_a_sign_of_life_comes_every_second(ready: Watch) -> None:
    told = []
    for count in range(1, 101):
        ready.now_s += 0.1
        told += ready.look(count)
    assert told in (["WATCHDOG=1"] * 10, ["WATCHDOG=1"] * 9)  # a tenth of a second is no binary fraction


def test_what_it_does_is_told_when_that_changes(ready: Watch) -> None:
    ready.status = replace(LISTENING, phase="speaking")
    ready.now_s += TELL_EVERY_S
    assert ready.look(1) == ["STATUS=Speaking; answers come from a", "WATCHDOG=1"]


def test_what_stands_still_is_named_at_once_and_nothing_is_alive(ready: Watch) -> None:
    assert ready.stand_still(LIMIT_S + 0.1) == [
        f"STATUS=Stuck: hearing has not moved for 2 s; {WORDS.removeprefix('STATUS=')}"
    ]
    assert ready.notes == [(Part.HEARING, False, 1600)]
    assert ready.sentences == ["hearing has not moved for 1.6 s"]
    assert "WATCHDOG=1" not in ready.stand_still(2.0)
    assert len(ready.notes) == len(ready.sentences) == 1
    assert ready.faults == []


def test_what_moves_again_is_alive_again(ready: Watch) -> None:
    ready.stand_still(LIMIT_S + 0.1)
    assert ready.look(1) == [WORDS, "WATCHDOG=1"]
    assert ready.notes[1:] == [(Part.HEARING, True, 1600)]
    assert ready.sentences[1:] == ["hearing moves again"]


def test_what_does_not_move_again_is_the_end(ready: Watch) -> None:
    ready.stand_still(LIMIT_S + GIVE_UP_S + TELL_EVERY_S)
    (fault,) = ready.faults
    assert isinstance(fault, StoodStill)
    assert str(fault) == "hearing has not moved for 8 s: it starts anew"


def test_for_a_quicker_watchdog_the_signs_of_life_come_quicker(tmp_path: Path) -> None:
    watch = Watch(tmp_path, watchdog_s=2.0)
    told = []
    for count in range(11):
        told += watch.look(count)
        watch.now_s += 0.25
    assert told.count("WATCHDOG=1") == 6
    watch.close()
