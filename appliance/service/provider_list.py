"""The configured providers, ready to be opened."""

from collections.abc import Callable, Mapping

from appliance.conversation.session import Session
from appliance.providers.chain import Provider
from appliance.providers.openai.session import OpenAiOptions, OpenAiSession
from appliance.settings import Settings, resolve_secret
from appliance.settings.options import Provider as ProviderSettings


def list_providers(settings: Settings, environ: Mapping[str, str]) -> tuple[Provider, ...]:
    """The providers in the order in which they are tried.

    Raises ConfigurationError, naming the reference, when a key is missing.
    """
    return tuple(
        Provider(provider.name, _opener(provider, settings, environ)) for provider in settings.providers
    )


def _opener(
    provider: ProviderSettings, settings: Settings, environ: Mapping[str, str]
) -> Callable[[], Session]:
    options = OpenAiOptions(
        api_key=resolve_secret(provider.api_key, environ),
        name=provider.name,
        url=provider.url,
        model=provider.model,
        voice=provider.voice,
    )
    return lambda: OpenAiSession(options)
