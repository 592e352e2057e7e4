"""Providers that speak Gemini's Live API, from their settings."""

from collections.abc import Callable, Mapping

from appliance.conversation.session import Session
from appliance.conversation.vocabulary import Capabilities
from appliance.providers.gemini.session import GeminiOptions, GeminiProvider
from appliance.settings import resolve_secret
from appliance.settings.provider import Provider


def gemini_provider(
    provider: Provider, environ: Mapping[str, str]
) -> tuple[Callable[[], Session], Capabilities]:
    """How a session is opened, and what it can do. Raises ConfigurationError when the key is missing."""
    gemini = GeminiProvider(
        GeminiOptions(
            api_key=resolve_secret(provider.api_key, environ),
            name=provider.name,
            url=provider.url,
            model=provider.model,
            voice=provider.voice,
            extra=provider.extra,
        )
    )
    return gemini.open, gemini.capabilities
