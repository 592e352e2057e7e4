"""How the providers stand: who is tried next, who is in use, who stands in for whom."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from appliance.conversation.vocabulary import FailedOver, Failure, LinkChanged, LinkState, Reach
from appliance.errors import Cause, FailureCategory
from appliance.providers.health import LONG_SESSION_S
from appliance.providers.held_session import Provider
from appliance.providers.pace import Pace
from appliance.providers.roster import Roster

# What a network that is gone looks like from a session.
_WITHOUT_NETWORK = frozenset(
    {FailureCategory.CONNECTION_FAILED, FailureCategory.TIMED_OUT, FailureCategory.SESSION_CLOSED}
)


@dataclass(frozen=True, slots=True)
class Lost:
    """Who was in use, and by what it was lost."""

    name: str
    category: FailureCategory
    cause: Cause | None = None


class Standing:
    """The record of all providers, by index, the preferred one first."""

    def __init__(
        self,
        providers: Sequence[Provider],
        now_s: Callable[[], float],
        chance: Callable[[], float],
    ) -> None:
        self._names = [provider.name for provider in providers]
        self._last_resorts = frozenset(i for i, provider in enumerate(providers) if provider.last_resort)
        self._distances = [provider.distance for provider in providers]
        self._reach = Reach.INTERNET  # until somebody tells
        self._roster = Roster(len(providers), lambda index: providers[index].may_use(), self._last_resorts)
        self._replacements = Pace()
        self._now_s = now_s
        self._chance = chance
        self._in_use: int | None = None  # who was ready last
        self._answered: int | None = None  # who gave the last answer
        self.lost: Lost | None = None  # who was in use, until another one is ready

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
        """When a better one than this is to be tried again; None: there is none."""
        return self._roster.failback_after_s(index, self._now_s())

    def stands_in(self, index: int) -> bool:
        """Whether this one answers for a preferred one, and did not give the last answer."""
        return index > 0 and index != self._answered

    def stands_by(self, index: int, tried: Collection[int]) -> int | None:
        """Who is to stand by for this one, where it failed since its last whole answer; None: nobody.

        Nobody who is among `tried`, and no last resort: "I am offline" is said before any answer can come.
        """
        if self._roster.failures(index) == 0:
            return None
        return self._roster.soundest_but({index, *tried, *self._last_resorts}, self._now_s())

    def may_use(self, index: int) -> bool:
        """Whether the owner's limits allow that this one is asked."""
        return self._roster.may_use(index)

    def out_of_money(self, index: int) -> LinkChanged | None:
        """Where the owner's limits do not allow any more that this one is asked: the news of it. It counts as
        lost."""
        if self._roster.may_use(index):
            return None
        name, reason = self._names[index], FailureCategory.QUOTA_EXHAUSTED
        self.lost = self.lost or Lost(name, reason)
        return LinkChanged(name, LinkState.DOWN, reason, f"{name} is not asked: the money for it is spent")

    @property
    def why_nobody(self) -> FailureCategory:
        """Why nobody can answer."""
        if self._roster.nobody_may_be_used:
            return FailureCategory.QUOTA_EXHAUSTED
        return self.lost.category if self.lost else FailureCategory.CONNECTION_FAILED

    # ------------------------------------------------------------------ the network

    def network(self, reach: Reach) -> None:
        """The network goes as far as this from now on; who is in reach again may be tried at once."""
        before, self._reach = self._reach, reach
        for index, distance in enumerate(self._distances):
            if before < distance <= reach:
                self._roster.way_is_back(index, self._now_s())

    def way_is_back(self) -> None:
        """Whatever was in the way of all connections is gone."""
        for index in range(len(self._names)):
            self._roster.way_is_back(index, self._now_s())

    def out_of_reach(self, index: int) -> Failure | None:
        """Where the network does not go as far as this one: how it is lost."""
        if self._distances[index] <= self._reach:
            return None
        message = f"{self._names[index]} cannot be reached: there is no network"
        return Failure(FailureCategory.CONNECTION_FAILED, message, cause=Cause.NETWORK_DOWN)

    def named(self, index: int, failure: Failure) -> Failure:
        """`failure`, with the network as its cause where that is gone."""
        if failure.category in _WITHOUT_NETWORK and self.out_of_reach(index) is not None:
            return replace(failure, cause=Cause.NETWORK_DOWN)
        return failure

    # ------------------------------------------------------------------ what becomes of each

    def answered(self, index: int) -> None:
        """This one is well."""
        self._roster.answered(index)
        self._answered = index

    def replaced(self) -> None:
        """A session is replaced with the same provider, and nobody failed."""
        self._replacements.replaced(self._now_s())

    @property
    def replacement_pause_s(self) -> float:
        """How long the session that takes the place of the last one must wait."""
        return self._replacements.pause_s(self._now_s())

    def failed(
        self,
        index: int,
        failure: Failure,
        ready_at_s: float | None,
        tried: Collection[int],
        *,
        asked: bool,
    ) -> bool:
        """The session with this one, ready at `ready_at_s`, is lost; whether others are to be tried first.
        `asked`: an answer is wanted, of which this one, if it was ready, gave not all.

        False where it came to the end that every session comes to, and after a single dropped connection,
        where nobody but last resorts is left who is not among `tried`.
        """
        self.lost = self.lost or Lost(self._names[index], failure.category, failure.cause)
        dropped = failure.category is FailureCategory.SESSION_CLOSED and ready_at_s is not None
        if dropped and ready_at_s is not None and self._now_s() - ready_at_s >= LONG_SESSION_S:
            return False
        is_first = self._roster.failures(index) == 0
        self.probe_failed(index, failure)
        if asked and ready_at_s is not None and failure.cause is not Cause.NETWORK_DOWN:
            self._roster.let_down(index, self._now_s())
        return not (dropped and is_first and not self.anybody_but({index, *tried, *self._last_resorts}))

    def probe_failed(self, index: int, failure: Failure) -> None:
        """This one was tried in the background, and failed."""
        now_s = self._now_s()
        self._roster.failed(
            index, failure.category, now_s, self._chance(), failure.retry_after_s, failure.cause
        )

    def better_than(self, index: int) -> int | None:
        """Who may be tried now and is preferred to this one."""
        best, pause_s = self.next(())
        return best if best < index and pause_s == 0 else None

    def ready(self, index: int, replayed_ms: int) -> FailedOver | None:
        """This one is in use from here on, in place of whom the event names, if it is not the same."""
        name = self._names[index]
        lost = self.lost
        origin, reason = (lost.name, lost.category) if lost else (self.in_use or name, "failback")
        self._in_use, self.lost = index, None
        return FailedOver(origin, name, reason, replayed_ms) if origin != name else None
