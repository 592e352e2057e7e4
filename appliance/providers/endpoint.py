"""Where a provider is reached: over an encrypted connection, or not beyond this machine."""

import email.utils
import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qs, quote, urlsplit, urlunsplit

from appliance.errors import ConfigurationError

# Nobody is kept away for longer by a header alone.
MAX_RETRY_AFTER_S = 3600.0


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
    loopback = _is_loopback(host)
    if parts.scheme == "ws" and not loopback:
        raise ConfigurationError([f"providers.url: ws:// is not encrypted and {host} is not this machine"])
    given = parse_qs(parts.query, keep_blank_values=True)
    added = [f"{name}={quote(value, safe='')}" for name, value in query.items() if name not in given]
    whole = "&".join(filter(None, [parts.query, *added]))
    return Endpoint(urlunsplit(parts._replace(query=whole)), host, loopback)


def _is_loopback(host: str) -> bool:
    """Whether `host` is this machine by its very name: a resolver is not asked."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def retry_after_s(values: Sequence[str]) -> float | None:
    """A Retry-After header in seconds, 0…`MAX_RETRY_AFTER_S`; None where there is none that makes sense.

    The header is a number of seconds or a date (RFC 9110, 10.2.3).
    """
    for value in values:
        try:
            wait_s = float(value)
        except ValueError:
            try:
                wait_s = (email.utils.parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
            except (ValueError, TypeError, OverflowError):  # no date, or one with no zone or an endless one
                continue
        if wait_s == wait_s:  # no NaN
            return min(max(wait_s, 0.0), MAX_RETRY_AFTER_S)
    return None
