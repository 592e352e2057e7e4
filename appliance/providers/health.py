"""When a provider that failed may be tried again. Pure: instants and chance are arguments."""

from dataclasses import dataclass

from appliance.errors import FailureCategory

# Only the owner can mend these: trying again would be refused again and may lock the account.
_FOR_THE_OWNER = frozenset({FailureCategory.AUTH_FAILED, FailureCategory.QUOTA_EXHAUSTED})
# First pause and cap of the exponential back-off with full jitter. The cap is for the provider
# that is in use: a person who waits longer than 10 s has gone away.
BACKOFF_FIRST_S = 0.5
BACKOFF_CAP_S = 10.0
# 2**5 * 0.5 s is past the cap already; a larger exponent only overflows.
_MAX_EXPONENT = 5


@dataclass(frozen=True, slots=True)
class Health:
    """One provider's record: when it may be tried again, and whether at all."""

    failures: int = 0
    retry_at_s: float = 0.0
    hopeless: bool = False

    def failed(
        self, category: FailureCategory, now_s: float, chance: float, retry_after_s: float | None
    ) -> "Health":
        """The record after a failure. `chance` is uniform in 0…1; a peer's own wish is a minimum."""
        if category in _FOR_THE_OWNER:
            return Health(self.failures + 1, hopeless=True)
        cap_s = min(BACKOFF_CAP_S, BACKOFF_FIRST_S * 2 ** min(self.failures, _MAX_EXPONENT))
        # The first retry comes at once: most losses are a single dropped connection.
        pause_s = chance * cap_s if self.failures else 0.0
        return Health(self.failures + 1, now_s + max(pause_s, retry_after_s or 0.0))

    def answered(self) -> "Health":
        """The record after a complete answer: nothing is held against it."""
        return Health()

    def pause_s(self, now_s: float) -> float | None:
        """How long it may not be tried yet; 0 for now, None for never."""
        return None if self.hopeless else max(0.0, self.retry_at_s - now_s)
