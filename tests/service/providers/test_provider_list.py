"""The last of all is always the offline provider, unless the owner wants none."""

import pytest

from appliance.service.providers.provider_list import list_providers
from appliance.settings import load_settings

OPENAI = 'providers=[{name="openai",kind="openai",api_key="env:KEY"}]'


def names(*settings: str) -> list[str]:
    loaded = load_settings([], list(settings), {}).settings
    listed = list_providers(loaded, {"KEY": "secret"})
    assert set(listed.workers) <= {provider.name for provider in listed.providers}
    return [provider.name for provider in listed.providers]


def test_the_offline_provider_stands_behind_all_others() -> None:
    assert names(OPENAI) == ["openai", "offline"]


def test_an_offline_provider_that_the_owner_named_is_not_added_to() -> None:
    named = 'providers=[{name="voice",kind="offline"},{name="openai",kind="openai",api_key="env:KEY"}]'
    assert names(named) == ["voice", "openai"]


@pytest.mark.parametrize("off", ["conversation.offline_fallback=false", 'conversation.language="de"'])
def test_it_is_left_out_where_nobody_wants_it_or_it_would_not_understand_a_word(off: str) -> None:
    assert names(OPENAI, off) == ["openai"]


def test_it_has_a_name_of_its_own() -> None:
    taken = 'providers=[{name="offline",kind="openai",api_key="env:KEY"}]'
    assert names(taken) == ["offline", "offline-fallback"]


def test_it_stands_behind_in_the_background() -> None:
    loaded = load_settings([], [OPENAI], {}).settings
    assert list_providers(loaded, {"KEY": "secret"}).workers["offline"].options.niced
