"""An alarm rings when it is due by a clock that may be set at any moment, and once for each time."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.skills.alarm import ALARMS, MAX_ALARMS, Alarm
from appliance.skills.alarms import Alarms
from appliance.skills.outcome import ToolError
from appliance.skills.timers import STILL_RINGS_S

VIENNA = ZoneInfo("Europe/Vienna")
EVENING = datetime(2026, 11, 20, 22, 0, tzinfo=VIENNA)  # a Friday
SEVEN = datetime(2026, 11, 21, 7, 0, tzinfo=VIENNA)
DAY = timedelta(days=1)
EVERY_DAY = frozenset(range(7))


def set_for(
    *times: str,
    weekdays: frozenset[int] = frozenset(),
    day: date | None = None,
    now: datetime = EVENING,
    known: bool = True,
) -> Alarms:
    alarms = Alarms()
    for at in times:
        alarms.start(time.fromisoformat(at), weekdays, day, "", now, known=known)
    return alarms


def rings(alarms: Alarms, now: datetime) -> list[str]:
    return [alarm.words for alarm in alarms.take_due(now).rings]


def missed(alarms: Alarms, now: datetime) -> list[str]:
    return [one.words for _, one in alarms.take_due(now).missed]


def restarted(alarms: Alarms) -> Alarms:
    after = Alarms()
    after.restore(ALARMS.validate_python(alarms.rows()))
    return after


def test_it_rings_at_its_time_and_not_before() -> None:
    alarms = set_for("07:00")
    assert rings(alarms, SEVEN - timedelta(seconds=1)) == []
    assert rings(alarms, SEVEN) == ["7 o'clock alarm"]
    assert rings(alarms, SEVEN + timedelta(seconds=1)) == []


def test_who_was_set_for_once_is_gone_after_it_rang() -> None:
    alarms = set_for("07:00")
    alarms.take_due(SEVEN)
    alarms.settle(SEVEN)
    assert alarms.pending == ()


def test_who_repeats_rings_again_on_its_next_day() -> None:
    alarms = set_for("07:00", weekdays=frozenset({5, 0}))
    alarms.take_due(SEVEN)
    alarms.settle(SEVEN)
    assert [rings(alarms, SEVEN + days * DAY) for days in (1, 2)] == [[], ["7 o'clock alarm"]]


def test_snoozed_it_rings_again_after_the_minutes() -> None:
    alarms = set_for("07:00")
    alarms.take_due(SEVEN)
    (alarm,) = alarms.snooze(9, SEVEN + timedelta(seconds=20))
    again = SEVEN + timedelta(minutes=9, seconds=20)
    assert alarm.next_unix_s(SEVEN.timestamp(), VIENNA) == again.timestamp()
    assert rings(alarms, again - timedelta(seconds=1)) == []
    assert rings(alarms, again) == ["7 o'clock alarm"]
    alarms.settle(again)
    assert alarms.pending == ()


def test_snoozing_costs_no_other_day() -> None:
    alarms = set_for("07:00", weekdays=EVERY_DAY)
    alarms.take_due(SEVEN)
    alarms.snooze(9, SEVEN)
    alarms.take_due(SEVEN + timedelta(minutes=9))
    alarms.settle(SEVEN + timedelta(minutes=9))
    assert alarms.next_unix_s(SEVEN + timedelta(minutes=10)) == (SEVEN + DAY).timestamp()


def test_what_came_while_nobody_was_there_to_ring_rings_late_or_is_missed() -> None:
    late = SEVEN + timedelta(seconds=STILL_RINGS_S)
    assert rings(restarted(set_for("07:00")), late) == ["7 o'clock alarm"]
    alarms = restarted(set_for("07:00"))
    assert missed(alarms, late + timedelta(seconds=1)) == ["7 o'clock alarm"]
    assert alarms.pending == ()


def test_of_many_days_the_last_one_is_missed_and_the_next_one_rings() -> None:
    alarms = restarted(set_for("07:00", weekdays=EVERY_DAY))
    assert missed(alarms, SEVEN + 40 * DAY + timedelta(hours=1)) == ["7 o'clock alarm"]
    assert rings(alarms, SEVEN + 41 * DAY) == ["7 o'clock alarm"]


def test_what_rings_rings_on_after_a_restart_and_is_not_told_twice() -> None:
    alarms = set_for("07:00")
    alarms.take_due(SEVEN)
    after = restarted(alarms)
    assert rings(after, SEVEN + timedelta(seconds=30)) == []
    assert [alarm.words for alarm in after.ringing] == ["7 o'clock alarm"]


def test_what_was_snoozed_is_still_after_a_restart() -> None:
    alarms = set_for("07:00")
    alarms.take_due(SEVEN)
    alarms.snooze(9, SEVEN)
    after = restarted(alarms)
    assert rings(after, SEVEN + timedelta(minutes=1)) == []
    assert rings(after, SEVEN + timedelta(minutes=9)) == ["7 o'clock alarm"]


def test_while_nobody_knows_the_time_an_alarm_waits_for_it() -> None:
    boot = datetime(2026, 11, 18, 6, 59, tzinfo=VIENNA)  # when it was on last
    alarms = set_for("07:00", now=boot, known=False)
    assert alarms.next_unix_s(boot) is None
    assert rings(alarms, EVENING) == []
    assert rings(alarms, SEVEN) == ["7 o'clock alarm"]


def test_a_clock_that_is_set_back_rings_once_more_only_for_what_is_long_ago() -> None:
    """Corrected by a second it would ring twice for one time; by an hour it is another time."""
    alarms = set_for("07:00", weekdays=EVERY_DAY)
    alarms.take_due(SEVEN)
    alarms.settle(SEVEN)
    assert rings(alarms, SEVEN - timedelta(seconds=1)) == []
    assert rings(alarms, SEVEN) == []
    assert rings(alarms, SEVEN - timedelta(hours=1)) == []
    assert rings(alarms, SEVEN) == ["7 o'clock alarm"]


def test_it_goes_by_the_zone_in_which_the_appliance_is_now() -> None:
    alarms = restarted(set_for("07:00"))
    assert rings(alarms, SEVEN - timedelta(hours=1)) == []
    london = datetime(2026, 11, 21, 7, 0, tzinfo=ZoneInfo("Europe/London"))
    assert rings(alarms, london) == ["7 o'clock alarm"]


def test_a_zone_in_which_its_time_is_over_already_makes_no_missed_alarm_of_one_that_repeats() -> None:
    """Nobody was off: where the appliance was until now it had not come."""
    alarms, before = set_for("07:00", weekdays=EVERY_DAY), SEVEN - timedelta(minutes=30)
    assert missed(alarms, before) == []
    tokyo = ZoneInfo("Asia/Tokyo")
    assert missed(alarms, before.astimezone(tokyo)) == []
    assert rings(alarms, datetime(2026, 11, 22, 7, 0, tzinfo=tokyo)) == ["7 o'clock alarm"]


def test_a_zone_in_which_the_time_of_one_that_rings_once_is_over_is_told() -> None:
    alarms, before = set_for("07:00"), SEVEN - timedelta(minutes=30)
    assert missed(alarms, before) == []
    assert missed(alarms, before.astimezone(ZoneInfo("Asia/Tokyo"))) == ["7 o'clock alarm"]


class TestWhatCannotBeSet:
    def test_more_than_so_many(self) -> None:
        alarms = set_for(*["07:00"] * MAX_ALARMS)
        with pytest.raises(ToolError, match="32 alarms"):
            alarms.start(time(7), frozenset(), None, "", EVENING, known=True)

    @pytest.mark.parametrize(
        ("day", "sentence"), [(date(2026, 11, 20), "is over"), (date(2028, 1, 1), "366 days")]
    )
    def test_a_day_that_is_over_or_too_far_away(self, day: date, sentence: str) -> None:
        with pytest.raises(ToolError, match=sentence):
            set_for("07:00", day=day)

    def test_weekdays_and_a_date(self) -> None:
        with pytest.raises(ToolError, match="not both"):
            set_for("07:00", weekdays=EVERY_DAY, day=date(2026, 11, 23))


class TestCancelling:
    @pytest.mark.parametrize("which", ["2", "07:30", "7:30"])
    def test_by_number_or_time(self, which: str) -> None:
        alarms = set_for("07:00", "07:30")
        assert alarms.cancel(which).words == "7:30 alarm"
        assert [alarm.number for alarm in alarms.pending] == [1]

    def test_by_name(self) -> None:
        alarms = set_for("07:00")
        alarms.start(time(8), frozenset(), None, "School", EVENING, known=True)
        assert alarms.cancel("school ").words == "School alarm of 8 o'clock"

    @pytest.mark.parametrize(
        ("times", "which", "sentence"),
        [
            ((), "", "no alarm is set"),
            (("07:00", "07:30"), "", "several alarms are set: 1: 7 o'clock alarm, 2: 7:30 alarm"),
            (("07:00",), "tea", "there is no such alarm; set: 1: 7 o'clock alarm"),
        ],
    )
    def test_what_is_not_certain_is_asked(self, times: Sequence[str], which: str, sentence: str) -> None:
        with pytest.raises(ToolError, match=sentence):
            set_for(*times).cancel(which)


@given(
    st.lists(st.integers(-400, 400).map(lambda minutes: timedelta(minutes=minutes)), max_size=40),
    st.frozensets(st.integers(0, 6)),
    st.booleans(),
)
def test_whatever_becomes_of_the_clock_every_time_rings_or_is_missed_at_most_once(
    steps: list[timedelta], weekdays: frozenset[int], stops: bool
) -> None:
    """As long as it only goes forward; and no alarm is ever due before its time."""
    alarms = set_for("07:00", weekdays=weekdays)
    now, came = EVENING, []
    for step in steps:
        now += abs(step)
        due = alarms.take_due(now.astimezone(VIENNA))
        came += [alarm.due_unix_s(now.timestamp(), VIENNA) for alarm in due.rings]
        came += [one.due_unix_s for _, one in due.missed]
        if stops:
            alarms.settle(now.astimezone(VIENNA))
    instants = [instant for instant in came if instant is not None]
    assert len(instants) == len(came) == len(set(instants))
    assert all(datetime.fromtimestamp(s, VIENNA).time() == time(7) for s in instants)
    assert all(s <= now.astimezone(UTC).timestamp() for s in instants)


def test_what_is_kept_is_what_was_set() -> None:
    alarms = set_for("06:45", weekdays=frozenset({0, 4}))
    alarms.start(time(9), frozenset(), date(2026, 12, 24), "tree", EVENING, known=True)
    assert restarted(alarms).pending == alarms.pending
    assert isinstance(alarms.pending[0], Alarm)
