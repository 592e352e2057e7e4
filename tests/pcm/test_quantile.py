"""Quantiles are those of numpy."""

import numpy as np
import pytest

from appliance.pcm.quantile import median, quantile


@pytest.mark.parametrize("count", [1, 2, 3, 4, 99, 100])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.25, 0.5, 0.75, 0.95, 1.0])
def test_it_is_what_numpy_says(count: int, share: float) -> None:
    values = np.random.default_rng(count).standard_normal(count)
    assert quantile(values, share) == pytest.approx(float(np.quantile(values, share)))
    assert median(list(values)) == pytest.approx(float(np.median(values)))


def test_nothing_has_none() -> None:
    with pytest.raises(ValueError, match="no values"):
        median([])
