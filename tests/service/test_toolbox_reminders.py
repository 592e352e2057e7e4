"""What is kept of timers and alarms is true by the clock on the wall, also after somebody has set it; what
rings is kept until it was heard, or rang in vain."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from appliance.service.state import StateDirectory
from appliance.service.store import Row, Store
from appliance.service.toolbox_bell import RingRoom, RoomBell
from appliance.service.toolbox_reminders import Reminders
from appliance.skills.bell import LISTEN_S, STROKES
from appliance.skills.missed import TELL_AT_ONCE_S
from appliance.skills.outcome import ToolError
from appliance.skills.timers import KEPT, MAX_TIMERS
from tests.service.stage import silence

BEHIND = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SEVEN = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
EVERY_DAY = frozenset(range(7))
ALARM_MISSED = "I missed your 7 o'clock alarm, because I was off."


class Room:
    """A stream that began at `wall`; somebody may set that."""

    def __init__(self, folder: Path, wall: datetime) -> None:
        self.wall = wall
        self.passed_s = 0.0
        self.is_set = True
        self.silences = 0
        self.events: list[tuple[str, str]] = []
        self.saves = 0
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
        self.store.close()


Rooms = Callable[[datetime], Room]


@pytest.fixture
def room_at(tmp_path: Path) -> Iterator[Rooms]:
    """A room in which it is so late; of the one before the plug is pulled."""
    rooms: list[Room] = []

    def make(wall: datetime) -> Room:
        if rooms:
            rooms[-1].pull_the_plug()
        rooms.append(Room(tmp_path, wall))
        return rooms[-1]

    yield make
    rooms[-1].pull_the_plug()


def test_a_timer_outlives_a_clock_that_is_set_while_it_runs(room_at: Rooms) -> None:
    """A Raspberry Pi starts with the time at which it was last on; minutes later the network sets it."""
    before = room_at(BEHIND)
    before.timers.start(600, "tea", before.now_s())
    before.reminders.changed()
    before.wall += timedelta(days=1)
    before.look(60)
    after = room_at(before.local() + timedelta(seconds=30))
    (tea,) = after.timers.pending
    assert tea.due_s - after.now_s() == pytest.approx(510)


def after_an_hour_without_a_clock(room_at: Rooms, minutes: float) -> Room:
    """A timer was set, the power was off for an hour, and nothing told the time when it was back; until the
    network does."""
    before = room_at(BEHIND)
    before.timers.start(minutes * 60, "tea", before.now_s())
    before.reminders.changed()
    after = room_at(BEHIND)
    after.is_set = False
    after.look(0)
    after.wall, after.is_set = BEHIND + timedelta(hours=1), True
    after.look(1)
    return after


def test_without_a_battery_clock_a_timer_counts_the_time_without_power_once_it_is_known(
    room_at: Rooms,
) -> None:
    room = after_an_hour_without_a_clock(room_at, minutes=90)
    (tea,) = room.timers.pending
    assert tea.due_s - room.now_s() == pytest.approx(30 * 60, abs=2)
    again = restarted(room_at, room, seconds=60)
    assert again.timers.pending[0].due_s - again.now_s() == pytest.approx(29 * 60, abs=2)


def test_what_rang_in_vain_without_power_is_missed_once_the_time_is_known(room_at: Rooms) -> None:
    room = after_an_hour_without_a_clock(room_at, minutes=10)
    assert (names(room), room.events) == ([], [("timer", "missed")])
    assert room.reminders.missed_by_now(met=False) == "I missed your tea timer, because I was off."


def test_a_timer_that_was_set_since_is_not_touched_by_a_clock_that_is_set(room_at: Rooms) -> None:
    room = room_at(BEHIND)
    room.is_set = False
    room.timers.start(600, "tea", room.now_s())
    room.wall, room.is_set = BEHIND + timedelta(hours=1), True
    room.look(1)
    assert room.timers.pending[0].due_s - room.now_s() == pytest.approx(599)


def test_a_clock_that_was_right_and_is_set_changes_nothing_for_a_timer(room_at: Rooms) -> None:
    before = room_at(BEHIND)
    before.timers.start(6000, "tea", before.now_s())
    before.reminders.changed()
    room = room_at(BEHIND)
    room.look(0)
    room.wall += timedelta(hours=1)
    room.look(1)
    assert room.timers.pending[0].due_s - room.now_s() == pytest.approx(5999)


def test_as_long_as_nothing_changes_nothing_is_written_again(
    room_at: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = room_at(BEHIND)
    room.timers.start(600, "tea", room.now_s())
    room.set_alarm("18:00", repeats=True)
    monkeypatch.setattr(room.store, "save", lambda tables: pytest.fail("it was written"))
    room.look(*(number / 10 for number in range(1000)))


@pytest.fixture
def ringing(room_at: Rooms) -> Room:
    """A room in which the tea is ready, and the eggs are not."""
    room = room_at(BEHIND)
    room.timers.start(600, "tea", room.now_s())
    room.timers.start(6000, "eggs", room.now_s())
    room.reminders.changed()
    room.look(600.1)
    assert room.reminders.rings
    return room


def names(room: Room) -> list[str]:
    return [timer.name for timer in room.timers.pending]


def restarted(room_at: Rooms, room: Room, seconds: float = 5) -> Room:
    after = room_at(room.local() + timedelta(seconds=seconds))
    after.look(0)
    return after


def test_what_rings_rings_on_after_a_restart(room_at: Rooms, ringing: Room) -> None:
    after = restarted(room_at, ringing)
    assert after.reminders.rings
    assert names(after) == ["eggs"]


def test_what_rings_on_has_ended_once(room_at: Rooms, ringing: Room) -> None:
    assert ringing.events == [("timer", "ended")]
    after = restarted(room_at, ringing)
    assert after.events == restarted(room_at, after).events == []


@pytest.mark.parametrize("how", ["a tool", "a person", "nobody"])
def test_what_is_over_rings_no_more_after_a_restart(how: str, room_at: Rooms, ringing: Room) -> None:
    match how:
        case "a tool":
            ringing.reminders.silence()
        case "a person":
            ringing.silences += 1
            ringing.look(600.2)
        case _:
            ringing.look(*(600.1 + second for second in range(STROKES * round(LISTEN_S + 1))))
    assert not ringing.reminders.rings
    after = restarted(room_at, ringing)
    assert (names(after), after.reminders.rings) == (["eggs"], False)


def test_what_rings_outlives_a_clock_that_is_set(room_at: Rooms, ringing: Room) -> None:
    ringing.timers.cancel("eggs")
    ringing.wall += timedelta(days=1)
    ringing.look(600.2)
    assert restarted(room_at, ringing).reminders.rings


def test_no_more_is_kept_than_a_restart_takes(room_at: Rooms, ringing: Room) -> None:
    """Also where a model sets one timer after the other while it rings."""
    for number in range(2 * MAX_TIMERS):
        ringing.timers.start(1, "again", ringing.now_s())
        ringing.look(602 + 2 * number)
    kept = ringing.timers.kept(ringing.now_s(), ringing.local().timestamp())
    assert len(KEPT.validate_python(kept)) == MAX_TIMERS
    assert names(restarted(room_at, ringing))[-1] == "eggs"


class TestAlarms:
    def test_it_rings_and_is_over(self, room_at: Rooms) -> None:
        room = room_at(SEVEN - timedelta(minutes=1))
        room.set_alarm("07:00")
        room.look(59.9)
        assert not room.reminders.rings
        room.look(60)
        assert room.reminders.rings
        room.reminders.silence()
        assert room.alarms.pending == ()
        assert room.events == [("alarm", "set"), ("alarm", "rings")]

    def test_it_is_there_after_a_restart(self, room_at: Rooms) -> None:
        room_at(BEHIND).set_alarm("07:00", repeats=True)
        room = room_at(SEVEN)
        room.look(0)
        assert room.reminders.rings

    def test_snoozed_it_rings_again_also_after_a_restart(self, room_at: Rooms) -> None:
        room = room_at(SEVEN - timedelta(minutes=1))
        room.set_alarm("07:00")
        room.look(60)
        assert room.reminders.snooze(9) == ["7 o'clock alarm"]
        assert not room.reminders.rings
        after = room_at(SEVEN + timedelta(minutes=8))
        after.look(59.9)
        assert not after.reminders.rings
        after.look(60)
        assert after.reminders.rings

    def test_who_cancels_what_rings_has_silence(self, room_at: Rooms) -> None:
        room = room_at(SEVEN - timedelta(minutes=1))
        room.set_alarm("07:00", repeats=True)
        room.look(60)
        room.reminders.alarm_was("cancelled", room.alarms.cancel("07:00"))
        assert not room.reminders.rings
        room.look(60.1, 61)
        assert not room.reminders.rings

    def test_a_timer_can_be_snoozed_as_well(self, ringing: Room) -> None:
        assert ringing.reminders.snooze(5) == ["tea timer"]
        assert [(one.name, one.length_s) for one in ringing.timers.pending] == [("tea", 300), ("eggs", 6000)]

    def test_where_nothing_rings_nothing_is_snoozed(self, room_at: Rooms) -> None:
        with pytest.raises(ToolError, match="nothing rings"):
            room_at(SEVEN).reminders.snooze(9)

    def test_by_a_clock_that_was_never_set_nobody_is_woken(self, room_at: Rooms) -> None:
        room_at(BEHIND).set_alarm("13:00", repeats=True)
        room = room_at(BEHIND + timedelta(minutes=59))  # the time at which it was on last
        room.is_set = False
        room.look(0, 60, 120)
        assert not room.reminders.rings
        room.wall, room.is_set = SEVEN + timedelta(days=9), True  # the network sets it
        room.look(121)
        assert not room.reminders.rings
        assert room.events == [("alarm", "missed")]

    def test_once_the_clock_is_set_it_rings(self, room_at: Rooms) -> None:
        room = room_at(BEHIND)
        room.is_set = False
        room.set_alarm("07:00")
        room.wall, room.is_set = SEVEN - timedelta(minutes=1), True
        room.look(1)
        assert not room.reminders.rings
        room.look(60)
        assert room.reminders.rings

    def test_what_has_begun_to_wait_for_its_time_does_so_after_a_restart_as_well(
        self, room_at: Rooms
    ) -> None:
        room = room_at(BEHIND)
        room.is_set = False
        room.set_alarm("07:00")
        room.wall, room.is_set = SEVEN - timedelta(hours=1), True  # from here on it is known for which day
        room.look(0)
        after = room_at(SEVEN + timedelta(minutes=5))
        after.look(0)
        assert after.reminders.rings


class TestWhatWasMissed:
    def test_it_is_said_once(self, room_at: Rooms) -> None:
        room_at(BEHIND).set_alarm("07:00")
        room = room_at(SEVEN + timedelta(hours=1))
        room.look(0)
        assert room.reminders.missed_by_now(met=False) == ALARM_MISSED
        room.reminders.told(True)
        assert room.reminders.missed_by_now(met=True) == ""
        assert restarted(room_at, room).reminders.missed_by_now(met=True) == ""

    def test_a_power_cut_in_the_middle_of_the_sentence_does_not_cost_it(self, room_at: Rooms) -> None:
        room_at(BEHIND).set_alarm("07:00")
        room = room_at(SEVEN + timedelta(hours=1))
        room.look(0)
        assert room.reminders.missed_by_now(met=False) == ALARM_MISSED
        assert restarted(room_at, room).reminders.missed_by_now(met=False) == ALARM_MISSED

    def test_to_an_empty_room_it_is_not_said_and_waits_through_another_power_cut(
        self, room_at: Rooms
    ) -> None:
        room_at(BEHIND).set_alarm("07:00")
        room = room_at(SEVEN + timedelta(seconds=TELL_AT_ONCE_S + 1))
        room.look(0)
        assert room.reminders.missed_by_now(met=False) == ""
        after = restarted(room_at, room)
        assert after.reminders.missed_by_now(met=True) == ALARM_MISSED

    def test_a_timer_is_missed_as_well(self, room_at: Rooms) -> None:
        room = room_at(BEHIND)
        room.timers.start(600, "tea", room.now_s())
        room.reminders.changed()
        after = restarted(room_at, room, seconds=3600)
        assert after.events == [("timer", "missed")]
        assert after.reminders.missed_by_now(met=False) == "I missed your tea timer, because I was off."


def test_what_makes_no_sense_is_left_out_and_costs_nothing_else(room_at: Rooms) -> None:
    tea: Row = {"name": "tea", "length_s": 60.0, "due_unix_s": SEVEN.timestamp(), "rang": 0}
    broken: Row = {"number": 1, "name": "", "at": "seven", "weekdays": "", "day": None}
    room = room_at(SEVEN)
    (sentence,) = room.reminders.restore(
        {"timers": [tea], "alarms": [broken, {**broken, "number": 2, "at": "08:00"}]}
    )
    assert sentence == "one of the alarms of before makes no sense (at): it is left out"
    assert names(room) == ["tea"]
    assert [alarm.number for alarm in room.reminders.alarms.pending] == [2]
