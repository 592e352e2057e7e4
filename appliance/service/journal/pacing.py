"""What happens again and again is told now and then, with how often it did. Pure."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final, Generic, NamedTuple, TypeVar

from appliance.service.journal.kinds import Priority

T = TypeVar("T")


class Rate(NamedTuple):
    """A token bucket: `burst` at once, and one more every `every_s`."""

    burst: int
    every_s: float


# A lively conversation changes its phase once a second, for some minutes; a bug does it all the time.
OF_TALK: Final = Rate(120, 1.0)
# The first minutes of what goes wrong are seen as they were; after that a line a minute fills no disk, and is
# not long behind a plug that is loose.
OF_TROUBLE: Final = Rate(10, 60.0)
# One who fails, is tried again and fails writes nine kinds of lines each time, every minute, for months.
OF_PROVIDERS: Final = Rate(10, 300.0)
# Told apart: 16 providers, each with a dozen kinds of messages. Beyond that the one that was used longest ago
# is forgotten, and what it held back with it.
MAX_KEYS: Final = 256


def rate_of(priority: Priority, name: str) -> Rate:
    """How often a message of this kind may come."""
    if name.startswith(("provider.", "error.", "failover")):
        return OF_PROVIDERS
    of_trouble = priority <= Priority.WARNING or name.startswith(("device.", "network."))
    return OF_TROUBLE if of_trouble else OF_TALK


class Due(NamedTuple, Generic[T]):
    """To be told now: `message`, and how many like it came before it and were held back."""

    message: T
    others: int


@dataclass(slots=True)
class _Bucket(Generic[T]):
    rate: Rate
    full_at_s: float
    held: T | None = None  # the newest of those that were held back
    many: int = 0  # … of so many

    def wait_s(self, now_s: float) -> float:
        """How long until there is a token; 0: there is one."""
        return max(self.full_at_s - (self.rate.burst - 1) * self.rate.every_s - now_s, 0.0)

    def spend(self, now_s: float) -> Due[T] | None:
        """Tell what is held back, for one token."""
        message, others = self.held, self.many - 1
        self.full_at_s = max(self.full_at_s, now_s) + self.rate.every_s
        self.held, self.many = None, 0
        return None if message is None else Due(message, others)


class Pacing(Generic[T]):
    """A bucket for each key. What finds it empty is held back, the newest of them only; it is told when the
    bucket has a token again, so that the last word on everything is told. Instants are those of one clock
    that never goes back."""

    def __init__(self) -> None:
        self._buckets: dict[Hashable, _Bucket[T]] = {}

    def take(self, key: Hashable, message: T, rate: Rate, now_s: float) -> Due[T] | None:
        """It came: what is to be told at once, or None."""
        bucket = self._buckets.pop(key, None) or _Bucket(rate, now_s)
        self._buckets[key] = bucket
        if len(self._buckets) > MAX_KEYS:
            del self._buckets[next(iter(self._buckets))]
        bucket.held = message
        bucket.many += 1
        return None if bucket.wait_s(now_s) else bucket.spend(now_s)

    def due(self, now_s: float) -> list[Due[T]]:
        """What was held back and may be told by now."""
        ready = [bucket for bucket in self._holding() if not bucket.wait_s(now_s)]
        return [told for bucket in ready if (told := bucket.spend(now_s))]

    def next_due_s(self, now_s: float) -> float | None:
        """How long until `due` finds something; None: nothing is held back."""
        return min((bucket.wait_s(now_s) for bucket in self._holding()), default=None)

    def rest(self, now_s: float) -> list[Due[T]]:
        """Everything that is held back; called at the end."""
        return [told for bucket in self._holding() if (told := bucket.spend(now_s))]

    def _holding(self) -> list[_Bucket[T]]:
        return [bucket for bucket in self._buckets.values() if bucket.many]
