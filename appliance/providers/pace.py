"""How often a session may be replaced although nobody failed. Pure: instants are arguments."""

import math

# So many in a row at once: false starts come in twos and threes of a second each.
AT_ONCE = 3
# Beyond that one in so long: twelve sessions a minute, of which a vendor takes hundreds. It is less than an
# answer's deadline, so that who speaks meanwhile (his words are kept) is answered in time.
INTERVAL_S = 5.0


class Pace:
    """`AT_ONCE` replacements at once, and after them one every `INTERVAL_S`."""

    def __init__(self) -> None:
        self._used_until_s = -math.inf  # each replacement uses up `INTERVAL_S`

    def replaced(self, now_s: float) -> None:
        """One more."""
        self._used_until_s = max(self._used_until_s, now_s) + INTERVAL_S

    def pause_s(self, now_s: float) -> float:
        """How long the latest one has to wait; 0 for now."""
        return max(0.0, self._used_until_s - AT_ONCE * INTERVAL_S - now_s)
