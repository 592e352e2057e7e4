"""The profile is written whole, and never over what somebody changed."""

from pathlib import Path

import pytest

from appliance.errors import InputFileError
from appliance.service.tune.profile_file import place_of, profile_text, write_profile
from appliance.settings import load_settings

KEYS = {"speech_threshold": 0.6, "silence_threshold": 0.42, "min_speech_ms": 200, "end_silence_ms": 950}
TEXT = profile_text(KEYS, ["why", "and why"])


def test_what_is_written_is_a_profile(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('profile = "tuned"')
    write_profile(place_of("tuned", tmp_path), TEXT)
    hearing = load_settings([config], (), {}).settings.hearing
    assert (hearing.speech_threshold, hearing.silence_threshold) == (0.6, 0.42)
    assert (hearing.min_speech_ms, hearing.end_silence_ms) == (200, 950)


def test_its_own_is_replaced(tmp_path: Path) -> None:
    path = write_profile(tmp_path / "tuned.toml", TEXT)
    assert write_profile(path, profile_text(KEYS, ["better"])) == path
    assert "better" in path.read_text()


@pytest.mark.parametrize("text", [TEXT + "# mine\n", "[hearing]\n", ""])
def test_a_changed_one_stays(tmp_path: Path, text: str) -> None:
    path = tmp_path / "tuned.toml"
    path.write_text(text)
    assert write_profile(path, TEXT) == tmp_path / "tuned.toml.new"
    assert path.read_text() == text
    assert (tmp_path / "tuned.toml.new").read_text() == TEXT


def test_without_a_place_in_the_system_it_is_written_here(tmp_path: Path) -> None:
    assert place_of("tuned", tmp_path / "missing") == Path("tuned.toml")


@pytest.mark.parametrize("name", ["", "../x", "A", "a b", "x" * 33])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(InputFileError, match="no name of a profile"):
        place_of(name)


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputFileError, match="cannot be written"):
        write_profile(tmp_path / "file" / "tuned.toml", TEXT)
