"""A cascade is put together from three servers, and what is wrong with one of them is said of that one."""

from pathlib import Path

import pytest

from appliance.errors import ConfigurationError
from appliance.service.providers.provider_list import list_providers
from appliance.settings import Settings, load_settings, render

NOWHERE = Path("/nonexistent/config.toml")
SERVERS = {
    "stt": 'url = "http://192.168.1.5:8000/v1"\nmodel = "hears"',
    "llm": 'url = "http://box.local:11434/v1"\nmodel = "writes"',
    "tts": 'url = "http://127.0.0.1:8880/v1"\nmodel = "speaks"\nspeed = 1.2\nrate_hz = 16000',
}


def document(kind: str = "cascade", top: str = "", **servers: str) -> str:
    lines = ["[[providers]]", 'name = "house"', f'kind = "{kind}"', top]
    for name, keys in (SERVERS | servers).items():
        lines += [f"[providers.{name}]", keys]
    return "\n".join(lines)


def loaded(tmp_path: Path, text: str, *overrides: str, **environ: str) -> Settings:
    file = tmp_path / "c.toml"
    file.write_text(text, encoding="utf-8")
    return load_settings([file], overrides, environ, NOWHERE).settings


def mistakes(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as wrong:
        loaded(tmp_path, text)
    return [line.replace(str(tmp_path / "c.toml"), "F") for line in wrong.value.mistakes]


def test_three_servers_of_the_house_make_a_provider(tmp_path: Path) -> None:
    settings = loaded(tmp_path, document(), "providers.house.llm.temperature=0.5")
    provider, *_ = list_providers(settings, {}).providers
    capabilities = provider.open().capabilities
    assert capabilities.output_rate_hz == 16_000
    assert capabilities.tools
    assert capabilities.continues
    assert settings.providers[0].llm.temperature == 0.5


def test_what_is_printed_of_a_cascade_can_be_loaded_again(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(document(), encoding="utf-8")
    shown = load_settings([tmp_path / "a.toml"], (), {}, NOWHERE)
    (tmp_path / "b.toml").write_text(render(shown), encoding="utf-8")
    assert load_settings([tmp_path / "b.toml"], (), {}, NOWHERE).settings == shown.settings
    assert "[providers.tts]" in render(shown)


def test_a_missing_key_is_warned_of_by_its_place_and_refused_when_it_is_needed(tmp_path: Path) -> None:
    text = document(llm='model = "writes"\napi_key = "env:NO_SUCH_KEY"')
    (tmp_path / "c.toml").write_text(text, encoding="utf-8")
    found = load_settings([tmp_path / "c.toml"], (), {}, NOWHERE)
    assert [w for w in found.warnings if w.startswith("providers.house.llm.api_key: env:NO_SUCH_KEY")]
    with pytest.raises(ConfigurationError, match="NO_SUCH_KEY"):
        list_providers(found.settings, {})


def test_the_key_reaches_the_server_that_it_is_for(tmp_path: Path) -> None:
    settings = loaded(tmp_path, document(llm='model = "writes"\napi_key = "env:KEY"'), KEY="sk-canary")
    assert list_providers(settings, {"KEY": "sk-canary"}).providers[0].name == "house"
    assert "canary" not in repr(settings)


HERE = 'model = "m"\nurl = "http://localhost/v1"\n'
UNENCRYPTED = "is not encrypted and leaves this house"


@pytest.mark.parametrize(
    ("server", "keys", "words"),
    [
        ("llm", 'url = "http://box.local/v1"', 'model = "" (built-in): must name a model of the server'),
        ("llm", 'model = "m"', 'api_key = "" (built-in): must name a key where providers.house.llm.url = ""'),
        (
            "llm",
            'model = "m"\nurl = "http://192.168.1.5/v1"\napi_key = "env:KEY"',
            'api_key = "env:KEY" (F): must be empty (or the address https://) where providers.house.llm.url',
        ),
        ("stt", 'model = "m"\nurl = "http://api.example/v1"', UNENCRYPTED),
        ("stt", 'model = "m"\nurl = "http://8.8.8.8/v1"', UNENCRYPTED),
        ("stt", 'model = "m"\nurl = "https://a:b@h/v1"', "must not hold a key"),
        ("stt", 'model = "m"\nurl = "ftp://h/v1"', "must begin with https:// or http:// where"),
        ("llm", 'model = "m"\nurl = "ftp://h/v1"', "must be a whole address that begins with https://"),
        ("stt", 'kind = "wyoming"\nurl = "192.168.1.5:10300"', "must begin with tcp:// or unix:// where"),
        ("tts", 'kind = "wyoming"\nurl = "http://8.8.8.8:10200"', "must begin with tcp:// or unix:// where"),
        ("tts", 'kind = "wyoming"\nurl = "tcp://8.8.8.8:10200"', UNENCRYPTED),
        ("stt", f'{HERE}language = "German"', "a language tag such as en"),
        ("tts", f"{HERE}speed = 3", "allowed is 0.5…2"),
        ("tts", f"{HERE}rate_hz = 100", "allowed is 8000…48000 Hz"),
        ("tts", f'{HERE}vioce = "x"', "did you mean providers.house.tts.voice"),
        ("llm", f'{HERE}max_tokens_key = "n"', "auto | max_tokens | max_completion_tokens"),
    ],
)
def test_what_is_wrong_is_said_of_the_server_it_is_wrong_with(
    tmp_path: Path, server: str, keys: str, words: str
) -> None:
    (mistake,) = mistakes(tmp_path, document(**{server: keys}))
    assert mistake.startswith(f"providers.house.{server}.")
    assert words in mistake


def test_the_keys_of_one_server_do_not_belong_to_the_whole(tmp_path: Path) -> None:
    (mistake,) = mistakes(tmp_path, document(top='model = "m"'))
    assert 'providers.house.model = "m" (F): belongs into stt, llm or tts where' in mistake


def test_only_a_cascade_has_three_servers(tmp_path: Path) -> None:
    found = mistakes(tmp_path, document("offline"))
    assert [line.split(" = ")[0] for line in found] == [f"providers.house.{name}" for name in SERVERS]
    assert 'is for a cascade, and providers.house.kind = "offline"' in found[0]
