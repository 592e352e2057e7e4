"""Secrets are found by the reference in the configuration; what is missing is named, never shown."""

from pathlib import Path

import pytest

from appliance.errors import ConfigurationError
from appliance.settings import load_settings, resolve_secret

CANARY = "sk-canary0123456789"


def test_a_key_from_the_environment() -> None:
    secret = resolve_secret("env:MY_KEY", {"MY_KEY": CANARY})
    assert secret.get_secret_value() == CANARY
    assert CANARY not in f"{secret!r} {secret}"


def test_a_key_from_the_credentials_of_the_service(tmp_path: Path) -> None:
    (tmp_path / "openai").write_text(f"{CANARY}\n", encoding="utf-8")
    secret = resolve_secret("credential:openai", {"CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert secret.get_secret_value() == CANARY


def test_no_reference_is_no_key() -> None:
    assert resolve_secret("", {}).get_secret_value() == ""


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("env:NONE", "env:NONE: the environment variable NONE is not set, or empty"),
        ("env:EMPTY", "env:EMPTY: the environment variable EMPTY is not set, or empty"),
        ("env:LINES", "env:LINES: is not one line of plain text"),
        ("credential:none", "credential:none: the credential none is not set, or empty"),
        ("credential:empty", "credential:empty: the credential empty is not set, or empty"),
        ("credential:directory", "credential:directory: cannot be read (Is a directory)"),
        ("credential:long", "credential:long: is longer than 16384 bytes"),
        ("credential:binary", "credential:binary: is not one line of plain text"),
    ],
)
def test_a_secret_that_is_missing_or_no_key(tmp_path: Path, reference: str, words: str) -> None:
    (tmp_path / "empty").write_text(" \n", encoding="utf-8")
    (tmp_path / "directory").mkdir()
    (tmp_path / "long").write_text("k" * 16_385, encoding="utf-8")
    (tmp_path / "binary").write_bytes(b"canary\xff")
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path), "EMPTY": "", "LINES": f"{CANARY}\nX-Header: 1"}
    with pytest.raises(ConfigurationError) as missing:
        resolve_secret(reference, environ)
    assert missing.value.mistakes == [words]


def test_a_credential_outside_of_the_service() -> None:
    with pytest.raises(ConfigurationError, match="CREDENTIALS_DIRECTORY is not set"):
        resolve_secret("credential:openai", {})


@pytest.mark.parametrize(
    "reference", [CANARY, "env:", "credential:../x", "credential:.x", "env:A B", "file:x"]
)
def test_what_is_no_reference_is_refused_without_being_shown(reference: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        load_settings(
            (),
            [f"providers.openai.api_key={reference}"],
            {"OPENAI_API_KEY": "k"},
            Path("/nonexistent/config.toml"),
        )
    assert refused.value.mistakes[0].startswith(
        'providers.openai.api_key = "***" (--set): must be credential:'
    )


def test_a_missing_secret_is_a_warning_of_the_configuration() -> None:
    loaded = load_settings(
        (), ["providers.openai.api_key=env:OTHER"], {"OPENAI_API_KEY": "k"}, Path("/nonexistent/config.toml")
    )
    assert loaded.warnings == (
        "providers.openai.api_key: env:OTHER: the environment variable OTHER is not set, or empty",
    )
