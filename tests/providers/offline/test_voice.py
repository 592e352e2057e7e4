"""espeak-ng as a voice: from its first sound, as loud as the others, and its absence has a name."""

import numpy as np
import pytest

from appliance.errors import FailureCategory, ProviderError
from appliance.pcm.formats import samples_of_ms
from appliance.pcm.level import peak_dbfs, rms_dbfs
from appliance.providers.offline.voice import QUESTION_VOICE, synthesize

SENTENCE = "It is 3:20 in the afternoon."


@pytest.mark.parametrize("rate_hz", [16_000, 24_000, 48_000])
def test_speech_has_the_rate_that_is_asked_for(rate_hz: int) -> None:
    seconds = len(synthesize(SENTENCE, rate_hz=rate_hz)) / rate_hz
    assert seconds == pytest.approx(1.93, abs=0.3)


@pytest.mark.parametrize("voice", ["en-gb", QUESTION_VOICE])
def test_every_voice_is_equally_loud_and_never_clips(voice: str) -> None:
    pcm = synthesize(SENTENCE, voice)
    # A voice with high peaks stays quieter: how high they are depends on espeak-ng's version.
    assert rms_dbfs(pcm) == pytest.approx(-20, abs=1) or peak_dbfs(pcm) == pytest.approx(-1, abs=0.3)
    assert peak_dbfs(pcm) < -0.5


def test_speech_begins_at_once_and_ends_soon_after_the_last_sound() -> None:
    pcm = synthesize(SENTENCE, rate_hz=24_000)
    loud = np.flatnonzero(np.abs(pcm.astype(int)) > 327)
    assert loud[0] < samples_of_ms(20, 24_000)
    assert len(pcm) - loud[-1] < samples_of_ms(100, 24_000)


def test_text_is_spoken_and_never_a_command() -> None:
    for text in ("--version", "-v nobody", "; echo", "$(echo)", "[[_:]] and \x00 and \n and ü"):
        assert len(synthesize(text)) > 0


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_nothing_to_say_is_no_sound(text: str) -> None:
    assert len(synthesize(text)) == 0


def test_an_unknown_voice_is_named() -> None:
    with pytest.raises(ProviderError, match="the voice 'nobody'") as caught:
        synthesize(SENTENCE, "nobody")
    assert caught.value.category is FailureCategory.MODEL_UNAVAILABLE


def test_without_espeak_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(ProviderError, match="apt-get install espeak-ng") as caught:
        synthesize(SENTENCE)
    assert caught.value.category is FailureCategory.MODEL_UNAVAILABLE
