"""The clock on the wall shows what it shows there at any instant, in summer and in winter."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from appliance.service.network.clock import HERE, local_time

# As the C library reads it without a database: the last Sundays of March and October.
CENTRAL_EUROPE = "CET-1CEST,M3.5.0,M10.5.0/3"


@pytest.fixture(autouse=True)
def central_europe(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", CENTRAL_EUROPE)
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize(
    ("utc", "shown"),
    [
        ("2026-07-01T12:00", "2026-07-01 14:00 CEST"),
        ("2026-12-01T12:00", "2026-12-01 13:00 CET"),
        ("2026-03-29T00:59", "2026-03-29 01:59 CET"),
        ("2026-03-29T01:00", "2026-03-29 03:00 CEST"),
        ("2026-10-25T00:30", "2026-10-25 02:30 CEST"),
        ("2026-10-25T01:30", "2026-10-25 02:30 CET"),
    ],
)
def test_an_instant_is_shown_as_it_is_there_then(utc: str, shown: str) -> None:
    instant = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    here = instant.astimezone(HERE)
    assert f"{here:%Y-%m-%d %H:%M %Z}" == shown
    assert here.timestamp() == instant.timestamp()


def test_no_quarter_of_an_hour_of_a_year_is_another_instant() -> None:
    for quarter in range(366 * 96):
        instant = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=15 * quarter)
        assert instant.astimezone(HERE).astimezone(UTC) == instant


def test_a_machine_that_is_moved_to_another_zone_goes_by_that_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert local_time().tzname() in ("CET", "CEST")
    monkeypatch.setenv("TZ", "JST-9")
    assert local_time().tzname() == "JST"


def test_what_is_told_as_local_time_is_this_instant() -> None:
    assert abs(local_time().timestamp() - time.time()) < 60
