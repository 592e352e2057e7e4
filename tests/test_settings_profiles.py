"""A profile is what the owner has said nothing about."""

from pathlib import Path

import pytest

from appliance.errors import ConfigurationError
from appliance.settings import Loaded, load_settings, render
from appliance.settings.profiles import known_profiles
from appliance.settings.tree import BUILT_IN

SHIPPED = known_profiles([])
SILENCE = ("hearing", "end_silence_ms")


def loaded(file: Path | None, *overrides: str, **environ: str) -> Loaded:
    return load_settings([] if file is None else [file], overrides, environ, Path("/nonexistent/config.toml"))


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def mistake(file: Path | None, *overrides: str) -> str:
    with pytest.raises(ConfigurationError) as refused:
        loaded(file, *overrides)
    return "\n".join(refused.value.mistakes)


def test_the_ones_of_the_readme_are_shipped() -> None:
    assert {"child", "language-tutor", "noisy-room", "push-to-talk", "quick", "slow-speaker"} <= set(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_profile_is_right_and_changes_something(name: str) -> None:
    got = loaded(None, f"profile={name}")
    assert got.warnings == ()
    assert f"; from profile {name}" in render(got)


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("other", SHIPPED)
def test_any_two_of_them_go_together(name: str, other: str) -> None:
    loaded(None, f"profile={name},{other}")


def test_a_child_is_given_time_and_short_answers() -> None:
    hearing = loaded(None, "profile=child").settings.hearing
    assert (hearing.speech_threshold, hearing.end_silence_ms, hearing.prefix_padding_ms) == (0.3, 1200, 300)
    assert "one or two short sentences" in loaded(None, "profile=child").settings.conversation.instructions


def test_quick_waits_half_a_second() -> None:
    hearing = loaded(None, "profile=quick").settings.hearing
    assert (hearing.end_silence_ms, hearing.min_speech_ms, hearing.max_turn_s) == (500, 100, 20)


def test_the_language_that_is_taught_is_the_owners_to_say() -> None:
    told = loaded(None, "profile=language-tutor", "conversation.variables.target_language=French").settings
    assert told.conversation.variables == {"target_language": "French", "own_language": "English"}


def test_what_the_owner_says_wins_whatever_he_says_it_with(tmp_path: Path) -> None:
    file = written(tmp_path / "config.toml", 'profile = "child"\n[hearing]\nend_silence_ms = 900')
    assert loaded(file).settings.hearing.end_silence_ms == 900
    assert loaded(file, "hearing.end_silence_ms=901").settings.hearing.end_silence_ms == 901
    assert loaded(file, APPLIANCE_HEARING__END_SILENCE_MS="902").settings.hearing.end_silence_ms == 902
    assert loaded(file).settings.hearing.speech_threshold == 0.3


def test_any_source_may_name_it_and_the_later_one_wins(tmp_path: Path) -> None:
    file = written(tmp_path / "config.toml", 'profile = "child"')
    assert loaded(file).settings.hearing.end_silence_ms == 1200
    assert loaded(file, APPLIANCE_PROFILE="quick").settings.hearing.end_silence_ms == 500
    assert loaded(file, "profile=", APPLIANCE_PROFILE="quick").settings.hearing.end_silence_ms == 800


def test_of_several_the_later_one_wins() -> None:
    both = loaded(None, "profile=child, quick")
    assert (both.settings.hearing.speech_threshold, both.settings.hearing.end_silence_ms) == (0.3, 500)
    assert both.origin(SILENCE) == "profile quick"
    assert both.origin(("hearing", "speech_threshold")) == "profile child"
    assert both.origin(("hearing", "no_speech_s")) == BUILT_IN


def test_the_owners_own_profiles_are_beside_his_configuration(tmp_path: Path) -> None:
    file = written(tmp_path / "config.toml", 'profile = "tuned"')
    own = written(tmp_path / "profiles" / "tuned.toml", "[hearing]\nend_silence_ms = 650")
    assert loaded(file).settings.hearing.end_silence_ms == 650
    assert loaded(file).origin(SILENCE) == f"profile tuned, {own}"


def test_the_owners_own_wins_over_a_shipped_one_of_that_name(tmp_path: Path) -> None:
    file = written(tmp_path / "config.toml", 'profile = "quick"')
    written(tmp_path / "profiles" / "quick.toml", "[hearing]\nend_silence_ms = 400")
    assert loaded(file).settings.hearing.end_silence_ms == 400


@pytest.mark.parametrize("name", ["chidl", "../child", "Child", "a" * 40])
def test_an_unknown_one_is_named_with_those_that_there_are(name: str, tmp_path: Path) -> None:
    file = written(tmp_path / "config.toml", f'profile = "{name}"')
    written(tmp_path / "profiles" / "mine.toml", "")
    said = mistake(file)
    assert f"there is no profile {name}; there are child, language-tutor, mine" in said
    assert str(file) in said


def test_a_mistake_in_one_says_where_it_stands(tmp_path: Path) -> None:
    file = written(tmp_path / "config.toml", 'profile = "mine"')
    own = written(tmp_path / "profiles" / "mine.toml", "[hearing]\nend_silence_ms = 1")
    assert f"hearing.end_silence_ms = 1 (profile mine, {own}): allowed is 100…5000 ms" in mistake(file)


@pytest.mark.parametrize(
    "text", ['profile = "child"', "providers = []", "tools.mcp = []", "not toml", "\x00"]
)
def test_what_cannot_be_a_profile_is_refused_by_its_name(text: str, tmp_path: Path) -> None:
    file = written(tmp_path / "config.toml", 'profile = "mine"')
    own = written(tmp_path / "profiles" / "mine.toml", text)
    assert str(own) in mistake(file)


def test_a_profile_that_is_no_text_is_a_mistake_like_any_other(tmp_path: Path) -> None:
    file = written(tmp_path / "config.toml", 'profile = ["child"]')
    assert "profile = […]" in mistake(file)


def test_who_has_copied_the_defaults_learns_why_a_profile_changes_nothing(tmp_path: Path) -> None:
    file = written(tmp_path / "config.toml", 'profile = "child"\n[hearing]\nend_silence_ms = 800')
    assert loaded(file).warnings == (
        f"profile child has no say about hearing.end_silence_ms: {file} gives the built-in value;"
        " take that out if the profile is to decide",
    )


def test_who_says_something_of_his_own_is_not_warned(tmp_path: Path) -> None:
    file = written(tmp_path / "config.toml", 'profile = "child"\n[hearing]\nend_silence_ms = 850')
    assert loaded(file).warnings == ()
