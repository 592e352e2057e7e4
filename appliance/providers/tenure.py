"""How long a session is held although nothing is wrong with it. Pure: instants are arguments."""

# A session is renewed so long before its peer ends it: the longest turn (30 s, unless the owner wants more)
# with its answer, which must not be broken off, fits into it twice.
RENEW_BEFORE_S = 120.0
# A better provider takes over only after this long without a word on either side: who has just spoken may
# go on.
QUIET_S = 5.0


class Tenure:
    """When a session is left for a younger one, or for one with a better provider."""

    def __init__(self) -> None:
        self._probe_s: float | None = None
        self._renew_s: float | None = None
        self._better_is_there = False

    def probe_after(self, pause_s: float | None, now_s: float) -> None:
        """A better provider is tried in `pause_s`; None: there is none."""
        self._probe_s = None if pause_s is None else now_s + pause_s

    def better_is_there(self) -> None:
        """A better provider was tried, and takes turns."""
        self._probe_s, self._better_is_there = None, True

    def closing_soon(self, remaining_s: float, now_s: float) -> None:
        """The peer ends the session in `remaining_s`; of what it says about that the earliest counts."""
        renew_s = now_s + remaining_s - min(RENEW_BEFORE_S, remaining_s / 2)
        self._renew_s = renew_s if self._renew_s is None else min(self._renew_s, renew_s)

    def due_s(self) -> float | None:
        """When it has to be looked at; None: never by itself."""
        if self._better_is_there:
            return 0.0
        return min((s for s in (self._probe_s, self._renew_s) if s is not None), default=None)

    def probe_is_due(self, now_s: float) -> bool:
        """A better provider is to be tried; also in mid-turn."""
        return self._probe_s is not None and now_s >= self._probe_s

    def renewal_is_due(self, now_s: float) -> bool:
        """Between turns the session is to be replaced by another one with the same provider."""
        return self._renew_s is not None and now_s >= self._renew_s

    def failback_is_due(self, now_s: float, last_word_s: float) -> bool:
        """Between turns the better provider takes over. `last_word_s`: when something was said last."""
        return self._better_is_there and now_s >= last_word_s + QUIET_S
