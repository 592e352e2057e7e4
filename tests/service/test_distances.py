"""How far the network has to go is read from the configuration, and vendors are far."""

import pytest

from appliance.conversation.vocabulary import Reach
from appliance.service.distances import distance_of_provider
from appliance.settings import load_settings

LOCAL = 'stt={kind="local"},tts={kind="local"}'


@pytest.mark.parametrize(
    ("provider", "reach"),
    [
        ('{name="o",kind="offline"}', Reach.MACHINE),
        ('{name="o",kind="openai",api_key="env:KEY"}', Reach.INTERNET),
        ('{name="o",kind="openai",api_key="env:KEY",url="ws://127.0.0.1:1/v1"}', Reach.MACHINE),
        ('{name="o",kind="openai",api_key="env:KEY",url="wss://192.168.1.7/v1"}', Reach.HOUSE),
        ('{name="g",kind="gemini",api_key="env:KEY"}', Reach.INTERNET),
        (f'{{name="c",kind="cascade",{LOCAL},llm={{url="http://127.0.0.1/v1",model="m"}}}}', Reach.MACHINE),
        (f'{{name="c",kind="cascade",{LOCAL},llm={{url="http://192.168.1.7/v1",model="m"}}}}', Reach.HOUSE),
        (f'{{name="c",kind="cascade",{LOCAL},llm={{model="m",api_key="env:KEY"}}}}', Reach.INTERNET),
    ],
)  # fmt: skip
def test_how_far_away_a_provider_is(provider: str, reach: Reach) -> None:
    settings = load_settings([], [f"providers=[{provider}]"], {}).settings
    assert distance_of_provider(settings.providers[0]) is reach
