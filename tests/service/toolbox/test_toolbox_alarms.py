"""Alarms ring by the clock on the wall, whatever became of it and of the power; what was missed is told."""

from datetime import timedelta

import pytest

from appliance.skills.missed import TELL_AT_ONCE_S
from appliance.skills.outcome import ToolError
from tests.service.reminder_room import BEHIND, SEVEN, Rooms, restarted

ALARM_MISSED = "I missed your 7 o'clock alarm, because I was off."


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
