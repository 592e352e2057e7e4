"""Where sound and words may be sent: over an encrypted connection, or not beyond this machine or house."""

import ipaddress
from urllib.parse import SplitResult, parse_qsl, urlsplit

from pydantic_core import PydanticCustomError

from appliance.hosts import is_loopback, is_private
from appliance.settings.credentials import names_a_secret


def _refused(words: str) -> PydanticCustomError:
    return PydanticCustomError("rule", "{words}", {"words": words})


def _parts_of(url: str) -> SplitResult:
    """With a host and a port that can be read."""
    try:
        parts = urlsplit(url)
        _ = parts.hostname, parts.port
    except ValueError as broken:
        raise _refused(f"is no address ({broken})") from None
    return parts


def check_socket_url(url: str) -> None:
    """Raises PydanticCustomError unless `url` is wss://, or ws:// to this machine, and holds no key."""
    parts = _parts_of(url)
    host = parts.hostname
    if parts.scheme not in ("ws", "wss") or not host or not url.isprintable() or " " in url:
        raise _refused("must be a whole address that begins with wss://")
    if parts.username is not None or any(names_a_secret(name) for name, _ in parse_qsl(parts.query)):
        raise _refused("must not hold a key; that belongs into api_key, as a reference")
    if parts.scheme == "ws" and not is_loopback(host):
        raise _refused("is not encrypted and leaves this machine; write wss://, or ws:// to localhost only")


def check_http_url(url: str) -> None:
    """Raises PydanticCustomError unless `url` is https://, or http:// to this machine or house, and holds
    neither key nor query."""
    parts = _parts_of(url)
    host = parts.hostname
    if parts.scheme not in ("http", "https") or not host or not url.isprintable() or " " in url:
        raise _refused("must be a whole address that begins with https:// or http://")
    if parts.username is not None or parts.query or parts.fragment:
        raise _refused("must not hold a key, nor anything from a ? or # on; a key belongs into api_key")
    if parts.scheme == "http" and not (is_loopback(host) or is_private(host)):
        raise _refused(
            "is not encrypted and leaves this house; write https://, or http:// to localhost, to a private "
            "address such as 192.168.1.5, or to a name that ends in .local"
        )


def check_wyoming_url(url: str) -> None:
    """Raises PydanticCustomError unless `url` is tcp://HOST:PORT in this house, or unix:///PATH."""
    parts = _parts_of(url)
    host = parts.hostname or ""
    whole = host and parts.port if parts.scheme == "tcp" else not parts.netloc and parts.path.startswith("/")
    more = (
        parts.query or parts.fragment or parts.username is not None or (host and parts.path not in ("", "/"))
    )
    if parts.scheme not in ("tcp", "unix") or not whole or more or not url.isprintable() or " " in url:
        raise _refused("must be tcp://HOST:PORT or unix:///PATH, and no more")
    if _is_public(host):
        raise _refused("is not encrypted and leaves this house; Wyoming is for private addresses and names")


def _is_public(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return False


def leaks_a_key(url: str) -> bool:
    """Whether a key that is sent to `url`, which was checked, leaves this machine unencrypted."""
    parts = urlsplit(url)
    return parts.scheme == "http" and not is_loopback(parts.hostname or "")
