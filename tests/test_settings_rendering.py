"""What `check-config` prints, and the commented default configuration, are true."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from appliance.settings import describe, load_settings, price_table, render
from appliance.settings.keys import KEYS, allowed
from appliance.settings.options import Settings
from appliance.settings.provider import Provider

NOWHERE = Path("/nonexistent/config.toml")
DEFAULT = Path(__file__).parent.parent / "config" / "default.toml"
OVERRIDES = [
    "conversation.instructions=Say “hi”\n\t\\{{who}}",
    "conversation.variables.who=A\x7f",
    "hearing.end_silence_ms=650",
    "interruption.duck_db=-7.5",
    "providers.openai.url=ws://localhost:1",
    'providers.openai.extra={"odd key" = [1, 2.5, true, { deep = ["“a”"] }]}',
    "providers.openai.prices={as_of = '2026-11-01', currency = 'EUR', input_text_per_million = 3}",
    "money.exchange_rates.EUR=1.25",
    "conversation.temperature=0.5",
    "tools.mcp=[{name = 'house', command = ['uvx', 'house', '--fast'], allow = ['a']}]",
]


def test_what_is_printed_can_be_loaded_again(tmp_path: Path) -> None:
    shown = load_settings((), OVERRIDES, {"OPENAI_API_KEY": "sk-canary0123456789"}, NOWHERE)
    file = tmp_path / "shown.toml"
    file.write_text(render(shown), encoding="utf-8")
    again = load_settings([file], (), {"OPENAI_API_KEY": "sk-canary0123456789"}, NOWHERE)
    assert again.settings == shown.settings
    assert "canary" not in render(shown)


def test_every_key_is_described_with_value_origin_and_range() -> None:
    rows = {row.key: row for row in describe(load_settings((), OVERRIDES, {"OPENAI_API_KEY": "k"}, NOWHERE))}
    shown = [key for key in KEYS if key[0] != "providers"]
    expected = {".".join(key).replace("*", "house") for key in shown}
    assert {key for key in rows if not key.startswith("providers.")} == expected
    assert all(row.allowed for row in rows.values())
    silence = rows["hearing.end_silence_ms"]
    assert (silence.value, silence.origin, silence.allowed) == ("650", "--set", "100…5000 ms, whole")
    assert rows["providers.openai.api_key"].value == '"env:OPENAI_API_KEY"'


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        ("offline", "name kind voice"),
        (
            "openai",
            "name kind url model voice api_key dialect transcription_model "
            "provider_turn_detection extra prices",
        ),
        ("openai-live", "name kind url model voice api_key backend_model extra prices"),
        ("gemini", "name kind url model voice api_key extra prices"),
        (
            "azure",
            "name kind url model voice api_key auth dialect api_version transcription_model "
            "provider_turn_detection extra prices",
        ),
    ],
)
def test_of_a_provider_the_keys_are_described_that_its_kind_has_a_use_for(kind: str, keys: str) -> None:
    more = ", url = 'wss://a.openai.azure.com', model = 'm'" if kind == "azure" else ""
    providers = f"providers=[{{name = 'p', kind = '{kind}'{more}}}]"
    shown = [row.key for row in describe(load_settings((), [providers], {}, NOWHERE))]
    assert [key for key in shown if key.startswith("providers.")] == [
        f"providers.p.{key}" for key in keys.split()
    ]


def test_of_a_cascade_its_three_servers_are_described() -> None:
    servers = "stt = {kind = 'local'}, tts = {kind = 'local'}, llm = {model = 'm', api_key = 'env:K'}"
    local = f"{{name = 'p', kind = 'cascade', {servers}}}"
    shown = {row.key for row in describe(load_settings((), [f"providers=[{local}]"], {}, NOWHERE))}
    stages = {".".join(key).replace("*", "p") for key in KEYS if key[0] == "providers" and len(key) > 3}
    own = {f"providers.p.{key}" for key in ("name", "kind", "extra", "prices")}
    assert {key for key in shown if key.startswith("providers.")} == own | stages


def test_a_key_that_is_given_is_described_though_its_kind_has_no_use_for_it() -> None:
    rows = describe(load_settings((), ["providers.offline.model=m"], {}, NOWHERE))
    assert "providers.offline.model" in [row.key for row in rows]


def test_a_variable_that_may_be_a_secret_is_masked() -> None:
    loaded = load_settings((), ["conversation.variables.door_code_secret=1234"], {}, NOWHERE)
    assert "1234" not in render(loaded)


def test_a_secret_in_what_is_passed_on_is_masked() -> None:
    extra = "providers.offline.extra={servers = [{authorization = 'canary'}], max_tokens = 7}"
    shown = render(load_settings((), [extra], {}, NOWHERE))
    assert "canary" not in shown
    assert "max_tokens = 7" in shown


def test_the_default_file_equals_the_built_in_defaults() -> None:
    assert load_settings([DEFAULT], (), {}, NOWHERE).settings == Settings()


def test_the_default_file_decides_nothing_so_that_a_profile_may() -> None:
    assert _said(tomllib.loads(DEFAULT.read_text(encoding="utf-8"))) == []


def _said(node: Any) -> list[Any]:
    return [leaf for child in node.values() for leaf in _said(child)] if isinstance(node, dict) else [node]


def _example_providers() -> str:
    return re.sub(r"(?m)^#(?! )", "", DEFAULT.read_text(encoding="utf-8"))


def test_the_example_of_the_default_file_works(tmp_path: Path) -> None:
    file = tmp_path / "example.toml"
    file.write_text(_example_providers(), encoding="utf-8")
    first, *_, last = load_settings([file], (), {}, NOWHERE).settings.providers
    assert (first, last) == (Provider(name="openai", kind="openai"), Provider(name="offline", kind="offline"))


def test_the_default_file_names_every_key_and_its_range() -> None:
    text = _example_providers()
    given = tomllib.loads(text)
    for key in KEYS:
        table: Any = given
        for place, segment in enumerate(key[:-1]):
            if segment == "*":  # a section of one kind of provider stands with the example of that kind
                table = next(each for each in table if len(key) == place + 2 or key[place + 1] in each)
            else:
                table = table[segment]
        assert key[-1] in table, ".".join(key)
        assert re.search(rf"(?m)(^{key[-1]} = .*# |^# ){re.escape(allowed(key))}", text), ".".join(key)


def test_the_default_file_names_every_price_and_no_line_is_too_long_to_be_read() -> None:
    text = DEFAULT.read_text(encoding="utf-8")
    assert all(re.search(rf"\b{name}\b", text) for name in price_table.NAMES)
    assert [
        line for line in text.splitlines() if len(line) > 130 and not line.startswith("#instructions")
    ] == []
