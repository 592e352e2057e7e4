"""Whether a provider can do what the configuration asks for: known at start, and not on the bad day. Pure."""

from math import isclose
from typing import Final

from appliance.conversation.vocabulary import Capabilities, Languages, SessionConfig
from appliance.errors import ConfigurationError

_USUAL_LANGUAGE: Final = SessionConfig("").language


def require(name: str, capabilities: Capabilities, config: SessionConfig) -> None:
    """Raises `ConfigurationError`, a line for each thing that the provider `name` cannot do."""
    mistakes = []
    if config.output == "text" and not capabilities.text_out:
        mistakes.append(
            f'conversation.output = "text": the provider {name} can only answer aloud; '
            'take "audio", or another provider'
        )
    if mistakes:
        raise ConfigurationError(mistakes)


def shortfalls(name: str, capabilities: Capabilities, config: SessionConfig) -> list[str]:
    """A sentence for each wish that the provider `name` goes without; it answers all the same."""
    found = _of_the_voice(name, capabilities, config)
    if (wish := config.temperature) is not None:
        key = f"conversation.temperature = {wish:g}: {name}"
        if not capabilities.temperature:
            found.append(f"{key} has none to set")
        elif limit := _beyond(capabilities.temperatures, wish):
            found.append(f"{key} takes {limit}")
    if (tokens := config.max_output_tokens) is not None:
        key = f"conversation.max_output_tokens = {tokens}: {name}"
        if not capabilities.max_output_tokens:
            found.append(f"{key} cannot be held to a length")
        elif limit := _beyond(capabilities.output_tokens, tokens):
            found.append(f"{key} takes {limit}")
    if config.provider_ends_turns and not capabilities.ends_turns:
        found.append(f'hearing.end_of_turn = "provider": {name} says no such thing; silence ends the turn')
    if config.tools and not capabilities.tools:
        found.append(f"tools: {name} cannot call any")
    return found


def speed_shortfall(key: str, own: float, speeds: tuple[float, float]) -> list[str]:
    """A sentence where a voice cannot speak at its `own` speed, which stands under `key`; `speeds` are what
    it can be asked for beside that."""
    limit = _beyond((speeds[0] * own, speeds[1] * own), own)
    return [f"{key} = {own:g}: its voice speaks at {limit}"] if limit else []


def _of_the_voice(name: str, capabilities: Capabilities, config: SessionConfig) -> list[str]:
    """What is missing of the language and the speed."""
    found = []
    if not_taken := _language_not_taken(capabilities.languages, config.language):
        found.append(f'conversation.language = "{config.language}": {name} {not_taken}')
    key = f"conversation.speed = {config.speed:g}: {name}"
    if config.speed != 1 and not capabilities.speed:
        found.append(f"{key} speaks at its own pace")
    elif config.speed != 1 and (limit := _beyond(capabilities.speeds, config.speed)):
        found.append(f"{key} speaks at {limit}")
    return found


def _language_not_taken(taken: Languages, tag: str) -> str:
    """Nothing is said of the usual one: nobody has wished for it."""
    language, _, region = tag.partition("-")
    if taken is Languages.ENGLISH and language.lower() != "en":
        return "understands English only, and cannot answer"
    if taken is Languages.WITHOUT_REGION and region:
        return f'is told "{language}", without the region'
    if taken is Languages.WITH_REGION and not region and tag != _USUAL_LANGUAGE:
        return (
            f'takes a language with its region only, such as "{tag}-{tag.upper()}"; it goes by what it hears'
        )
    return ""


def _beyond(limits: tuple[float, float], wish: float) -> str:
    """The limit that is taken in place of `wish`, in words; "" where that is within."""
    least, most = limits
    if wish > most and not isclose(wish, most):
        return f"{most:g}, which is its most"
    return f"{least:g}, which is its least" if wish < least and not isclose(wish, least) else ""
