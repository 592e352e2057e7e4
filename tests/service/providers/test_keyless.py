"""Without its key a provider costs nothing but itself: whoever else is configured answers."""

import asyncio
from pathlib import Path

import pytest

from appliance.conversation.vocabulary import Failure, ProviderEvent, SessionConfig
from appliance.errors import ConfigurationError, FailureCategory
from appliance.service.providers.keyless import list_usable
from appliance.service.providers.provider_list import ProviderList
from appliance.settings import load_settings

OPENAI = '{name="openai",kind="openai",api_key="credential:openai"}'
GEMINI = '{name="gemini",kind="gemini",api_key="env:GEMINI"}'
HOUSE = (
    '{name="house",kind="cascade",stt={kind="deepgram",api_key="env:EARS"},'
    'llm={url="https://h/v1",model="m",api_key="env:WORDS"},tts={kind="local"}}'
)
NOBODY_ELSE = "conversation.offline_fallback=false"


def listed(environ: dict[str, str], *providers: str, more: tuple[str, ...] = ()) -> ProviderList:
    given = [f"providers=[{','.join(providers)}]", *more]
    return list_usable(load_settings([], given, {}).settings, environ)


def said_by(providers: ProviderList, name: str) -> list[ProviderEvent]:
    """What a session with this one says, from its beginning to its end."""
    said: list[ProviderEvent] = []
    [provider] = [one for one in providers.providers if one.name == name]
    asyncio.run(provider.open().run(SessionConfig(""), (), said.append))
    return said


def test_the_others_are_there_and_the_one_without_a_key_says_which_key_it_lacks(tmp_path: Path) -> None:
    providers = listed({"CREDENTIALS_DIRECTORY": str(tmp_path), "GEMINI": "g"}, OPENAI, GEMINI)
    assert [one.name for one in providers.providers] == ["openai", "gemini", "offline"]
    assert said_by(providers, "openai") == [
        Failure(
            FailureCategory.AUTH_FAILED,
            "openai has no key: credential:openai: the credential openai is not set, or empty;"
            " sudo appliance set-key openai",
        )
    ]
    [keyless] = providers.keyless
    assert keyless.startswith("openai: credential:openai: the credential openai is not set")


def test_a_key_that_came_meanwhile_is_taken(tmp_path: Path) -> None:
    (tmp_path / "openai").write_text("sk-there\n", encoding="utf-8")
    assert listed({"CREDENTIALS_DIRECTORY": str(tmp_path)}, OPENAI).keyless == ()


def test_every_key_of_a_cascade_that_is_missing_is_named() -> None:
    providers = listed({"EARS": ""}, HOUSE)
    assert providers.keyless == (
        "house: env:EARS: the environment variable EARS is not set, or empty",
        "house: env:WORDS: the environment variable WORDS is not set, or empty",
    )
    [failure] = said_by(providers, "house")
    assert isinstance(failure, Failure)
    assert "EARS" in failure.message
    assert "WORDS" in failure.message


def test_what_it_could_do_with_a_key_is_known_all_the_same() -> None:
    with_key, without = listed({"GEMINI": "g"}, GEMINI), listed({}, GEMINI)
    assert without.providers[0].open().capabilities == with_key.providers[0].open().capabilities
    assert without.providers[0].distance == with_key.providers[0].distance


def test_where_nobody_has_a_key_and_nobody_else_is_wanted_it_is_a_mistake() -> None:
    with pytest.raises(ConfigurationError) as refused:
        listed({}, OPENAI, GEMINI, more=(NOBODY_ELSE,))
    assert [mistake.split(":")[1] for mistake in refused.value.mistakes] == ["openai", "GEMINI"]


def test_another_mistake_is_one_with_or_without_a_key() -> None:
    twice = "wss://azure.example/openai/v1/realtime?api-version=1"
    azure = f'{{name="azure",kind="azure",url="{twice}",model="m",api_key="env:AZURE"}}'
    with pytest.raises(ConfigurationError, match="api-version"):
        listed({}, azure)
    with pytest.raises(ConfigurationError, match="api-version"):
        listed({"AZURE": "key"}, azure)
