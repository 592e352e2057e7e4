"""How far the network has to go for each of the configured providers."""

from urllib.parse import urlsplit

from appliance.conversation.vocabulary import Reach
from appliance.providers.routes import distance_of
from appliance.settings.provider import Provider


def distance_of_provider(provider: Provider) -> Reach:
    """Where the network does not go so far, nobody need be asked: there is the provider, or a stage of it.

    A vendor is in the internet, and so is a name that may lead anywhere.
    """
    if provider.kind == "offline":
        return Reach.MACHINE
    if provider.kind == "cascade":
        stt, llm, tts = provider.stt, provider.llm, provider.tts
        near = [stage for stage in (stt, tts) if stage.kind == "local"]
        return max(_distance(stage.url) for stage in (stt, llm, tts) if stage not in near)
    return _distance(provider.url)


def _distance(url: str) -> Reach:
    """Of an address that was checked; empty is the vendor's."""
    if not url:
        return Reach.INTERNET
    return distance_of(urlsplit(url).hostname or "localhost")  # without a host it is a socket of this machine
