"""A wake word is loaded where it is wanted, and missed aloud where it cannot be."""

import sys

import pytest

from appliance.service.wake_words import load_wake_word
from appliance.settings import Settings, load_settings


def settings(*more: str) -> Settings:
    return load_settings([], more, {}).settings


def expect_silence(sentence: str) -> None:
    pytest.fail(sentence)


@pytest.mark.parametrize("trigger", ["open", "button"])
def test_nothing_is_loaded_where_none_is_wanted(trigger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "appliance.hearing.wake_word.wake_word_models", None)
    assert load_wake_word(settings(f"conversation.trigger={trigger}"), expect_silence) is None


def test_the_one_that_the_owner_names_is_loaded() -> None:
    wanted = settings("conversation.trigger=wake_word", "wake_word.model=hey_jarvis")
    word = load_wake_word(wanted, expect_silence)
    assert word is not None
    assert (word.name, word.phrase) == ("hey_jarvis", "Hey Jarvis")


def test_the_owner_is_told_why_it_cannot_be_heard_and_what_he_has_instead() -> None:
    warnings: list[str] = []
    wanted = settings("conversation.trigger=wake_word", "wake_word.model=/nowhere/mine.tflite")
    assert load_wake_word(wanted, warnings.append) is None
    (warning,) = warnings
    assert "/nowhere/mine.json cannot be read: No such file or directory" in warning
    assert "The button opens turns in its place" in warning
