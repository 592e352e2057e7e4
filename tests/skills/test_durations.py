"""Durations are said as people say them."""

import pytest

from appliance.skills.durations import spoken_duration


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.4, "0 seconds"),
        (1, "1 second"),
        (59.6, "1 minute"),
        (90, "1 minute and 30 seconds"),
        (3599.7, "1 hour"),
        (3725, "1 hour and 2 minutes"),
        (86_400, "24 hours"),
        (-3, "0 seconds"),
    ],
)
def test_a_duration_in_words(seconds: float, words: str) -> None:
    assert spoken_duration(seconds) == words
