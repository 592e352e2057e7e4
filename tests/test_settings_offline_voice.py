"""The better offline voice is an extra: asking for it without it is said, with what to do, and not fatal."""

from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from appliance.errors import ConfigurationError
from appliance.providers.offline.options import ANSWER_VOICE
from appliance.service.providers.provider_list import list_providers
from appliance.settings import load_settings, offline_voice
from appliance.settings.offline_voice import PIPER_MODEL, piper_model
from scripts.fetch_models import PIPER_FOLDER

NOWHERE = Path("/nonexistent/config.toml")


def warnings_of(voice: str) -> tuple[str, ...]:
    return load_settings((), [f"providers.offline.voice={voice}"], {}, NOWHERE).warnings


def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offline_voice, "version", lambda name: "1.8.0")


def not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(offline_voice, "version", unknown)


def test_without_the_extra_the_warning_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    not_installed(monkeypatch)
    assert warnings_of("piper") == (
        "providers.offline.voice: Piper is not installed, so espeak-ng speaks; "
        "run `./install.sh demo --piper` in the clone",
    )


def test_a_model_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    installed(monkeypatch)
    model = tmp_path / "amy.onnx"
    model.touch()
    assert warnings_of(f"piper:{model}") == (
        f"providers.offline.voice: {model}.json is missing, so espeak-ng speaks; "
        "a Piper voice is FILE.onnx and FILE.onnx.json",
    )


def test_what_is_complete_needs_no_warning(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    installed(monkeypatch)
    model = tmp_path / "amy.onnx"
    model.touch()
    Path(f"{model}.json").touch()
    assert warnings_of(f"piper:{model}") == ()


@pytest.mark.parametrize("voice", ["", "en-gb", "en-us+f3"])
def test_a_voice_of_espeak_needs_nothing(voice: str) -> None:
    assert piper_model(voice) is None
    assert warnings_of(voice) == ()


@pytest.mark.parametrize("voice", ["piper:", "piper:amy"])
def test_a_voice_that_names_no_model_is_refused(voice: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        warnings_of(voice)
    assert refused.value.mistakes == [
        f'providers.offline.voice = "{voice}" (--set): must be piper, piper:FILE.onnx or a voice of espeak-ng'
    ]


def test_the_model_is_looked_for_where_it_is_put() -> None:
    assert piper_model("piper") == PIPER_MODEL
    assert PIPER_MODEL.parent == PIPER_FOLDER


def test_without_the_extra_the_provider_speaks_with_espeak(monkeypatch: pytest.MonkeyPatch) -> None:
    not_installed(monkeypatch)
    settings = load_settings((), ["providers.offline.voice=piper"], {}, NOWHERE).settings
    options = list_providers(settings, {}).workers["offline"].options
    assert (options.voice, options.piper_model) == (ANSWER_VOICE, "")


def test_with_the_extra_espeak_stays_behind_piper(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    installed(monkeypatch)
    model = tmp_path / "amy.onnx"
    model.touch()
    Path(f"{model}.json").touch()
    settings = load_settings((), [f"providers.offline.voice=piper:{model}"], {}, NOWHERE).settings
    options = list_providers(settings, {}).workers["offline"].options
    assert (options.voice, options.piper_model) == (ANSWER_VOICE, str(model))
