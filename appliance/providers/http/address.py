"""Where a request may go: over an encrypted connection, or not beyond the house. Pure."""

from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from appliance.errors import ConfigurationError
from appliance.hosts import is_loopback, is_private


@dataclass(frozen=True, slots=True)
class Address:
    """The beginning of every address of one server, without a slash at its end; `near`: in this house."""

    url: str
    host: str
    near: bool


def address(key: str, url: str, *, secret: bool) -> Address:
    """The server at `url`, to which a key goes if `secret`; `key` names the setting in an error.

    Plain http is for this machine, and without a key for private addresses written as numbers and names
    that end in .local, which are never routed. Raises `ConfigurationError` for anything else; it does not
    repeat the URL, which may hold a secret.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as broken:
        raise ConfigurationError([f"{key}: is no address"]) from broken
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment:
        raise ConfigurationError([f"{key}: must be a whole address that begins with https:// or http://"])
    if parts.username is not None or parts.password is not None:
        raise ConfigurationError([f"{key}: must not hold a key; that belongs into api_key"])
    loopback = is_loopback(host)
    near = loopback or is_private(host)
    if parts.scheme == "http" and not near:
        raise ConfigurationError([f"{key}: http:// is not encrypted and {host} is not in this house"])
    if parts.scheme == "http" and secret and not loopback:
        raise ConfigurationError([f"{key}: http:// is not encrypted, and a key must not leave this machine"])
    return Address(urlunsplit(parts).rstrip("/"), host, near)
