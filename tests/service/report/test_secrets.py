"""What a bundle has to be without is known before it is written."""

import pytest

from appliance.service.report.secrets import known_hosts
from appliance.settings import load_settings


@pytest.mark.parametrize(
    ("url", "known"),
    [
        ("wss://nas:9/v1", ["nas"]),
        ("wss://voice.the-smiths.example/v1", ["voice.the-smiths.example"]),
        ("ws://nas:9/v1", ["nas"]),  # a mistake, which the bundle tells
        ("wss://api.openai.com/v1", []),
        ("", []),
        ("ws://192.168.1.5:9/v1", []),
    ],
)
def test_a_server_of_the_owners_is_known_by_its_name(url: str, known: list[str]) -> None:
    provider = ["providers.0.name=o", "providers.0.kind=openai", f"providers.0.url={url}"]
    assert list(known_hosts(lambda: load_settings((), provider, {}))) == known
