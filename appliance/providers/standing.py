"""How the providers stand: who is tried next, who is in use, who stands in for whom."""

from collections.abc import Callable, Collection, Sequence

from appliance.conversation.vocabulary import FailedOver, Failure
from appliance.errors import FailureCategory
from appliance.providers.health import LONG_SESSION_S
from appliance.providers.roster import Roster


class Standing:
    """The record of all providers, by index, the preferred one first."""

    def __init__(self, names: Sequence[str], now_s: Callable[[], float], chance: Callable[[], float]) -> None:
        self._names = names
        self._roster = Roster(len(names))
        self._now_s = now_s
        self._chance = chance
        self._in_use: int | None = None  # who was ready last
        self._answered: int | None = None  # who gave the last answer
        self.lost: tuple[str, FailureCategory] | None = None  # who was in use, until another one is ready

    @property
    def in_use(self) -> str | None:
        """The name of the one who was ready last."""
        return None if self._in_use is None else self._names[self._in_use]

    def next(self, tried: Collection[int]) -> tuple[int, float]:
        """Who is tried next, and how long that must wait; see `Roster.next`."""
        return self._roster.next(tried, self._now_s())

    def anybody_but(self, tried: Collection[int]) -> bool:
        """Whether somebody who is not among `tried` may be tried now."""
        return self._roster.anybody_but(tried, self._now_s())

    def failback_after_s(self, index: int) -> float | None:
        """How long to stay with this one although a better one exists; None: for good."""
        return self._roster.failback_after_s(index, self._now_s())

    def stands_in(self, index: int) -> bool:
        """Whether a better one should answer in place of this one, who has not answered since that did."""
        return index > 0 and index != self._answered

    def answered(self, index: int) -> None:
        """This one is well."""
        self._roster.answered(index)
        self._answered = index

    def failed(self, index: int, failure: Failure, ready_at_s: float | None) -> bool:
        """The session with this one, ready at `ready_at_s`, is lost; whether that is a failure of theirs,
        and not the end that every session comes to."""
        now_s = self._now_s()
        self.lost = self.lost or (self._names[index], failure.category)
        ended_in_age = ready_at_s is not None and now_s - ready_at_s >= LONG_SESSION_S
        if failure.category is FailureCategory.SESSION_CLOSED and ended_in_age:
            return False
        self._roster.failed(index, failure.category, now_s, self._chance(), failure.retry_after_s)
        return True

    def ready(self, index: int, replayed_ms: int) -> FailedOver | None:
        """This one is in use from here on, in place of whom the event names, if it is not the same."""
        name = self._names[index]
        origin, reason = self.lost or (self.in_use or name, "failback")
        self._in_use, self.lost = index, None
        return FailedOver(origin, name, reason, replayed_ms) if origin != name else None
