"""A provider whose key is missing costs nothing but itself: it counts as one that refuses its key."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from appliance.conversation.session import Emit, Session
from appliance.conversation.vocabulary import Capabilities, Command, Failure, HistoryItem, SessionConfig
from appliance.errors import ConfigurationError, FailureCategory
from appliance.service.providers.provider_check import ANY_ENVIRON, with_any_key
from appliance.service.providers.provider_list import ProviderList, list_providers
from appliance.settings import Settings, resolve_secret
from appliance.settings.provider import Provider

_CREDENTIAL = "credential:"


def list_usable(settings: Settings, environ: Mapping[str, str]) -> ProviderList:
    """As `list_providers`, but who has no key stands in the list all the same, and fails as soon as it is
    asked: `keyless` says why.

    Raises ConfigurationError where that would leave nobody, and for everything but a missing key.
    """
    missing = {
        provider.name: found for provider in settings.providers if (found := _missing(provider, environ))
    }
    if not missing:
        return list_providers(settings, environ)
    chosen = tuple(with_any_key(one) if one.name in missing else one for one in settings.providers)
    listed = list_providers(settings.model_copy(update={"providers": chosen}), {**environ, **ANY_ENVIRON})
    if not any(provider.name not in missing for provider in listed.providers):
        raise ConfigurationError([sentence for sentences in missing.values() for sentence in sentences])
    providers = tuple(
        replace(one, open=_opener(one.open, one.name, missing[one.name])) if one.name in missing else one
        for one in listed.providers
    )
    keyless = tuple(f"{name}: {sentence}" for name, found in missing.items() for sentence in found)
    return replace(listed, providers=providers, keyless=keyless)


def _missing(provider: Provider, environ: Mapping[str, str]) -> list[str]:
    """A sentence for each key of this provider that cannot be had."""
    found: dict[str, None] = {}
    for owner in (provider, provider.stt, provider.llm, provider.tts):
        try:
            resolve_secret(owner.api_key, environ)
        except ConfigurationError as error:
            advice = f"; sudo appliance set-key {owner.api_key.removeprefix(_CREDENTIAL)}"
            found[f"{error}{advice if owner.api_key.startswith(_CREDENTIAL) else ''}"] = None
    return list(found)


def _opener(open_with_any_key: Callable[[], Session], name: str, missing: list[str]) -> Callable[[], Session]:
    failure = Failure(FailureCategory.AUTH_FAILED, f"{name} has no key: {'; '.join(missing)}")
    return lambda: _KeylessSession(open_with_any_key().capabilities, failure)


class _KeylessSession:
    """It ends as soon as it begins, and nothing leaves the machine."""

    def __init__(self, capabilities: Capabilities, failure: Failure) -> None:
        self.capabilities = capabilities
        self._failure = failure

    async def run(self, config: SessionConfig, history: tuple[HistoryItem, ...], emit: Emit) -> None:
        emit(self._failure)

    def send(self, command: Command) -> None:
        """It was never ready, so nobody is here to be told."""
