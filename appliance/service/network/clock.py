"""Stream time: milliseconds since the stream's sample 0."""

import time
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final, Protocol
from zoneinfo import ZoneInfo


class StreamClock(Protocol):
    """What the conductor takes for the time."""

    def now_ms(self) -> float:
        """Milliseconds since the stream's sample 0."""


class _Here(tzinfo):
    """The zone of this machine, as its C library knows it (`TZ`, else /etc/localtime), summer time included;
    where somebody moves the machine to another zone, that one.

    `datetime.astimezone()` alone gives the offset of one instant, which is wrong beyond the next change.
    """

    def fromutc(self, utc: datetime) -> datetime:
        time.tzset()  # else the C library goes by what it read at the start
        local = utc.replace(tzinfo=UTC).astimezone()
        here = local.replace(tzinfo=self, fold=0)
        return here if here.utcoffset() == local.utcoffset() else here.replace(fold=1)

    def utcoffset(self, local: datetime | None) -> timedelta | None:
        return None if local is None else local.replace(tzinfo=None).astimezone().utcoffset()

    def dst(self, local: datetime | None) -> timedelta | None:
        return None  # the offset has it in it

    def tzname(self, local: datetime | None) -> str | None:
        return None if local is None else local.replace(tzinfo=None).astimezone().tzname()


HERE: Final = _Here()


def local_time() -> datetime:
    """What hangs on the wall here, in the zone of this machine; it jumps when somebody sets it."""
    return datetime.now(HERE)


def zone_of(name: str) -> tzinfo:
    """The time zone of that name, as the settings allow it; for "" that of this machine."""
    return ZoneInfo(name) if name else HERE


class TickerClock:
    """Stream time of a ticker: it moves only when the stream does."""

    def __init__(self) -> None:
        self._now_ms = 0.0

    def now_ms(self) -> float:
        """Milliseconds of sound since the stream began."""
        return self._now_ms

    def move_to(self, now_ms: float) -> None:
        """The ticker has moved the stream to `now_ms`."""
        self._now_ms = now_ms


class LiveClock:
    """Stream time of a running device: the machine's monotonic clock since the stream began."""

    def __init__(self) -> None:
        self.start()

    def start(self) -> None:
        """The stream begins now."""
        self._zero_s = time.monotonic()

    def now_ms(self) -> float:
        """Milliseconds since the stream began."""
        return self.ms_at(time.monotonic())

    def ms_at(self, instant_s: float) -> float:
        """Stream time of an instant of `time.monotonic`."""
        return (instant_s - self._zero_s) * 1000.0
