"""Which servers the settings name. Pure but for the settings themselves."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from appliance.providers.cascade import deepgram, elevenlabs
from appliance.providers.gemini import session as gemini
from appliance.providers.openai import session as openai
from appliance.providers.openai_live import options as openai_live
from appliance.settings import Settings
from appliance.settings.cascade import OPENAI_URL, Server
from appliance.settings.provider import Provider

_VENDORS: Final = {
    "openai": openai.VENDOR_URL,
    "openai-live": openai_live.VENDOR_URL,
    "gemini": gemini.VENDOR_URL,
}
_STAGE_VENDORS: Final = {
    "openai": OPENAI_URL,
    "deepgram": deepgram.VENDOR_URL,
    "elevenlabs": elevenlabs.VENDOR_URL,
}
_PORTS: Final = {"wss": 443, "https": 443, "ws": 80, "http": 80}
_ENCRYPTED: Final = ("wss", "https")


@dataclass(frozen=True, slots=True)
class Peer:
    """A server: who needs it (a provider's name), and where it is."""

    name: str
    host: str
    port: int
    encrypted: bool


def peers_of(settings: Settings) -> Iterator[Peer]:
    """Every server once for each who needs it; those reached without a network are left out."""
    for provider in settings.providers:
        seen: set[str] = set()
        for url in _urls(provider):
            parts = urlsplit(url)
            port = parts.port or _PORTS.get(parts.scheme, 0)
            if parts.hostname and port and f"{parts.hostname}:{port}" not in seen:
                seen.add(f"{parts.hostname}:{port}")
                yield Peer(provider.name, parts.hostname, port, parts.scheme in _ENCRYPTED)


def vendors() -> frozenset[str]:
    """The hosts of all who are known to everybody."""
    urls = (*_VENDORS.values(), *_STAGE_VENDORS.values())
    return frozenset(host for host in (urlsplit(url).hostname for url in urls) if host)


def _urls(provider: Provider) -> Iterator[str]:
    if provider.kind != "cascade":
        yield provider.url or _VENDORS.get(provider.kind, "")
        return
    for stage in (provider.stt, provider.llm, provider.tts):
        yield _stage_url(stage)


def _stage_url(stage: Server) -> str:
    return stage.url or _STAGE_VENDORS.get(getattr(stage, "kind", "openai"), "")
