"""OpenAI and Azure from the settings: what is said at start, and which key a session gets."""

from pathlib import Path
from typing import Any

import pytest

from appliance.errors import ConfigurationError
from appliance.service.providers.provider_list import list_providers, session_config
from appliance.service.providers.realtime_list import azure_provider, openai_provider
from appliance.settings import load_settings
from appliance.settings.provider import Provider

AZURE = {
    "name": "azure",
    "kind": "azure",
    "url": "wss://house.openai.azure.com",
    "model": "living-room",
    "auth": "bearer",
}


def key_of(session: Any) -> str:
    """The key with which a session would connect."""
    key: str = session._options.link.key.key.get_secret_value()
    return key


def test_a_token_is_read_anew_for_every_session(tmp_path: Path) -> None:
    token = tmp_path / "azure"
    token.write_text("first", "ascii")
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    open_session, _ = azure_provider(Provider.model_validate(AZURE), environ)
    assert key_of(open_session()) == "first"
    token.write_text("second", "ascii")
    assert key_of(open_session()) == "second"
    token.unlink()  # somebody is replacing it
    assert key_of(open_session()) == "second"


def test_a_key_that_is_missing_is_said_at_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="credential:azure"):
        azure_provider(Provider.model_validate(AZURE), {"CREDENTIALS_DIRECTORY": str(tmp_path)})


def test_an_address_that_cannot_be_is_said_at_start() -> None:
    dated = AZURE | {"url": f"{AZURE['url']}/openai/v1/realtime?api-version=1", "api_key": "env:K"}
    with pytest.raises(ConfigurationError, match="api-version"):
        azure_provider(Provider.model_validate(dated), {"K": "k"})


def test_what_the_beta_can_do_is_known_at_start() -> None:
    ga = Provider(name="openai", kind="openai", api_key="env:K")
    beta = Provider(name="openai", kind="openai", api_key="env:K", dialect="beta")
    assert not openai_provider(ga, {"K": "k"})[1].temperature
    assert openai_provider(beta, {"K": "k"})[1].temperature


def test_azure_is_opened_where_it_is_configured(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    lines = [f'{key} = "{value}"' for key, value in (AZURE | {"api_key": "env:K"}).items()]
    file.write_text("\n".join(["[hearing]", 'end_of_turn = "provider"', "[[providers]]", *lines]), "utf-8")
    loaded = load_settings([file], [], {"K": "k"}).settings
    assert list_providers(loaded, {"K": "k"}).providers[0].name == "azure"
    assert session_config(loaded).provider_ends_turns
