"""Whether a provider can do what the configuration asks for: known at start, and not on the bad day. Pure."""

from appliance.conversation.vocabulary import Capabilities, SessionConfig
from appliance.errors import ConfigurationError


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
    found = []
    if config.speed != 1 and not capabilities.speed:
        found.append(f"conversation.speed = {config.speed:g}: {name} speaks at its own pace")
    if config.temperature is not None and not capabilities.temperature:
        found.append(f"conversation.temperature = {config.temperature:g}: {name} has none to set")
    if config.max_output_tokens is not None and not capabilities.max_output_tokens:
        limit = config.max_output_tokens
        found.append(f"conversation.max_output_tokens = {limit}: {name} cannot be held to a length")
    if config.provider_ends_turns and not capabilities.ends_turns:
        found.append(f'hearing.end_of_turn = "provider": {name} says no such thing; silence ends the turn')
    if config.tools and not capabilities.tools:
        found.append(f"tools: {name} cannot call any")
    return found
