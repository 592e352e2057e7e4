"""Every mistake is told at once, in a line with key, value, origin and range; no secret is ever shown."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import ConfigurationError
from appliance.settings import load_settings
from appliance.settings.keys import KEYS, allowed

NOWHERE = Path("/nonexistent/config.toml")
CANARY = "sk-canary0123456789"


def mistakes(*overrides: str, files: tuple[Path, ...] = (), **environ: str) -> list[str]:
    with pytest.raises(ConfigurationError) as wrong:
        load_settings(files, overrides, environ, NOWHERE)
    return wrong.value.mistakes


def in_file(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "c.toml"
    file.write_text(text, encoding="utf-8")
    return [line.replace(str(file), "F") for line in mistakes(files=(file,))]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("hearing.speech_threshold = 1.5", "hearing.speech_threshold = 1.5 (F): allowed is 0.05…0.95"),
        ("hearing.max_turn_s = '9'", 'hearing.max_turn_s = "9" (F): allowed is 1…120 s'),
        ("hearing.max_turn_s = inf", "hearing.max_turn_s = inf (F): allowed is 1…120 s"),
        ("hearing.hush = 1", "hearing.hush = 1 (F): there is no such key"),
        ("interruption.hush_ms = 1.5", "interruption.hush_ms = 1.5 (F): allowed is 32…1000 ms, whole"),
        ("tools.builtin = 1", "tools.builtin = 1 (F): allowed is true | false"),
        (
            "conversation.trigger = 'shout'",
            'conversation.trigger = "shout" (F): allowed is open | button | wake_word',
        ),
        ("hearing = 3", "hearing = 3 (F): is a section; write [hearing] and its keys below"),
        ("hearing = [1]", "hearing = […] (F): is a section; write [hearing] and its keys below"),
        (
            "hearing.speech_treshold = 0.5",
            "hearing.speech_treshold = 0.5 (F): there is no such key; did you mean hearing.speech_threshold?",
        ),
        (
            "conversation.max_turn_s = 9",
            "conversation.max_turn_s = 9 (F): there is no such key; did you mean hearing.max_turn_s?",
        ),
        (
            "conversation.api_key = 'env:K'",
            'conversation.api_key = "env:K" (F): there is no such key; did you mean providers.NAME.api_key?',
        ),
        (
            "[[tools.mcp]]\nname = 'house'",
            "tools.mcp.house.command = [] (built-in): must name a program, or url an address",
        ),
        ("[hering]", "hering = {} (F): there is no such key; did you mean hearing?"),
        (
            "hearing.silence_threshold = 0.5",
            "hearing.silence_threshold = 0.5 (F): must be below hearing.speech_threshold = 0.5 (built-in)",
        ),
        (
            "hearing.end_silence_max_ms = 700",
            "hearing.end_silence_ms = 800 (built-in): must not be above hearing.end_silence_max_ms = 700 (F)",
        ),
        (
            "hearing.end_silence_ms = 5e3",
            "hearing.end_silence_ms = 5000.0 (F): allowed is 100…5000 ms, whole",
        ),
        (
            "hearing.end_silence_ms = 150",
            "hearing.end_silence_ms = 150 (F): must not be below hearing.end_silence_min_ms = 200 (built-in)",
        ),
        (
            "interruption.confirm_ms = 200\ninterruption.hush_ms = 200",
            "interruption.hush_ms = 200 (F): must be below interruption.confirm_ms = 200 (F)",
        ),
        (
            "conversation.greeting = 'It is {{time}}, {{you}}'",
            'conversation.greeting = "It is {{time}}, {{you}}" (F): '
            "{{you}} is not in [conversation.variables]",
        ),
        (
            "conversation.instructions = 'Hi {{you}}'",
            'conversation.instructions = "Hi {{you}}" (F): {{you}} is not in [conversation.variables]',
        ),
        (
            "conversation.max_output_tokens = 0",
            "conversation.max_output_tokens = 0 (F): allowed is 1…65536, whole; left out: the provider's own",
        ),
        (
            "money.currency = 'Euro'",
            'money.currency = "Euro" (F): allowed is three capital letters such as USD',
        ),
        (
            "money.exchange_rates = { EUR = 0 }",
            "money.exchange_rates.EUR = 0 (F): allowed is currencies of prices, each with what one of it is "
            "worth in yours",
        ),
        (
            "providers = []",
            "providers = [] (F): allowed are 1…16 sections that begin with [[providers]]",
        ),
        ("[providers]", "providers = {} (F): write [[providers]] and its keys below"),
        (
            "[[providers]]\nkind = 'offline'",
            "providers.0: name is missing (F): allowed is a name of lower-case letters, digits and -",
        ),
        (
            "[[providers]]\nname = 'x'\nkind = 'telepathy'",
            f'providers.x.kind = "telepathy" (F): allowed is {allowed(("providers", "0", "kind"))}',
        ),
        (
            "[[providers]]\nname = 'x'\nkind = 'offline'\nurl = 'wss://h'",
            'providers.x.url = "wss://h" (F): must be empty where providers.x.kind = "offline" (F)',
        ),
        (
            "[[providers]]\nname='x'\nkind='offline'\n[[providers]]\nname='x'\nkind='offline'",
            "providers = […] (F): two are named x",
        ),
        (
            f"[[providers]]\nname = 'x'\nkind = 'openai'\napi_key = '{CANARY}'",
            'providers.x.api_key = "***" (F): must be credential:NAME or env:NAME; '
            "the key itself does not belong into the configuration",
        ),
        ("a = 1\na = 2", "F: is not valid TOML: Cannot overwrite a value (at line 2, column 6)"),
        ("a = ", "F: is not valid TOML: Invalid value (at line 1, column 5)"),
    ],
)
def test_a_mistake_in_a_file(tmp_path: Path, text: str, line: str) -> None:
    assert in_file(tmp_path, text) == [line]


def test_all_mistakes_of_all_sources_are_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text("hearing.max_turn_s = 0\ninterruption.confirm_ms = 1\nwhat = 1", encoding="utf-8")
    lines = mistakes(
        "hearing.min_speech_ms=x",
        "nonsense",
        "providers.ghost.url=x",
        files=(file,),
        APPLIANCE_TOOLS__BUILTIN="maybe",
    )
    assert [line.split(":")[0].split(" (")[0] for line in lines] == [
        "--set nonsense",
        'providers.ghost.url = "x"',
        'hearing.min_speech_ms = "x"',
        "hearing.max_turn_s = 0",
        "interruption.confirm_ms = 1",
        'tools.builtin = "maybe"',
        "what = 1",
    ]


def test_the_source_of_a_mistake_is_named() -> None:
    assert "(APPLIANCE_HEARING__MAX_TURN_S): allowed" in mistakes(APPLIANCE_HEARING__MAX_TURN_S="0")[0]
    assert "(--set): allowed" in mistakes("hearing.max_turn_s=0", APPLIANCE_HEARING__MAX_TURN_S="5")[0]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff", "is not UTF-8 text (at line 1)"),
        (b"a=1\n\x00", "is not valid TOML"),
        (b"[" * 100_000, "TOML"),
    ],
)
def test_a_file_that_is_no_toml(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "c.toml"
    file.write_bytes(content)
    [line] = mistakes(files=(file,))
    assert line.startswith(f"{file}: is n")
    assert words in line or "nested too deeply" in line


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    assert mistakes(files=(tmp_path, tmp_path / "none.toml")) == [
        f"{tmp_path}: Is a directory",
        f"{tmp_path / 'none.toml'}: No such file or directory",
    ]


def test_a_file_without_end(tmp_path: Path) -> None:
    [line] = mistakes(files=(Path("/dev/zero"),))
    assert line == "/dev/zero: is longer than 1048576 bytes"


@pytest.mark.parametrize(
    "text",
    [
        f"providers = '{CANARY}'",
        f"api_key = '{CANARY}'",
        f"conversation.language = '{CANARY}'",
        f"[[providers]]\nname = 'x'\nkind = 'openai'\napikey = '{CANARY}'",
        f"[[providers]]\nname = 'x'\nkind = 'openai'\nmore = {{ token = '{CANARY}' }}",
        f"[[providers]]\nname = 'x'\nkind = 'openai'\nurl = 'wss://a:{CANARY}@h'\napi_key = 'env:{CANARY}'",
        f"[[providers]]\nname = 'x'\nkind = '{CANARY}'",
    ],
)
def test_no_mistake_shows_a_key(tmp_path: Path, text: str) -> None:
    assert "canary" not in "\n".join(in_file(tmp_path, text))


ANY_TEXT = st.text(max_size=40).filter(lambda text: "\0" not in text)
ANY_KEY = st.sampled_from([".".join(key).replace("*", "0") for key in KEYS]) | ANY_TEXT


@given(st.lists(st.tuples(ANY_KEY, ANY_TEXT), max_size=4), st.dictionaries(ANY_KEY, ANY_TEXT, max_size=3))
def test_whatever_is_given_is_loaded_or_told_in_single_lines(
    overrides: list[tuple[str, str]], environ: dict[str, str]
) -> None:
    variables = {"APPLIANCE_" + key.upper().replace(".", "__"): text for key, text in environ.items()}
    lines = []
    try:
        load_settings((), [f"{key}={text}" for key, text in overrides], variables, NOWHERE)
    except ConfigurationError as wrong:
        lines = wrong.mistakes
    assert all(line.isprintable() for line in lines)
