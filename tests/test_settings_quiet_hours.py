"""Quiet hours have a beginning and an end."""

from pathlib import Path

import pytest

from appliance.errors import ConfigurationError
from appliance.settings import Settings, load_settings


def given(**keys: str) -> Settings:
    overrides = [f"quiet_hours.{key}={value}" for key, value in keys.items()]
    return load_settings((), overrides, {}, Path("/nonexistent")).settings


def test_they_may_go_over_midnight() -> None:
    assert given(begin="20:00", end="07:00").quiet_hours.begin == "20:00"


def test_there_are_none_by_themselves() -> None:
    assert given().quiet_hours.begin == ""


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"begin": "20:00"}, "quiet_hours.end"),
        ({"end": "07:00"}, "quiet_hours.begin"),
        ({"begin": "20:00", "end": "20:00"}, "must be another time than"),
        ({"begin": "24:00", "end": "07:00"}, 'a time of day such as "20:00"'),
        ({"begin": "8pm", "end": "07:00"}, 'a time of day such as "20:00"'),
    ],
)
def test_what_is_no_pair_of_times_is_refused(keys: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        given(**keys)
    assert words in "\n".join(refused.value.mistakes)
