"""What a provider may be given by its kind, and the sentences for what it may not."""

from pathlib import Path

import pytest

from appliance.errors import ConfigurationError
from appliance.settings import load_settings
from appliance.settings.rendering import render

OPENAI = 'name = "a"\nkind = "openai"\n'
AZURE = 'name = "a"\nkind = "azure"\nurl = "wss://house.openai.azure.com"\nmodel = "living-room"\n'


def mistakes(tmp_path: Path, provider: str) -> str:
    file = tmp_path / "c.toml"
    file.write_text(f"[[providers]]\n{provider}\n", "utf-8")
    with pytest.raises(ConfigurationError) as refused:
        load_settings([file], [], {})
    return str(refused.value)


@pytest.mark.parametrize(
    ("provider", "words"),
    [
        ('name = "a"\nkind = "azure"\nmodel = "m"', "must be your resource, wss://NAME.openai.azure.com"),
        ('name = "a"\nkind = "azure"\nurl = "wss://h"', "must be the name of your deployment"),
        (AZURE + 'api_version = "2025-04-01-preview"', 'is for the preview, dialect = "beta"'),
        (AZURE + 'auth = "password"', "allowed is key | bearer"),
        (OPENAI + 'auth = "bearer"', "is for azure"),
        (OPENAI + 'api_version = "x"', "is for azure"),
        (OPENAI + 'dialect = "alpha"', "allowed is ga | beta"),
        ('name = "o"\nkind = "offline"\ndialect = "beta"', "is for azure and openai"),
        ('name = "o"\nkind = "offline"\nprovider_turn_detection = "server_vad"', "is for azure and openai"),
    ],
)
def test_what_a_kind_does_not_take_is_refused_with_what_to_do(
    tmp_path: Path, provider: str, words: str
) -> None:
    assert words in mistakes(tmp_path, provider)


@pytest.mark.parametrize(
    "provider",
    [
        OPENAI + 'dialect = "beta"\ntranscription_model = ""\nprovider_turn_detection = "server_vad"',
        AZURE + 'auth = "bearer"',
        AZURE + 'dialect = "beta"\napi_version = "2024-12-17"\ntranscription_model = "t"',
    ],
)
def test_what_a_kind_takes_is_taken(tmp_path: Path, provider: str) -> None:
    file = tmp_path / "c.toml"
    file.write_text(f"[[providers]]\n{provider}\n", "utf-8")
    load_settings([file], [], {})


def test_how_azure_is_told_who_comes_is_no_secret(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text(f'[[providers]]\n{AZURE}auth = "bearer"\n', "utf-8")
    assert 'auth = "bearer"' in render(load_settings([file], [], {}))
