"""Where a host is, by its very name: a resolver is not asked. Pure."""

import ipaddress


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_private(host: str) -> bool:
    """Whether `host` is in this house: a private number, or a name told by multicast."""
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        return host.endswith(".local")
    return number.is_private and not number.is_unspecified
