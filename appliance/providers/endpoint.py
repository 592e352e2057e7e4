"""Where a provider is reached: over an encrypted connection, or not beyond this machine."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, urlsplit, urlunsplit

from appliance.errors import ConfigurationError
from appliance.hosts import is_loopback


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A WebSocket address that is safe to send a key to, and the name it is spoken of by."""

    url: str
    host: str
    loopback: bool


def endpoint(url: str, model: str) -> Endpoint:
    """The endpoint `url` with `model`, if there is one, as its query parameter; see `endpoint_with`."""
    return endpoint_with(url, {"model": model} if model else {})


def endpoint_with(url: str, query: Mapping[str, str]) -> Endpoint:
    """The endpoint `url` with what of `query` it does not name itself.

    Raises `ConfigurationError` unless it is wss://, or ws:// to this machine, without user or
    password in it. The error does not repeat the URL: it may hold a secret.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as broken:
        raise ConfigurationError(["providers.url: is no address"]) from broken
    if parts.scheme not in ("ws", "wss") or not host or parts.fragment:
        raise ConfigurationError(["providers.url: must be a whole address that begins with wss://"])
    if parts.username is not None or parts.password is not None:
        raise ConfigurationError(["providers.url: must not hold a key; that belongs into api_key"])
    loopback = is_loopback(host)
    if parts.scheme == "ws" and not loopback:
        raise ConfigurationError([f"providers.url: ws:// is not encrypted and {host} is not this machine"])
    given = parse_qs(parts.query, keep_blank_values=True)
    added = [f"{name}={quote(value, safe='')}" for name, value in query.items() if name not in given]
    whole = "&".join(filter(None, [parts.query, *added]))
    return Endpoint(urlunsplit(parts._replace(query=whole)), host, loopback)
