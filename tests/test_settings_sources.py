"""Settings come from four sources, and the later one wins."""

from pathlib import Path

import pytest

from appliance.errors import ConfigurationError
from appliance.settings import Loaded, load_settings
from appliance.settings.options import Settings

NOWHERE = Path("/nonexistent/config.toml")


def loaded(*overrides: str, files: tuple[Path, ...] = (), **environ: str) -> Loaded:
    return load_settings(files, overrides, environ, NOWHERE)


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_without_any_source_everything_is_built_in() -> None:
    nothing = loaded()
    assert nothing.settings == Settings()
    assert nothing.origin(("hearing", "max_turn_s")) == "built-in"
    assert nothing.warnings == ()


def test_each_later_source_wins(tmp_path: Path) -> None:
    first = written(
        tmp_path / "first.toml", "[hearing]\nmax_turn_s = 11\nno_speech_s = 11\nmin_speech_ms = 111"
    )
    second = written(tmp_path / "second.toml", "[hearing]\nmax_turn_s = 12\nno_speech_s = 12")
    files = (first, second)
    assert loaded(files=files).settings.hearing.max_turn_s == 12
    by_environment = loaded(files=files, APPLIANCE_HEARING__MAX_TURN_S="13")
    assert by_environment.settings.hearing.max_turn_s == 13
    everything = loaded("hearing.max_turn_s=14", files=files, APPLIANCE_HEARING__MAX_TURN_S="13")
    assert everything.settings.hearing.max_turn_s == 14
    assert everything.settings.hearing.no_speech_s == 12
    assert everything.settings.hearing.min_speech_ms == 111
    assert everything.origin(("hearing", "max_turn_s")) == "--set"
    assert by_environment.origin(("hearing", "max_turn_s")) == "APPLIANCE_HEARING__MAX_TURN_S"
    assert everything.origin(("hearing", "no_speech_s")) == str(second)
    assert everything.origin(("hearing", "min_speech_ms")) == str(first)


def test_the_default_file_counts_only_without_config_files(tmp_path: Path) -> None:
    default = written(tmp_path / "default.toml", "tools.builtin = false")
    other = written(tmp_path / "other.toml", "")
    assert not load_settings((), (), {}, default).settings.tools.builtin
    assert load_settings((other,), (), {}, default).settings.tools.builtin


def test_tables_of_texts_are_merged_entry_by_entry(tmp_path: Path) -> None:
    file = written(tmp_path / "f.toml", 'conversation.variables = { room = "kitchen", user_name = "Bob" }')
    got = loaded(files=(file,), APPLIANCE_CONVERSATION__VARIABLES__USER_NAME="Alice")
    assert got.settings.conversation.variables == {"room": "kitchen", "user_name": "Alice"}


@pytest.mark.parametrize(
    ("text", "device"),
    [("12", "12"), ("true", "true"), ("USB: Mic, hw:1", "USB: Mic, hw:1"), ('"quoted"', "quoted"), ("", "")],
)
def test_text_needs_no_quotes_outside_of_files(text: str, device: str) -> None:
    assert loaded(f"audio.input.device={text}").settings.audio.input.device == device
    assert loaded(APPLIANCE_AUDIO__INPUT__DEVICE=text).settings.audio.input.device == device


def test_a_value_can_hold_an_equals_sign_and_lines() -> None:
    got = loaded("conversation.instructions=a=b\ntools=c").settings
    assert got.conversation.instructions == "a=b\ntools=c"
    assert got.tools.builtin


def test_offline_answers_where_nobody_is_configured() -> None:
    assert [provider.kind for provider in loaded().settings.providers] == ["offline"]
    assert [provider.kind for provider in loaded(OPENAI_API_KEY="").settings.providers] == ["offline"]


def test_a_vendor_key_in_the_environment_puts_the_vendor_first() -> None:
    got = loaded(OPENAI_API_KEY="sk-canary-canary")
    assert [provider.kind for provider in got.settings.providers] == ["openai", "offline"]
    assert got.settings.providers[0].api_key == "env:OPENAI_API_KEY"
    assert got.warnings == ()


def test_configured_providers_are_used_whatever_the_environment_holds(tmp_path: Path) -> None:
    file = written(tmp_path / "f.toml", '[[providers]]\nname = "only"\nkind = "offline"')
    got = loaded(files=(file,), OPENAI_API_KEY="sk-canary-canary").settings
    assert [provider.name for provider in got.providers] == ["only"]


def test_the_kind_fills_in_what_is_left_out(tmp_path: Path) -> None:
    file = written(tmp_path / "f.toml", '[[providers]]\nname = "cloud"\nkind = "openai"\nvoice = "cedar"')
    provider = loaded(files=(file,)).settings.providers[0]
    assert (provider.model, provider.voice) == ("gpt-realtime-2.1", "cedar")
    assert provider.api_key == "credential:cloud"


def test_a_provider_is_reached_by_its_name_or_its_index(tmp_path: Path) -> None:
    file = written(tmp_path / "f.toml", '[[providers]]\nname = "my-cloud"\nkind = "openai"')
    got = loaded(
        "providers.0.url=ws://127.0.0.1:9/v1/realtime",
        "providers.my-cloud.voice=cedar",
        files=(file,),
        APPLIANCE_PROVIDERS__MY_CLOUD__MODEL="other",
    )
    provider = got.settings.providers[0]
    assert (provider.url, provider.voice, provider.model) == (
        "ws://127.0.0.1:9/v1/realtime",
        "cedar",
        "other",
    )


def test_all_providers_can_be_replaced_at_once() -> None:
    got = loaded('providers=[{name="a", kind="offline"}]', OPENAI_API_KEY="sk-canary-canary").settings
    assert [provider.name for provider in got.providers] == ["a"]


def test_a_variable_with_one_underscore_is_not_overlooked_in_silence() -> None:
    got = loaded(APPLIANCE_HEARING_MAX_TURN_S="20", APPLIANCE="1", APPLIANCE_OTHER="1")
    assert [warning.split()[0] for warning in got.warnings] == ["APPLIANCE_HEARING_MAX_TURN_S"]


@pytest.mark.parametrize(
    ("text", "value"),
    [("5", 5), ("true", True), ("[1, 'a']", [1, "a"]), ("{b = 1.5}", {"b": 1.5}), ("x y", "x y")],
)
def test_an_extra_of_a_provider_has_the_types_of_toml(text: str, value: object) -> None:
    got = loaded(f"providers.offline.extra.deep.a={text}").settings
    assert got.providers[0].extra == {"deep": {"a": value}}


def test_a_price_is_a_number_outside_of_files_too() -> None:
    prices = "{as_of = '2026-11-01', currency = 'USD', input_text_per_million = 4}"
    got = loaded(
        f"providers.openai.prices={prices}",
        "providers.openai.prices.output_text_per_million=1.5",
        OPENAI_API_KEY="k",
    ).settings
    assert got.providers[0].prices["output_text_per_million"] == 1.5


def test_settings_are_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        loaded().settings.tools.builtin = False


@pytest.mark.parametrize(
    "url",
    [
        "wss://example.com/v1/realtime",
        "ws://localhost:8000",
        "ws://127.0.0.1/x",
        "ws://[::1]:80/x",
        "ws://127.9.9.9",
    ],
)
def test_addresses_that_are_allowed(url: str) -> None:
    assert loaded(f"providers.openai.url={url}", OPENAI_API_KEY="k").settings.providers[0].url == url


@pytest.mark.parametrize(
    "url",
    [
        "ws://example.com/v1",
        "ws://localhost.example.com",
        "ws://192.168.1.2",
        "ws://0.0.0.0",
        "http://example.com",
        "wss://",
        "wss://h:port",
        "wss://h/ x",
        "example.com",
        "wss://user:canary@h",
        "wss://h/?api-key=canary",
    ],
)
def test_addresses_that_are_refused(url: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        loaded(f"providers.openai.url={url}", OPENAI_API_KEY="k")
    assert refused.value.mistakes[0].startswith("providers.openai.url = ")
    assert "canary" not in str(refused.value)
