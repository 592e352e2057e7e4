"""In the quiet hours it is quiet, and whoever asks nevertheless learns when he is answered."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from appliance.conversation.vocabulary import Asked
from appliance.service.assembly import Assembly
from appliance.service.quiet_hours import QuietHours, QuietOptions
from appliance.service.quiet_time import QuietTime
from tests.service.event_schema import problems
from tests.service.stage import Played, play, silence, speech, wishes

NIGHT = QuietTime(time(20), time(7))
EVENING = datetime(2026, 11, 21, 21, 30, tzinfo=UTC)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SETTINGS = ["quiet_hours.begin=20:00", "quiet_hours.end=07:00", "quiet_hours.volume=20"]
NO_ANSWERS = [*SETTINGS, "quiet_hours.answers=none"]
SENTENCE = "It is quiet time. I answer again at 7 o'clock."


@pytest.mark.parametrize(
    ("begin", "end", "now", "quiet"),
    [
        ("20:00", "07:00", "19:59", False),
        ("20:00", "07:00", "20:00", True),
        ("20:00", "07:00", "23:59", True),
        ("20:00", "07:00", "00:00", True),
        ("20:00", "07:00", "06:59", True),
        ("20:00", "07:00", "07:00", False),
        ("13:00", "15:00", "12:59", False),
        ("13:00", "15:00", "13:00", True),
        ("13:00", "15:00", "15:00", False),
    ],
)
def test_they_begin_and_end_to_the_minute_and_go_over_midnight(
    begin: str, end: str, now: str, quiet: bool
) -> None:
    hours = QuietTime.of(begin, end)
    assert hours is not None
    assert hours.holds(time.fromisoformat(now)) is quiet


def test_a_person_is_told_the_hour() -> None:
    assert NIGHT.sentence == SENTENCE
    assert QuietTime(time(20), time(6, 5)).sentence == "It is quiet time. I answer again at 6 05."


class House:
    """The hours, and what became of volume and log."""

    def __init__(self, now: datetime, *, answers: bool = True) -> None:
        self.now, self.trusted = now, True
        self.limits: list[int | None] = []
        self.log: list[dict[str, object]] = []
        options = QuietOptions(NIGHT, 20, answers)
        self.hours = QuietHours(options, lambda: self.now, lambda: self.trusted, self, self._write)

    def limit(self, percent: int | None) -> None:
        self.limits.append(percent)

    def _write(self, event: str, /, **fields: object) -> None:
        self.log.append(fields)

    def look_at(self, now: datetime) -> None:
        self.now = now
        self.hours.look()


def test_the_volume_follows_them() -> None:
    house = House(NOON)
    house.hours.look()
    assert (house.limits, house.hours.until) == ([], "")
    house.look_at(EVENING)
    house.look_at(EVENING + timedelta(minutes=1))
    assert (house.limits, house.hours.until) == ([20], "07:00")
    house.look_at(EVENING + timedelta(hours=10))
    assert (house.limits, house.hours.until, house.hours.hushed) == ([20, None], "", False)
    assert [fields["state"] for fields in house.log] == ["began", "ended"]


def test_a_clock_that_is_not_set_makes_no_night() -> None:
    house = House(EVENING)
    house.trusted = False
    house.hours.look()
    assert house.hours.until == ""
    assert house.hours.hushed, "it may be night"
    house.trusted = True
    house.hours.look()
    assert house.hours.until == "07:00"


def test_who_is_answered_softly_is_told_nothing() -> None:
    soft, none = House(EVENING), House(EVENING, answers=False)
    soft.hours.look()
    none.hours.look()
    assert (soft.hours.sentence, none.hours.sentence) == ("", SENTENCE)


def asked(settings: list[str], now: datetime, *more: Any, **kwargs: Any) -> Played:
    return play(
        silence(1000), speech(1500), silence(3000), *more, settings=settings, now=lambda: now, **kwargs
    )


def test_without_answers_nothing_leaves_and_the_person_is_told_when() -> None:
    played = asked(NO_ANSWERS, EVENING)
    assert [type(command).__name__ for command in played.provider.told] == ["CloseSession"]
    assert [said["text"] for said in played.of("say")] == [SENTENCE]
    assert [fields["state"] for fields in played.of("quiet_hours")] == ["began", "refused"]
    assert played.of("error") == []
    assert played.phases[-1] == "idle"
    assert problems(played.events) == []


def test_by_day_it_answers_as_ever() -> None:
    played = asked(NO_ANSWERS, NOON)
    assert played.of("answer_done")[0]["complete"]
    assert played.of("quiet_hours") == []


def test_softly_it_answers_and_is_no_louder_than_that() -> None:
    played = asked(SETTINGS, EVENING)
    assert played.of("answer_done")[0]["complete"]
    by_day = asked(SETTINGS, NOON)
    assert abs(played.out).max() < abs(by_day.out).max() / 2


def test_who_goes_on_talking_is_told_once_a_minute() -> None:
    questions = [part for _ in range(3) for part in (speech(1000), silence(3000))]
    played = asked(NO_ANSWERS, EVENING, *questions)
    assert len(played.of("say")) == 1
    assert [fields["state"] for fields in played.of("quiet_hours")].count("refused") == 4


def test_who_types_is_answered() -> None:
    played = play(
        silence(4000),
        settings=NO_ANSWERS,
        now=lambda: EVENING,
        each_tick=wishes((500.0, Asked("what time is it", True))),
    )
    assert played.of("answer_done")[0]["complete"]


def test_what_was_asked_before_they_began_is_answered() -> None:
    def now() -> datetime:
        return EVENING if late else NOON

    late: list[bool] = []

    def turn_the_hand(assembly: Assembly) -> None:
        if assembly.record.now_ms() > 2000:
            late.append(True)

    played = play(
        silence(1000), speech(1500), silence(3000), settings=NO_ANSWERS, now=now, each_tick=turn_the_hand
    )
    assert played.of("answer_done")[0]["complete"]
    assert played.of("quiet_hours")[0]["state"] == "began"


def test_status_says_until_when() -> None:
    assert asked(SETTINGS, EVENING).assembly.quiet.until == "07:00"
