"""How long a session is held although nothing is wrong with it. Pure: instants are arguments."""

# A session is renewed so long before its peer ends it: the longest turn (30 s, unless the owner wants more)
# with its answer, which must not be broken off, fits into it twice.
RENEW_BEFORE_S = 120.0
# A preferred provider is asked again only after this long without a word on either side: who has just
# spoken may go on.
QUIET_S = 10.0


class Tenure:
    """When the session that was opened at `opened_s` is left for a better or a younger one.

    `failback_after_s`: it is not the preferred one, and kept so long at least; None: it is.
    """

    def __init__(self, opened_s: float, failback_after_s: float | None) -> None:
        self._failback_s = None if failback_after_s is None else opened_s + failback_after_s
        self._renew_s: float | None = None

    def closing_soon(self, remaining_s: float, now_s: float) -> None:
        """The peer ends the session in `remaining_s`; of what it says about that the earliest counts."""
        renew_s = now_s + remaining_s - min(RENEW_BEFORE_S, remaining_s / 2)
        self._renew_s = renew_s if self._renew_s is None else min(self._renew_s, renew_s)

    def due_s(self) -> float | None:
        """When it has to be looked at; None: never by itself."""
        return min((s for s in (self._failback_s, self._renew_s) if s is not None), default=None)

    def renewal_is_due(self, now_s: float) -> bool:
        """Between turns the session is to be replaced by another one with the same provider."""
        return self._renew_s is not None and now_s >= self._renew_s

    def failback_is_due(self, now_s: float, last_word_s: float) -> bool:
        """Between turns a better provider is to be asked. `last_word_s`: when something was said last."""
        return self._failback_s is not None and now_s >= max(self._failback_s, last_word_s + QUIET_S)
