"""How far the network goes, by the kernel's tables of routes. Pure: the tables are arguments."""

from collections.abc import Callable, Iterator
from typing import Final

from appliance.conversation.vocabulary import Reach
from appliance.hosts import is_loopback, is_private

# Flags of a route (linux/route.h): it is in use; it refuses.
_UP: Final = 0x0001
_REJECTS: Final = 0x0200
_LOOPBACK: Final = "lo"
_EVERYWHERE_IPV6: Final = "0" * 32
# What every interface has as soon as it is up, without anybody else on it: link-local and multicast.
_ALWAYS_THERE: Final = ("fe8", "fe9", "fea", "feb", "ff")


def reach_of(ipv4: str, ipv6: str, has_carrier: Callable[[str], bool]) -> Reach:
    """How far the routes go. `ipv4` and `ipv6` are the texts of /proc/net/route and /proc/net/ipv6_route;
    `has_carrier(interface)`: its cable is plugged in, its Wi-Fi connected. Lines that make no sense do not
    count."""
    routes = [*_ipv4_routes(ipv4), *_ipv6_routes(ipv6)]
    living = [leads_everywhere for interface, leads_everywhere in routes if has_carrier(interface)]
    if any(living):
        return Reach.INTERNET
    return Reach.HOUSE if living else Reach.MACHINE


def distance_of(host: str) -> Reach:
    """How far the network has to go to reach `host`, by its very name; a name may lead anywhere."""
    if is_loopback(host):
        return Reach.MACHINE
    return Reach.HOUSE if is_private(host) else Reach.INTERNET


def _ipv4_routes(table: str) -> Iterator[tuple[str, bool]]:
    """Interface, and whether it is the way to everywhere, of each route that can be used."""
    for line in table.splitlines()[1:]:
        fields = line.split()
        if len(fields) < 8 or not _is_usable(fields[0], fields[3]):
            continue
        yield fields[0], fields[1] == fields[7] == "00000000"


def _ipv6_routes(table: str) -> Iterator[tuple[str, bool]]:
    for line in table.splitlines():
        fields = line.split()
        if len(fields) < 10 or not _is_usable(fields[9], fields[8]) or fields[0].startswith(_ALWAYS_THERE):
            continue
        yield fields[9], (fields[0], fields[1]) == (_EVERYWHERE_IPV6, "00")


def _is_usable(interface: str, flags: str) -> bool:
    try:
        bits = int(flags, 16)
    except ValueError:
        return False
    return interface != _LOOPBACK and bool(bits & _UP) and not bits & _REJECTS
