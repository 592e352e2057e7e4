"""Medians and other quantiles. Those of numpy bring `numpy.ma` along, 1.5 MB that nothing else needs."""

import numpy as np
import numpy.typing as npt


def quantile(values: npt.ArrayLike, share: float) -> float:
    """What `share` (0…1) of `values` are below, by a straight line between neighbours. Raises ValueError
    without values."""
    ordered = np.sort(np.asarray(values, np.float64), axis=None)
    if not len(ordered):
        raise ValueError("there are no values")
    position = share * (len(ordered) - 1)
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    return float(ordered[below] + (position - below) * (ordered[above] - ordered[below]))


def median(values: npt.ArrayLike) -> float:
    """The value in the middle. Raises ValueError without values."""
    return quantile(values, 0.5)
