"""What is kept of timers is true by the clock on the wall, also after somebody has set it; what rings is kept
until it was heard, or rang in vain."""

from datetime import timedelta

import pytest

from appliance.service.memory.store import Row
from appliance.skills.bell import LISTEN_S, STROKES
from appliance.skills.timers import KEPT, MAX_TIMERS
from tests.service.reminder_room import BEHIND, SEVEN, Room, Rooms, restarted


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


def test_a_timer_can_be_snoozed_as_well(ringing: Room) -> None:
    assert ringing.reminders.snooze(5) == ["tea timer"]
    assert [(one.name, one.length_s) for one in ringing.timers.pending] == [("tea", 300), ("eggs", 6000)]


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
