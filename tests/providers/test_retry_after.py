"""How long a server asks us to stay away, in whatever way it says so."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from appliance.providers.http.refusal import wait_s_of
from appliance.providers.http.retry_after import MAX_RETRY_AFTER_S, retry_after_s

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], None),
        (["17"], 17.0),
        (["0.5"], 0.5),
        (["-3"], 0.0),
        (["nan"], None),
        (["inf"], MAX_RETRY_AFTER_S),
        (["86400"], MAX_RETRY_AFTER_S),
        (["soon"], None),
        (["soon", "2"], 2.0),
        (["Wed, 21 Oct 2015 07:28:00 GMT"], 0.0),
        (["Wed, 21 Oct 2015 07:28:00"], None),
        (["Wed, 21 Oct 2015 07:28:00 +99999999999999999999"], None),
    ],
)
def test_retry_after_makes_sense_or_is_left_out(values: list[str], expected: float | None) -> None:
    assert retry_after_s(values, NOW) == expected


def test_retry_after_may_be_a_date() -> None:
    at = format_datetime(NOW + timedelta(seconds=100), usegmt=True)
    assert retry_after_s([at], NOW) == 100


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({"retry-after": "2"}, 2.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after-ms": "soon", "retry-after": "9"}, 9.0),
        ({"retry-after": "Sat, 21 Nov 2026 12:00:30 GMT"}, 30.0),
        ({"retry-after": "Sat, 21 Nov 2026 11:00:00 GMT"}, 0.0),
        ({"retry-after": "-5"}, 0.0),
        ({"retry-after": "999999"}, 3600.0),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "later"}, None),
        ({"retry-after": "Thu, 01 Jan 2026 00:00:00 +99999999999999999999"}, None),
        ({}, None),
    ],
)
def test_the_wait_that_a_server_asks_for(headers: dict[str, str], wait_s: float | None) -> None:
    assert wait_s_of(headers, NOW) == wait_s
