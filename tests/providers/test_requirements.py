"""What a provider cannot do is said at start."""

import pytest

from appliance.conversation.vocabulary import Capabilities, SessionConfig
from appliance.errors import ConfigurationError
from appliance.providers.offline.session import CAPABILITIES as OFFLINE
from appliance.providers.openai.session import CAPABILITIES as OPENAI
from appliance.providers.requirements import require

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
