"""What a provider cannot do is said at start."""

from typing import Any

import pytest

from appliance.conversation.vocabulary import Capabilities, Languages, SessionConfig, ToolDeclaration
from appliance.errors import ConfigurationError
from appliance.providers.offline.ability import CAPABILITIES as OFFLINE
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


BOUNDED = Capabilities(
    16_000,
    24_000,
    speed=True,
    temperature=True,
    max_output_tokens=True,
    speeds=(0.7, 1.5),
    temperatures=(0.6, 1.2),
    output_tokens=(1, 4096),
)


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        ({"speed": 2.0}, "conversation.speed = 2: mouth speaks at 1.5, which is its most"),
        ({"speed": 0.5}, "conversation.speed = 0.5: mouth speaks at 0.7, which is its least"),
        ({"temperature": 2.0}, "conversation.temperature = 2: mouth takes 1.2, which is its most"),
        ({"temperature": 0.0}, "conversation.temperature = 0: mouth takes 0.6, which is its least"),
        (
            {"max_output_tokens": 65_536},
            "conversation.max_output_tokens = 65536: mouth takes 4096, which is its most",
        ),
    ],
)
def test_what_is_cut_to_the_nearest_that_a_provider_takes_is_told(
    wish: dict[str, Any], sentence: str
) -> None:
    assert shortfalls("mouth", BOUNDED, SessionConfig("", **wish)) == [sentence]


def test_nothing_is_told_of_what_lies_within_or_on_the_limits() -> None:
    for wishes in (
        SessionConfig("", speed=1.5, temperature=1.2, max_output_tokens=4096),
        SessionConfig("", speed=0.7, temperature=0.6, max_output_tokens=1),
    ):
        assert shortfalls("mouth", BOUNDED, wishes) == []


@pytest.mark.parametrize(
    ("languages", "tag", "words"),
    [
        (Languages.WITHOUT_REGION, "de-AT", 'is told "de", without the region'),
        (Languages.WITHOUT_REGION, "de", ""),
        (Languages.WITH_REGION, "de", "takes a language with its region only"),
        (Languages.WITH_REGION, "de-AT", ""),
        (Languages.WITH_REGION, "en", ""),  # the usual one, which nobody has asked for
        (Languages.ENGLISH, "de", "understands English only, and cannot answer"),
        (Languages.ENGLISH, "en-GB", ""),
        (Languages.ANY, "de-AT", ""),
    ],
)
def test_a_language_that_is_not_taken_as_it_is_is_told(languages: Languages, tag: str, words: str) -> None:
    told = shortfalls("ear", Capabilities(16_000, 24_000, languages=languages), SessionConfig("", tag))
    assert [sentence.split(": ear ")[0] for sentence in told] == [f'conversation.language = "{tag}"'] * bool(
        words
    )
    assert all(words in sentence for sentence in told)
