"""When a provider that failed may be tried again. Pure: instants and chance are arguments."""

from dataclasses import dataclass, replace

from appliance.errors import Cause, FailureCategory

# Only the owner can mend these; asked again after so long, since he may have done so meanwhile.
_FOR_THE_OWNER = frozenset({FailureCategory.AUTH_FAILED, FailureCategory.QUOTA_EXHAUSTED})
OWNER_RETRY_S = 900.0
# First pause and caps of the exponential back-off with full jitter. The first cap is for a provider that is
# needed: a person who waits longer than 10 s has gone away. Where somebody else answers, nobody waits, and a
# peer in trouble is left in peace for longer.
BACKOFF_FIRST_S = 0.5
BACKOFF_CAP_S = 10.0
BACKGROUND_CAP_S = 60.0
# 2**7 * 0.5 s is past every cap already; a larger exponent only overflows.
_MAX_EXPONENT = 7
# What goes wrong on the way and not with a peer: it may be well when the way is.
_ON_THE_WAY = frozenset(
    {FailureCategory.CONNECTION_FAILED, FailureCategory.TIMED_OUT, FailureCategory.SESSION_CLOSED}
)
# Who was never reached is not bothered by being tried again: so soon, however often it failed.
_NEVER_REACHED = frozenset({Cause.NETWORK_DOWN, Cause.NAME_SERVER_DOWN, Cause.HOST_UNREACHABLE})
UNREACHED_CAP_S = 5.0
# The way is back: a router tells names some seconds after it gives an address. So long it is tried so often.
EAGER_S = 30.0
EAGER_PAUSE_S = 1.0
# A session that was ready for so long and is closed has not failed: vendors end every session.
LONG_SESSION_S = 60.0
# Whoever opens sessions and gives no answers costs the person a whole deadline each time. After the first
# answer that did not come others are preferred for so long, twice as long with every further one in a row, up
# to the cap: that is four deadlines an hour.
DOUBT_FIRST_S = 20.0
DOUBT_CAP_S = 900.0
# 2**6 * 20 s is past the cap.
_MAX_DOUBT_EXPONENT = 6


@dataclass(frozen=True, slots=True)
class Health:
    """One provider's record: how often it failed in a row, and when it may be tried again, `needed_at_s`
    where there is nobody else; how many answers in a row it owed and did not give, and until when others
    are preferred for that; whether the way to it is what failed, and until when it is tried eagerly because
    that is back.

    That a session can be opened proves nothing: only a whole answer makes the record anew.
    """

    failures: int = 0
    retry_at_s: float = 0.0
    needed_at_s: float = 0.0
    unanswered: int = 0
    doubted_until_s: float = 0.0
    lost_on_the_way: bool = False
    unreached: bool = False
    eager_until_s: float = 0.0

    def failed(
        self,
        category: FailureCategory,
        now_s: float,
        chance: float,
        retry_after_s: float | None,
        cap_s: float = BACKOFF_CAP_S,
        cause: Cause | None = None,
    ) -> "Health":
        """The record after a failure. `chance` is uniform in 0…1; a peer's own wish is a minimum; `cap_s` is
        that of the back-off."""
        after = replace(self, lost_on_the_way=category in _ON_THE_WAY, unreached=cause in _NEVER_REACHED)
        return after._failed(category, now_s, chance, retry_after_s, cap_s, cause)

    def _failed(
        self,
        category: FailureCategory,
        now_s: float,
        chance: float,
        retry_after_s: float | None,
        cap_s: float,
        cause: Cause | None,
    ) -> "Health":
        if category in _FOR_THE_OWNER:
            return self._again_after(now_s, 0.0, max(OWNER_RETRY_S, retry_after_s or 0.0))
        if self.unreached:
            cap_s = UNREACHED_CAP_S
        if self.lost_on_the_way and now_s < self.eager_until_s:
            cap_s = EAGER_PAUSE_S
        longest_s = min(cap_s, BACKOFF_FIRST_S * 2 ** min(self.failures, _MAX_EXPONENT))
        # The first retry comes at once, unless the peer asks for peace: most losses are a single
        # dropped connection. Without a network nothing comes of it, and others wait meanwhile.
        at_once = self.failures == 0 and category is not FailureCategory.RATE_LIMITED
        pause_s = 0.0 if at_once else chance * longest_s
        if cause is Cause.NETWORK_DOWN:
            pause_s = cap_s
        return self._again_after(now_s, pause_s, retry_after_s or 0.0)

    def _again_after(self, now_s: float, backoff_s: float, least_s: float) -> "Health":
        return replace(
            self,
            failures=self.failures + 1,
            retry_at_s=now_s + max(backoff_s, least_s),
            needed_at_s=now_s + max(min(backoff_s, BACKOFF_CAP_S), least_s),
        )

    def way_is_back(self, now_s: float) -> "Health":
        """The record once the way is back: where that was all that failed, it is tried at once."""
        if not self.lost_on_the_way:
            return self
        return replace(self, failures=0, retry_at_s=now_s, needed_at_s=now_s, eager_until_s=now_s + EAGER_S)

    def let_down(self, now_s: float) -> "Health":
        """The record after an answer that was asked for and did not come whole."""
        doubt_s = min(DOUBT_CAP_S, DOUBT_FIRST_S * 2 ** min(self.unanswered, _MAX_DOUBT_EXPONENT))
        return replace(self, unanswered=self.unanswered + 1, doubted_until_s=now_s + doubt_s)

    def pause_s(self, now_s: float) -> float:
        """How long it may not be tried yet; 0 for now."""
        return max(0.0, self.retry_at_s - now_s)

    def needed_pause_s(self, now_s: float) -> float:
        """The same where nobody else may be tried: somebody waits for it."""
        return max(0.0, self.needed_at_s - now_s)

    def doubt_s(self, now_s: float) -> float:
        """How long others are preferred yet; 0: it is trusted."""
        return max(0.0, self.doubted_until_s - now_s)
