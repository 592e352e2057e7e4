"""What a provider goes without is said before it is asked, on a machine that has none of its keys."""

import pytest

from appliance.providers.offline.options import ANSWER_VOICE
from appliance.service.providers.provider_check import check_providers
from appliance.service.providers.provider_list import list_providers
from appliance.settings import load_settings
from appliance.settings.options import Settings


def settings(*overrides: str) -> Settings:
    return load_settings((), overrides, {"OPENAI_API_KEY": "sk-0123456789"}).settings


def test_what_each_provider_goes_without_is_said() -> None:
    told = check_providers(settings("conversation.temperature=0.5", "conversation.speed=1.5"))
    assert "conversation.temperature = 0.5: offline has none to set" in told
    assert all(sentence.startswith("conversation.") for sentence in told)


def test_a_limit_of_one_provider_is_said_of_that_one() -> None:
    cloud = "{name='cloud', kind='openai', api_key='env:K'}"
    told = check_providers(
        settings(f"providers=[{cloud}]", "conversation.speed=2", "conversation.max_output_tokens=9999")
    )
    assert told[:2] == (
        "conversation.speed = 2: cloud speaks at 1.5, which is its most",
        "conversation.max_output_tokens = 9999: cloud takes 4096, which is its most",
    )


@pytest.mark.parametrize(
    ("speed", "own", "expected"),
    [
        (2.0, 1.0, "conversation.speed = 2: cascade speaks at 1.2, which is its most"),
        (1.2, 1.2, "conversation.speed = 1.2: cascade speaks at 1, which is its most"),
        (1.0, 2.0, "providers.cascade.tts.speed = 2: its voice speaks at 1.2, which is its most"),
        (1.0, 1.1, None),
    ],
)
def test_the_voice_of_a_cascade_has_limits_of_its_own(speed: float, own: float, expected: str | None) -> None:
    stages = (
        "stt={url='http://localhost:1/v1', model='m'}, llm={url='http://localhost:1/v1', model='m'},"
        f" tts={{kind='elevenlabs', voice='v', api_key='env:K', speed={own}}}"
    )
    told = check_providers(
        settings(f"providers=[{{name='cascade', kind='cascade', {stages}}}]", f"conversation.speed={speed}")
    )
    assert [sentence for sentence in told if "speed" in sentence and "cascade" in sentence] == (
        [expected] if expected else []
    )


def test_nothing_is_said_where_nothing_is_asked_for() -> None:
    assert check_providers(settings()) == ()


def test_a_key_that_is_not_here_is_no_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    assert check_providers(settings("providers.openai.api_key=credential:nowhere")) == ()


def test_a_voice_that_espeak_does_not_have_is_named_and_its_usual_one_speaks() -> None:
    asked = settings("providers.offline.voice=nonsense")
    [sentence] = check_providers(asked)
    assert sentence.startswith('providers.offline.voice = "nonsense": espeak-ng cannot speak with the voice')
    assert sentence.endswith("; its usual voice speaks")
    assert list_providers(asked, {"OPENAI_API_KEY": "k"}).workers["offline"].options.voice == ANSWER_VOICE


def test_a_voice_that_espeak_has_speaks() -> None:
    asked = settings("providers.offline.voice=en-us+f3")
    assert check_providers(asked) == ()
    assert list_providers(asked, {"OPENAI_API_KEY": "k"}).workers["offline"].options.voice == "en-us+f3"
