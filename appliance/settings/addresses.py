"""Where sound may be sent: over an encrypted connection, or not beyond this machine."""

import ipaddress
from urllib.parse import parse_qsl, urlsplit

from pydantic_core import PydanticCustomError

from appliance.settings.credentials import names_a_secret


def _refused(words: str) -> PydanticCustomError:
    return PydanticCustomError("rule", "{words}", {"words": words})


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine by definition; a name is not looked up."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def check_socket_url(url: str) -> None:
    """Raises PydanticCustomError unless `url` is wss://, or ws:// to this machine, and holds no key."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as broken:
        raise _refused(f"is no address ({broken})") from None
    if parts.scheme not in ("ws", "wss") or not host or not url.isprintable() or " " in url:
        raise _refused("must be a whole address that begins with wss://")
    if parts.username is not None or any(names_a_secret(name) for name, _ in parse_qsl(parts.query)):
        raise _refused("must not hold a key; that belongs into api_key, as a reference")
    if parts.scheme == "ws" and not is_loopback(host):
        raise _refused("is not encrypted and leaves this machine; write wss://, or ws:// to localhost only")
