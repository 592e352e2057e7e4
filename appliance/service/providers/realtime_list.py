"""Providers that speak OpenAI's realtime protocol, from their settings."""

from collections.abc import Callable, Mapping
from contextlib import suppress

from pydantic import SecretStr

from appliance.conversation.session import Session
from appliance.conversation.vocabulary import Capabilities
from appliance.errors import ConfigurationError
from appliance.providers.azure.session import AzureOptions, azure_endpoint, open_azure
from appliance.providers.openai.session import OpenAiOptions, capabilities, open_openai
from appliance.settings import resolve_secret
from appliance.settings.provider import Provider

Opened = tuple[Callable[[], Session], Capabilities]


def openai_provider(provider: Provider, environ: Mapping[str, str]) -> Opened:
    """How a session is opened, and what it can do. Raises ConfigurationError when the key is missing."""
    options = OpenAiOptions(
        api_key=resolve_secret(provider.api_key, environ),
        name=provider.name,
        url=provider.url,
        model=provider.model,
        voice=provider.voice,
        transcription_model=provider.transcription_model,
        dialect=provider.dialect,
        turn_detection=provider.provider_turn_detection,
        extra=provider.extra,
    )
    return lambda: open_openai(options), capabilities(provider.dialect, provider.transcription_model)


def azure_provider(provider: Provider, environ: Mapping[str, str]) -> Opened:
    """As `openai_provider`. The key is read anew for every session: a token of Entra ends after an hour,
    and somebody puts a fresh one where it was."""
    key = _FreshKey(provider.api_key, environ)

    def options() -> AzureOptions:
        return AzureOptions(
            api_key=key.read(),
            url=provider.url,
            model=provider.model,
            name=provider.name,
            voice=provider.voice,
            transcription_model=provider.transcription_model,
            auth=provider.auth,
            dialect=provider.dialect,
            api_version=provider.api_version,
            turn_detection=provider.provider_turn_detection,
            extra=provider.extra,
        )

    azure_endpoint(options())  # what is wrong with the address is said at start
    return lambda: open_azure(options()), capabilities(provider.dialect, provider.transcription_model)


class _FreshKey:
    """A credential as it is now; a file of some kB in memory, read on the event loop in microseconds.

    While it cannot be read, which is as long as somebody replaces it, the last one is taken: at worst it is
    refused, and that is told as what it is.
    """

    def __init__(self, reference: str, environ: Mapping[str, str]) -> None:
        """Raises ConfigurationError when it is missing from the beginning."""
        self._reference = reference
        self._environ = environ
        self._last = resolve_secret(reference, environ)

    def read(self) -> SecretStr:
        with suppress(ConfigurationError):
            self._last = resolve_secret(self._reference, self._environ)
        return self._last
