"""What the built-in tools tell the model, and what they do to the room."""

import json
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

import pytest

from appliance.conversation.vocabulary import ToolCall
from appliance.skills.alarm import Alarm
from appliance.skills.alarms import Alarms
from appliance.skills.builtin import builtin_tools
from appliance.skills.outcome import Outcome, ToolError
from appliance.skills.registry import Registry
from appliance.skills.timers import Timers

CET = timezone(timedelta(hours=1), "CET")
BEGAN = datetime(2026, 3, 1, 23, 58, tzinfo=CET)


class EndOfSummer(tzinfo):
    """Central Europe in the autumn of 2026: at 3:00 in the night of 25 October it is 2:00 once more."""

    ENDS = datetime(2026, 10, 25, 1, tzinfo=UTC)

    def fromutc(self, utc: datetime) -> datetime:
        return utc + timedelta(hours=2 if utc.replace(tzinfo=UTC) < self.ENDS else 1)

    def utcoffset(self, local: datetime | None) -> timedelta:
        assert local is not None
        return timedelta(hours=2 if local.replace(tzinfo=UTC) < self.ENDS + timedelta(hours=1) else 1)

    def dst(self, local: datetime | None) -> None:
        return None

    def tzname(self, local: datetime | None) -> None:
        return None


class Room:
    """A clock, a volume and an alarm that are what the test says."""

    def __init__(self, began: datetime = BEGAN) -> None:
        self.began = began
        self.percent = 50
        self.rings = False
        self.passed_s = 0.0
        self.timers = Timers()
        self.alarms = Alarms()
        self.is_set = True
        self.changes = 0
        self.noted: list[str] = []
        self._registry = Registry(builtin_tools(self, self, self))

    def now_s(self) -> float:
        return 1000 + self.passed_s

    def local(self) -> datetime:
        return self.began + timedelta(seconds=self.passed_s)

    def set(self, percent: int) -> None:
        self.percent = percent

    def silence(self) -> None:
        self.rings = False

    def snooze(self, minutes: float) -> list[str]:
        if not self.rings:
            raise ToolError("nothing rings")
        self.rings = False
        return ["7 o'clock alarm"]

    def changed(self) -> None:
        self.changes += 1

    def alarm_was(self, done: str, alarm: Alarm) -> None:
        self.noted.append(f"{alarm.words} {done}")

    def call(self, name: str, /, **arguments: object) -> Any:
        outcome = self._registry.call(ToolCall(1, "call-1", name, json.dumps(arguments)))
        assert isinstance(outcome, Outcome)
        found = json.loads(outcome.output)
        assert outcome.ok is ("error" not in found)
        return found

    @property
    def names(self) -> list[str]:
        return [declaration.name for declaration in self._registry.declarations]


def test_the_tools_of_the_contract_are_there() -> None:
    contract = ["get_time", "set_volume", "set_timer", "list_timers", "cancel_timer"]
    assert Room().names == [*contract, "set_alarm", "list_alarms", "cancel_alarm", "snooze_alarm"]


def test_the_time_is_local_and_has_its_date() -> None:
    assert Room().call("get_time") == {
        "time": "23:58",
        "weekday": "Sunday",
        "date": "2026-03-01",
        "time_zone": "CET",
    }


@pytest.mark.parametrize(
    ("arguments", "percent"),
    [
        ({"percent": 30}, 30),
        ({"change": 20}, 70),
        ({"change": -100}, 0),
        ({"percent": 90, "change": 20}, 100),
        ({}, 50),
    ],
)
def test_the_volume_is_set_or_changed_and_stays_in_its_range(arguments: dict[str, int], percent: int) -> None:
    room = Room()
    assert room.call("set_volume", **arguments) == {"percent": percent}
    assert room.percent == percent


def test_a_volume_that_does_not_exist_changes_nothing() -> None:
    room = Room()
    assert "percent" in room.call("set_volume", percent=101)["error"]
    assert room.percent == 50


def test_a_timer_says_when_it_ends_and_what_is_left() -> None:
    room = Room()
    told = room.call("set_timer", minutes=5, name="tea")
    assert told == {
        "timer": 1,
        "name": "tea",
        "length": "5 minutes",
        "left": "5 minutes",
        "ends_at": "00:03:00",
    }
    room.passed_s = 90
    (listed,) = room.call("list_timers")["timers"]
    assert (listed["left"], listed["ends_at"]) == ("3 minutes and 30 seconds", "00:03:00")
    assert room.changes == 1


def test_a_timer_over_the_end_of_summer_time_says_what_the_clock_will_show() -> None:
    room = Room(datetime(2026, 10, 25, 0, 30, tzinfo=EndOfSummer()))
    assert room.call("set_timer", minutes=240)["ends_at"] == "03:30:00"


def test_a_timer_without_a_length_is_refused_and_nothing_is_kept() -> None:
    room = Room()
    assert "1 second" in room.call("set_timer", name="tea")["error"]
    assert (room.call("list_timers")["timers"], room.changes) == ([], 0)


def test_a_timer_that_is_too_long_is_refused_in_a_sentence_that_can_be_said() -> None:
    for arguments in ({"seconds": 108_000}, {"minutes": 1e308}):
        assert Room().call("set_timer", **arguments) == {"error": "a timer takes from 1 second to 24 hours"}


def test_a_cancelled_timer_is_gone() -> None:
    room = Room()
    room.call("set_timer", seconds=30)
    assert room.call("cancel_timer")["cancelled"]["length"] == "30 seconds"
    assert (room.call("list_timers")["timers"], room.changes) == ([], 2)


def test_nothing_to_cancel_is_an_error() -> None:
    assert Room().call("cancel_timer") == {"error": "no timer is running"}


def test_an_alarm_that_rings_is_what_is_meant_first() -> None:
    room = Room()
    room.call("set_timer", minutes=5)
    room.rings = True
    assert room.call("cancel_timer") == {"stopped": "alarm"}
    assert (room.rings, len(room.timers.pending)) == (False, 1)


def test_an_alarm_that_does_not_ring_costs_no_timer() -> None:
    room = Room()
    room.call("set_timer", minutes=5)
    assert room.call("cancel_timer", timer="alarm") == {"error": "no alarm rings"}
    assert len(room.timers.pending) == 1


def test_the_name_of_a_timer_that_rings_already_stops_it() -> None:
    room = Room()
    room.rings = True
    assert room.call("cancel_timer", timer="tea") == {"stopped": "alarm"}


def test_a_timer_is_cancelled_by_name_while_another_rings() -> None:
    room = Room()
    room.call("set_timer", minutes=5, name="pizza")
    room.rings = True
    assert room.call("cancel_timer", timer="pizza")["cancelled"]["name"] == "pizza"
    assert room.rings


def test_an_alarm_says_when_it_rings() -> None:
    room = Room()
    assert room.call("set_alarm", at="07:30", name="school") == {
        "alarm": 1,
        "name": "school",
        "time": "07:30",
        "repeats": "once",
        "rings_on": "Monday 2026-03-02 07:30",
        "rings_in": "7 hours and 32 minutes",
    }
    assert room.noted == ["school alarm of 7:30 set"]


def test_an_hour_of_one_digit_will_do() -> None:
    assert Room().call("set_alarm", at="7:05")["time"] == "07:05"


def test_an_alarm_repeats_on_its_days() -> None:
    told = Room().call("set_alarm", at="06:45", weekdays=["sat", "tue"])
    assert (told["repeats"], told["rings_on"]) == (["tue", "sat"], "Tuesday 2026-03-03 06:45")


def test_an_alarm_has_a_day_if_the_person_named_one() -> None:
    assert Room().call("set_alarm", at="09:00", date="2026-03-24")["rings_on"] == "Tuesday 2026-03-24 09:00"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"at": "7 o'clock"}, "at"),
        ({"at": "24:00"}, "at"),
        ({"at": "07:00", "weekdays": ["noday"]}, "weekdays"),
        ({"at": "07:00", "date": "tomorrow"}, "date"),
        ({"at": "07:00", "date": "2026-02-30"}, "there is no such day as 2026-02-30"),
        ({"at": "07:00", "date": "2026-03-01"}, "that time is over: it is 2026-03-01 23:58"),
    ],
)
def test_an_alarm_that_cannot_be_is_refused_in_words(arguments: dict[str, object], words: str) -> None:
    room = Room()
    assert words in room.call("set_alarm", **arguments)["error"]
    assert room.call("list_alarms") == {"alarms": [], "rings": False}


def test_who_asks_for_an_alarm_of_a_clock_that_was_never_set_is_told() -> None:
    room = Room()
    room.is_set = False
    assert "was not set yet" in room.call("set_alarm", at="07:30")["note"]
    (listed,) = room.call("list_alarms")["alarms"]
    assert "rings_on" not in listed


def test_an_alarm_is_taken_back_by_its_time() -> None:
    room = Room()
    room.call("set_alarm", at="07:30")
    room.call("set_alarm", at="08:00")
    assert room.call("cancel_alarm", alarm="07:30")["cancelled"]["time"] == "07:30"
    assert room.noted[-1] == "7:30 alarm cancelled"


def test_without_a_name_what_rings_is_meant_and_no_alarm_is_lost() -> None:
    room = Room()
    room.call("set_alarm", at="07:30")
    room.rings = True
    assert room.call("cancel_alarm") == {"stopped": "alarm"}
    assert (room.rings, len(room.alarms.pending)) == (False, 1)


def test_who_snoozes_hears_when_it_rings_again() -> None:
    room = Room()
    assert room.call("snooze_alarm") == {"error": "nothing rings"}
    room.rings = True
    told = {"snoozed": ["7 o'clock alarm"], "rings_again_in": "9 minutes"}
    assert room.call("snooze_alarm") == told
