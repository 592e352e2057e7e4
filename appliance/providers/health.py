"""When a provider that failed may be tried again. Pure: instants and chance are arguments."""

from dataclasses import dataclass

from appliance.errors import FailureCategory

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
# A session that was ready for so long and is closed has not failed: vendors end every session.
LONG_SESSION_S = 60.0


@dataclass(frozen=True, slots=True)
class Health:
    """One provider's record: how often it failed in a row, and when it may be tried again."""

    failures: int = 0
    retry_at_s: float = 0.0

    def failed(
        self,
        category: FailureCategory,
        now_s: float,
        chance: float,
        retry_after_s: float | None,
        cap_s: float = BACKOFF_CAP_S,
    ) -> "Health":
        """The record after a failure. `chance` is uniform in 0…1; a peer's own wish is a minimum; `cap_s` is
        that of the back-off."""
        if category in _FOR_THE_OWNER:
            return Health(self.failures + 1, now_s + max(OWNER_RETRY_S, retry_after_s or 0.0))
        longest_s = min(cap_s, BACKOFF_FIRST_S * 2 ** min(self.failures, _MAX_EXPONENT))
        # The first retry comes at once, unless the peer asks for peace: most losses are a single
        # dropped connection.
        at_once = self.failures == 0 and category is not FailureCategory.RATE_LIMITED
        pause_s = 0.0 if at_once else chance * longest_s
        return Health(self.failures + 1, now_s + max(pause_s, retry_after_s or 0.0))

    def pause_s(self, now_s: float) -> float:
        """How long it may not be tried yet; 0 for now."""
        return max(0.0, self.retry_at_s - now_s)
