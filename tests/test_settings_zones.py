"""A time zone that cannot be used is a mistake of the configuration, and not of the morning after."""

from zoneinfo import ZoneInfo, reset_tzpath

import pytest

from appliance.errors import ConfigurationError
from appliance.service.network.clock import HERE, zone_of
from appliance.settings import load_settings


def zone(name: str) -> str:
    return load_settings([], [f"conversation.time_zone={name}"], {}).settings.conversation.time_zone


def test_a_zone_is_named_or_that_of_the_machine() -> None:
    assert zone_of(zone("Europe/Vienna")) == ZoneInfo("Europe/Vienna")
    assert zone_of(zone("")) is HERE


@pytest.mark.parametrize(
    "name", ["Europe/Atlantis", "Europe", "../../etc/passwd", "/etc/localtime", "CET+1\x00"]
)
def test_what_is_none_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError, match=r"conversation\.time_zone(.|\n)*no such time zone is known"):
        zone(name)


def test_where_there_is_no_data_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("appliance.settings.zones.available_timezones", set)
    ZoneInfo.clear_cache()
    reset_tzpath(to=())
    try:
        with pytest.raises(ConfigurationError, match="apt install tzdata"):
            zone("Europe/Vienna")
    finally:
        reset_tzpath()
