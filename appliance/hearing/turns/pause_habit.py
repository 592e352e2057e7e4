"""How long the people here pause in the middle of what they say. Pure."""

from collections import deque
from typing import Final

# Enough for the habits of a household, and forgotten after some days of use.
KEPT_PAUSES: Final = 64
# Below this nobody has been listened to yet. Above it the set value still counts like so many pauses:
# habits are learnt in dozens of turns, not in one.
LEAST_PAUSES: Final = 8
SET_VALUE_WEIGHT: Final = 16
# Of all pauses: so whoever pauses longest decides, also where he is one of two people of whom the other
# one speaks five times as much.
PERCENTILE: Final = 95
MARGIN: Final = 1.25  # the next pause is as likely longer than the longest so far as shorter
# What is learnt never makes it wait for less than this share of the set value, or for more than that.
LEAST_SHARE: Final = 0.75
MOST_SHARE: Final = 1.5


class PauseHabit:
    """Learns from pauses after which the same turn went on. Keeps the newest `KEPT_PAUSES`.

    Who speaks is not known. So what is learnt is the silence that nearly all pauses of all who speak
    here are shorter than, and never one person's average.
    """

    def __init__(self, set_samples: int) -> None:
        """`set_samples`: the silence that ends a turn where nothing is known."""
        self._set = set_samples
        self._pauses: deque[int] = deque(maxlen=KEPT_PAUSES)
        self._learnt = set_samples

    @property
    def count(self) -> int:
        """How many pauses it goes by."""
        return len(self._pauses)

    @property
    def silence(self) -> int:
        """The silence after which these people are done, in samples."""
        return self._learnt

    def learn(self, pause: int) -> None:
        """Somebody paused for so many samples, and went on."""
        self._pauses.append(pause)
        count = len(self._pauses)
        if count < LEAST_PAUSES:
            return
        ranked = sorted(self._pauses)
        long = ranked[min(count * PERCENTILE // 100, count - 1)] * MARGIN
        mixed = (count * long + SET_VALUE_WEIGHT * self._set) / (count + SET_VALUE_WEIGHT)
        self._learnt = round(min(max(mixed, LEAST_SHARE * self._set), MOST_SHARE * self._set))

    def forget(self) -> None:
        """As if nobody had spoken here."""
        self._pauses.clear()
        self._learnt = self._set
