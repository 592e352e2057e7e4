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
