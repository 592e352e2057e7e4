"""What a provider cannot do is said at start."""

import pytest

from appliance.conversation.vocabulary import Capabilities, SessionConfig, ToolDeclaration
from appliance.errors import ConfigurationError
from appliance.providers.offline.session import CAPABILITIES as OFFLINE
from appliance.providers.openai.session import CAPABILITIES as OPENAI
from appliance.providers.requirements import require, shortfalls

IN_TEXT = SessionConfig("", output="text")
SPEAKS_ONLY = Capabilities(input_rate_hz=16_000, output_rate_hz=24_000)


def test_a_provider_that_only_speaks_cannot_answer_in_text() -> None:
    with pytest.raises(ConfigurationError, match=r'conversation.output = "text".* mouth '):
        require("mouth", SPEAKS_ONLY, IN_TEXT)


def test_a_provider_that_only_speaks_is_fine_where_answers_are_heard() -> None:
    require("mouth", SPEAKS_ONLY, SessionConfig(""))


@pytest.mark.parametrize("capabilities", [OFFLINE, OPENAI])
def test_every_provider_that_is_built_takes_and_gives_text(capabilities: Capabilities) -> None:
    require("any", capabilities, IN_TEXT)
    assert capabilities.text_in


def test_a_provider_goes_without_what_it_cannot_do_and_that_is_told() -> None:
    tool = ToolDeclaration("ring", "Rings.", "{}")
    wishes = SessionConfig("", speed=1.5, temperature=0.5, max_output_tokens=100, tools=(tool,))
    told = shortfalls("mouth", SPEAKS_ONLY, wishes)
    assert [sentence.split(": ")[0] for sentence in told] == [
        "conversation.speed = 1.5",
        "conversation.temperature = 0.5",
        "conversation.max_output_tokens = 100",
        "tools",
    ]
    assert all(": mouth " in sentence for sentence in told)


def test_nothing_is_told_of_a_provider_that_can_do_what_is_wished() -> None:
    able = Capabilities(16_000, 24_000, tools=True, speed=True, temperature=True, max_output_tokens=True)
    wishes = SessionConfig("", speed=1.5, temperature=0.5, max_output_tokens=100)
    assert shortfalls("mouth", able, wishes) == []
    assert shortfalls("mouth", SPEAKS_ONLY, SessionConfig("")) == []
