"""A room in which timers and alarms ring, for tests that set its clock and pull its plug."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from appliance.service.memory.state import StateDirectory
from appliance.service.memory.store import Store
from appliance.service.toolbox.toolbox_bell import RingRoom, RoomBell
from appliance.service.toolbox.toolbox_reminders import Reminders
from tests.service.stage import silence

BEHIND = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SEVEN = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
EVERY_DAY = frozenset(range(7))


class Room:
    """A stream that began at `wall`; somebody may set that."""

    def __init__(self, folder: Path, wall: datetime) -> None:
        self.wall = wall
        self.passed_s = 0.0
        self.is_set = True
        self.silences = 0
        self.events: list[tuple[str, str]] = []
        self.store = Store(StateDirectory(folder, self._fail))
        room = RingRoom(
            lambda _: None, lambda: False, lambda: True, lambda: self.silences, lambda _: silence(0)
        )
        record = cast("Any", SimpleNamespace(write=self._write))
        self.reminders = Reminders(self, self.store, record, RoomBell(room))
        assert self.reminders.restore(self.store.load().result(5)) == []
        self.timers, self.alarms = self.reminders.timers, self.reminders.alarms

    def _write(self, event: str, *, number: int | None, state: str) -> None:
        self.events.append((event, state))

    def _fail(self, sentence: str) -> None:
        raise AssertionError(sentence)

    def now_s(self) -> float:
        return 50 + self.passed_s

    def local(self) -> datetime:
        return self.wall + timedelta(seconds=self.passed_s)

    def look(self, *at_s: float) -> None:
        for second in at_s:
            self.passed_s = second
            self.reminders.look()

    def set_alarm(self, at: str, *, repeats: bool = False) -> None:
        weekdays = EVERY_DAY if repeats else frozenset[int]()
        start = self.alarms.start(time.fromisoformat(at), weekdays, None, "", self.local(), known=self.is_set)
        self.reminders.alarm_was("set", start)

    def pull_the_plug(self) -> None:
        self.store.flushed().result(5)  # on a busy disk later than a daemon that ends would wait
        self.store.close()


Rooms = Callable[[datetime], Room]


def restarted(room_at: Rooms, room: Room, seconds: float = 5) -> Room:
    """The room of before, so much later."""
    after = room_at(room.local() + timedelta(seconds=seconds))
    after.look(0)
    return after
