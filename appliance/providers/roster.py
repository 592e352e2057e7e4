"""Who is asked next, and for how long somebody less preferred is kept. Pure: instants are arguments."""

from collections.abc import Callable, Collection

from appliance.errors import Cause, FailureCategory
from appliance.providers.health import (
    BACKGROUND_CAP_S,
    BACKOFF_CAP_S,
    DOUBT_CAP_S,
    EAGER_PAUSE_S,
    Health,
)

# A preferred provider that failed is tried again in the background after this long: long enough that a
# flapping link does not swallow turns, short enough that nobody stays offline for long.
FAILBACK_AFTER_S = 10.0
# … doubled with every failure in a row, up to this.
FAILBACK_CAP_S = BACKGROUND_CAP_S

# Limits are given up at midnight; a few minutes later is early enough for who has none to talk to.
LIMIT_LOOK_S = 300.0


class Roster:
    """The health of `count` providers, by index, the preferred one first."""

    def __init__(
        self,
        count: int,
        may_use: Callable[[int], bool] = lambda index: True,
        last_resorts: Collection[int] = (),
    ) -> None:
        """`may_use(index)`: the owner's limits allow that this one is asked now; no other is tried.
        `last_resorts`: those whom nobody prefers, whatever they are preferred to."""
        self._may_use = may_use
        self._last_resorts = last_resorts
        self._health = [Health() for _ in range(count)]

    def next(self, tried: Collection[int], now_s: float) -> tuple[int, float]:
        """Who is tried next, and how long that must wait.

        The first that may be tried now and is not among `tried`; else one that is; else the one that may
        soonest, as it is needed. Who let somebody down comes after those who are trusted, but for last
        resorts. Where nobody may be used, it is looked at again in `LIMIT_LOOK_S`.
        """
        usable = [i for i in range(len(self._health)) if self._may_use(i)]
        pauses_s = {i: self._health[i].pause_s(now_s) for i in usable}
        if all(pauses_s.values()):
            pauses_s = {i: self._health[i].needed_pause_s(now_s) for i in usable}
        waits = [(pauses_s[i], i in tried, self._is_second_choice(i, now_s), i) for i in usable]
        pause_s, _, _, index = min(waits, default=(LIMIT_LOOK_S, False, False, 0))
        return index, pause_s

    def _is_second_choice(self, index: int, now_s: float) -> bool:
        doubted = [health.doubt_s(now_s) > 0 for health in self._health[: index + 1]]
        return doubted[-1] or (index in self._last_resorts and any(doubted))

    def anybody_but(self, tried: Collection[int], now_s: float) -> bool:
        """Whether somebody who is not among `tried` may be tried now."""
        usable = [i for i in range(len(self._health)) if i not in tried and self._may_use(i)]
        return any(self._health[i].pause_s(now_s) == 0 for i in usable)

    def soundest_but(self, others: Collection[int], now_s: float) -> int | None:
        """Who is not among `others` and may be tried now: who failed least often in a row, and of those the
        preferred one; None: nobody."""
        usable = [
            i
            for i, health in enumerate(self._health)
            if i not in others and self._may_use(i) and health.pause_s(now_s) == 0
        ]
        return min(usable, key=lambda i: (self._health[i].failures, i), default=None)

    def may_use(self, index: int) -> bool:
        """Whether the owner's limits allow that this one is asked."""
        return self._may_use(index)

    @property
    def nobody_may_be_used(self) -> bool:
        """The owner's limits leave nobody to be asked."""
        return not any(self._may_use(i) for i in range(len(self._health)))

    def failures(self, index: int) -> int:
        """How often this one failed in a row."""
        return self._health[index].failures

    def answered(self, index: int) -> None:
        """The provider is well."""
        self._health[index] = Health()

    def failed(
        self,
        index: int,
        category: FailureCategory,
        now_s: float,
        chance: float,
        retry_after_s: float | None,
        cause: Cause | None = None,
    ) -> None:
        """The provider failed; see `Health.failed`. It is needed where nobody else may be tried."""
        cap_s = BACKGROUND_CAP_S if self.anybody_but((index,), now_s) else BACKOFF_CAP_S
        self._health[index] = self._health[index].failed(category, now_s, chance, retry_after_s, cap_s, cause)

    def way_is_back(self, index: int, now_s: float) -> None:
        """The way to the provider is there again; see `Health.way_is_back`."""
        self._health[index] = self._health[index].way_is_back(now_s)

    def let_down(self, index: int, now_s: float) -> None:
        """The provider was asked, and its answer did not come whole."""
        self._health[index] = self._health[index].let_down(now_s)

    def failback_after_s(self, index: int, now_s: float) -> float | None:
        """When a better provider than this one is to be tried again; None: there is none.

        With a last resort nobody waits for long: who is doubted is rather tried after all.
        """
        longest_doubt_s = FAILBACK_CAP_S if index in self._last_resorts else DOUBT_CAP_S
        waits = [
            max(
                health.pause_s(now_s),
                _failback_pause_s(health, now_s),
                min(longest_doubt_s, health.doubt_s(now_s)),
            )
            for health in self._health[:index]
        ]
        return min(waits, default=None)


def _failback_pause_s(health: Health, now_s: float) -> float:
    """How long a preferred provider is left in peace."""
    if health.lost_on_the_way and now_s < health.eager_until_s:
        return EAGER_PAUSE_S
    if health.unreached:
        return FAILBACK_AFTER_S
    return float(min(FAILBACK_CAP_S, FAILBACK_AFTER_S * 2 ** min(health.failures, 10)))
