"""How long a server asks us to stay away. Pure."""

import email.utils
from collections.abc import Iterable
from datetime import datetime

# Nobody is kept away for longer by a header alone.
MAX_RETRY_AFTER_S = 3600.0


def retry_after_s(values: Iterable[str], now: datetime) -> float | None:
    """The first of these Retry-After headers that makes sense, 0…`MAX_RETRY_AFTER_S`; None without one.

    The header is a number of seconds or a date (RFC 9110, 10.2.3).
    """
    for value in values:
        wait_s = _seconds(value)
        if wait_s is None:
            try:
                wait_s = (email.utils.parsedate_to_datetime(value) - now).total_seconds()
            except (ValueError, TypeError, OverflowError):  # no date, or one with no zone or an endless one
                continue
        if wait_s == wait_s:  # no NaN
            return min(max(wait_s, 0.0), MAX_RETRY_AFTER_S)
    return None


def _seconds(value: str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None
