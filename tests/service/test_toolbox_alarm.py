"""What is kept of timers is true by the clock on the wall, also after somebody has set it; and what rings is
kept until it was heard, or rang in vain."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from appliance.service.state import StateDirectory
from appliance.service.toolbox_alarm import STATE_FILE, AlarmRoom, TimerAlarm
from appliance.skills.bell import LISTEN_S, STROKES
from appliance.skills.timers import KEPT, MAX_TIMERS, Timers
from tests.service.stage import silence

BEHIND = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class Room:
    """A stream that began at `wall`; somebody may set that."""

    def __init__(self, folder: Path, wall: datetime) -> None:
        self.wall = wall
        self.passed_s = 0.0
        self.off = False
        self.timers = Timers()
        self.state = StateDirectory(folder, self._fail)
        self.silences = 0
        record = cast("Any", SimpleNamespace(write=lambda *_, **__: None))
        self.alarm = TimerAlarm(
            self.timers,
            self,
            self.state,
            record,
            AlarmRoom(
                lambda _: None, lambda: False, lambda: True, lambda: self.silences, lambda _: silence(0)
            ),
        )

    def _fail(self, sentence: str) -> None:
        raise AssertionError(sentence)

    def now_s(self) -> float:
        return 50 + self.passed_s

    def local(self) -> datetime:
        return self.wall + timedelta(seconds=self.passed_s)

    def look(self, *at_s: float) -> None:
        for second in at_s:
            self.passed_s = second
            self.alarm.look()

    def kept(self) -> int:
        """How many timers a restart would find."""
        self.state.flushed().result()
        found = self.state.read(STATE_FILE)
        assert isinstance(found, list)
        return len(found)

    def pull_the_plug(self) -> None:
        """It can be pulled once."""
        if not self.off:
            self.off = True
            self.state.flushed().result()
            self.state.close()


def test_a_timer_outlives_a_clock_that_is_set_while_it_runs(tmp_path: Path) -> None:
    """A Raspberry Pi starts with the time at which it was last on; minutes later the network sets it."""
    before = Room(tmp_path, BEHIND)
    before.timers.start(600, "tea", before.now_s())
    before.alarm.keep()
    before.wall += timedelta(days=1)
    before.passed_s = 60
    before.alarm.look()
    before.pull_the_plug()
    after = Room(tmp_path, before.local() + timedelta(seconds=30))
    assert not after.alarm.restore()
    (tea,) = after.timers.pending
    assert tea.due_s - after.now_s() == pytest.approx(510)
    after.pull_the_plug()


def test_as_long_as_nobody_sets_the_clock_nothing_is_written_again(tmp_path: Path) -> None:
    room = Room(tmp_path, BEHIND)
    room.timers.start(600, "tea", room.now_s())
    room.alarm.keep()
    room.state.flushed().result()
    (tmp_path / "timers.json").unlink()
    for _ in range(100):
        room.passed_s += 0.1
        room.alarm.look()
    room.pull_the_plug()
    assert not (tmp_path / "timers.json").exists()


@pytest.fixture
def ringing(tmp_path: Path) -> Iterator[Room]:
    """A room in which the tea is ready, and the eggs are not."""
    room = Room(tmp_path, BEHIND)
    room.timers.start(600, "tea", room.now_s())
    room.timers.start(6000, "eggs", room.now_s())
    room.alarm.keep()
    room.look(600.1)
    assert room.alarm.rings
    yield room
    room.pull_the_plug()


def test_what_rings_rings_on_after_a_restart(tmp_path: Path, ringing: Room) -> None:
    ringing.pull_the_plug()
    after = Room(tmp_path, ringing.local() + timedelta(seconds=5))
    assert not after.alarm.restore()
    after.look(0)
    assert after.alarm.rings
    assert [timer.name for timer in after.timers.pending] == ["eggs"]
    after.pull_the_plug()


def test_what_rings_does_not_run(ringing: Room) -> None:
    assert [timer.name for timer in ringing.timers.pending] == ["eggs"]
    assert ringing.kept() == 2


def test_what_a_tool_has_silenced_rings_no_more_after_a_restart(ringing: Room) -> None:
    ringing.alarm.silence()
    assert ringing.kept() == 1


def test_what_a_person_has_silenced_rings_no_more_after_a_restart(ringing: Room) -> None:
    ringing.silences += 1
    ringing.look(600.2)
    assert ringing.kept() == 1


def test_what_rang_in_vain_rings_no_more_after_a_restart(ringing: Room) -> None:
    begin, looks = 600.1, STROKES * round(LISTEN_S + 1)
    ringing.look(*(begin + number for number in range(looks)))
    assert not ringing.alarm.rings
    assert ringing.kept() == 1


def test_what_rings_outlives_a_clock_that_is_set(tmp_path: Path, ringing: Room) -> None:
    ringing.timers.cancel("eggs")
    ringing.wall += timedelta(days=1)
    ringing.look(600.2)
    ringing.pull_the_plug()
    after = Room(tmp_path, ringing.local() + timedelta(seconds=5))
    assert not after.alarm.restore()
    after.look(0)
    assert after.alarm.rings
    after.pull_the_plug()


def test_no_more_is_kept_than_a_restart_takes(ringing: Room) -> None:
    """Also where a model sets one timer after the other while it rings."""
    for number in range(2 * MAX_TIMERS):
        ringing.timers.start(1, "again", ringing.now_s())
        ringing.look(602 + 2 * number)
    assert ringing.kept() == MAX_TIMERS
    assert KEPT.validate_python(ringing.state.read(STATE_FILE))[0].name == "eggs"
