"""What is kept of timers is true by the clock on the wall, also after somebody has set it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from appliance.service.record import Record
from appliance.service.state import StateDirectory
from appliance.service.toolbox_alarm import AlarmRoom, TimerAlarm
from appliance.skills.timers import Timers
from tests.service.stage import silence

BEHIND = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class Room:
    """A stream that began at `wall`; somebody may set that."""

    def __init__(self, folder: Path, wall: datetime) -> None:
        self.wall = wall
        self.passed_s = 0.0
        self.timers = Timers()
        self.state = StateDirectory(folder, self._fail)
        record = cast("Record", None)  # nothing ends here
        self.alarm = TimerAlarm(
            self.timers,
            self,
            self.state,
            record,
            AlarmRoom(lambda _: None, lambda: False, lambda: True, lambda: 0, lambda _: silence(0)),
        )

    def _fail(self, sentence: str) -> None:
        raise AssertionError(sentence)

    def now_s(self) -> float:
        return 50 + self.passed_s

    def local(self) -> datetime:
        return self.wall + timedelta(seconds=self.passed_s)

    def pull_the_plug(self) -> None:
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
