"""How far a number may be off by chance: 95 % intervals. Pure."""

from collections.abc import Sequence
from math import sqrt

import numpy as np

Z = 1.96
BOOTSTRAPS = 2000
Interval = tuple[float, float]


def wilson(hits: int, tried: int) -> Interval:
    """Of a share, 0…1 (Wilson 1927); (0, 1) where nothing was tried."""
    if not tried:
        return 0.0, 1.0
    share = hits / tried
    middle = share + Z**2 / (2 * tried)
    reach = Z * sqrt(share * (1 - share) / tried + Z**2 / (4 * tried**2))
    scale = 1 + Z**2 / tried
    # Rounding must not leave a share outside of its own interval.
    return min(share, max(0.0, (middle - reach) / scale)), max(share, min(1.0, (middle + reach) / scale))


def per_hour(count: int, hours: float) -> Interval:
    """Of events that come by chance, a hour of them: Poisson, exact (Garwood 1936)."""
    if hours <= 0:
        return 0.0, float("inf")
    low = _quantile(count, 0.975) if count else 0.0
    return low / hours, _quantile(count + 1, 0.025) / hours


def _quantile(shape: int, above: float) -> float:
    """The mean at which fewer than `shape` events have the probability `above`."""
    low, high = 0.0, 2.0 * shape + 30.0
    for _ in range(80):
        middle = (low + high) / 2
        term, fewer = 1.0, 1.0
        for k in range(1, shape):
            term *= middle / k
            fewer += term
        low, high = (middle, high) if fewer * np.exp(-middle) > above else (low, middle)
    return (low + high) / 2


def of_percentile(values: Sequence[float], percent: float) -> Interval:
    """Of a percentile: bootstrap, the same each time; (nan, nan) of nothing."""
    if not values:
        return float("nan"), float("nan")
    chance = np.random.default_rng(95)
    drawn = chance.choice(np.asarray(values, dtype=np.float64), (BOOTSTRAPS, len(values)))
    low, high = np.percentile(np.percentile(drawn, percent, axis=1), [2.5, 97.5])
    return float(low), float(high)


def of_ratio(parts: Sequence[tuple[float, float]]) -> Interval:
    """Of a sum over a sum (a word error rate over sentences): bootstrap of the pairs."""
    if not parts:
        return float("nan"), float("nan")
    pairs = np.asarray(parts, dtype=np.float64)
    chance = np.random.default_rng(96)
    drawn = pairs[chance.integers(0, len(pairs), (BOOTSTRAPS, len(pairs)))].sum(axis=1)
    low, high = np.percentile(drawn[:, 0] / np.maximum(drawn[:, 1], 1e-9), [2.5, 97.5])
    return float(low), float(high)
