"""Providers that speak GPT-Live, from their settings."""

from collections.abc import Callable, Mapping

from appliance.conversation.session import Session
from appliance.conversation.vocabulary import Capabilities
from appliance.providers.openai_live.options import CAPABILITIES, LiveOptions
from appliance.providers.openai_live.session import open_openai_live
from appliance.settings import resolve_secret
from appliance.settings.provider import Provider


def gpt_live_provider(
    provider: Provider, environ: Mapping[str, str], end_silence_ms: int
) -> tuple[Callable[[], Session], Capabilities]:
    """How a session is opened, and what it can do; `end_silence_ms` usually end a turn.

    Raises ConfigurationError when the key is missing.
    """
    options = LiveOptions(
        api_key=resolve_secret(provider.api_key, environ),
        name=provider.name,
        url=provider.url,
        model=provider.model,
        voice=provider.voice,
        backend_model=provider.backend_model,
        tail_ms=end_silence_ms,
        extra=provider.extra,
    )
    return lambda: open_openai_live(options), CAPABILITIES
