"""How a duration is spread: mean, extremes and quantiles of any number of values in constant memory."""

import math

# The relative error of a quantile. Two per cent of a second is less than anybody hears as waiting.
RELATIVE_ERROR = 0.02
# The longest wait that is told apart; every wait of a conversation has a deadline long before it.
LONGEST_MS = 600_000.0

_GROWTH = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)
_LOG_GROWTH = math.log(_GROWTH)
_BINS = math.ceil(math.log(LONGEST_MS) / _LOG_GROWTH) + 1


class Distribution:
    """Durations in milliseconds, each finite and at least 0.

    A histogram whose bins grow by a constant factor, so that a quantile is within `RELATIVE_ERROR` of
    the value at its rank, whatever the shape: Masson, Rim and Lee, "DDSketch: a fast and fully-mergeable
    quantile sketch with relative-error guarantees", VLDB 2019. That holds from 1 ms to `LONGEST_MS`;
    what is shorter or longer falls into the first or last bin and stays within the extremes.
    Memory: one count for each of some 330 bins, whatever comes.
    """

    def __init__(self) -> None:
        self._bins = [0] * _BINS
        self._least_ms = math.inf
        self.sum_ms = 0.0
        self.count = 0
        self.last_ms = 0.0
        self.max_ms = 0.0

    def add(self, value_ms: float) -> None:
        """One more value, 0 or more."""
        self._bins[_bin_of(value_ms)] += 1
        self.count += 1
        self.sum_ms += value_ms
        self.last_ms = value_ms
        self.max_ms = max(self.max_ms, value_ms)
        self._least_ms = min(self._least_ms, value_ms)

    @property
    def mean_ms(self) -> float:
        """The arithmetic mean; 0 without values."""
        return self.sum_ms / self.count if self.count else 0.0

    def quantile_ms(self, share: float) -> float:
        """The value that `share` (0…1) of all values do not exceed (nearest rank); 0 without values."""
        rank = max(math.ceil(share * self.count), 1)
        seen = 0
        for index, count in enumerate(self._bins):
            seen += count
            if count and seen >= rank:
                middle_ms = 2 * _GROWTH**index / (_GROWTH + 1)
                return min(max(middle_ms, self._least_ms), self.max_ms)
        return 0.0


def _bin_of(value_ms: float) -> int:
    if value_ms <= 1.0:
        return 0
    return min(math.ceil(math.log(value_ms) / _LOG_GROWTH), _BINS - 1)
