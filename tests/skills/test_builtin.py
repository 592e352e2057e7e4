"""What the built-in tools tell the model, and what they do to the room."""

import json
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

import pytest

from appliance.conversation.vocabulary import ToolCall
from appliance.skills.builtin import builtin_tools
from appliance.skills.outcome import Outcome
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
        self.changes = 0
        self._registry = Registry(builtin_tools(self, self, self.timers, self, self._change))

    def now_s(self) -> float:
        return 1000 + self.passed_s

    def local(self) -> datetime:
        return self.began + timedelta(seconds=self.passed_s)

    def set(self, percent: int) -> None:
        self.percent = percent

    def silence(self) -> None:
        self.rings = False

    def _change(self) -> None:
        self.changes += 1

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
    assert Room().names == ["get_time", "set_volume", "set_timer", "list_timers", "cancel_timer"]


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
