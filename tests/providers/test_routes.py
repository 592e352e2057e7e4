"""How far the network goes is read from the routes, and never guessed too far or too short."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.conversation.vocabulary import Reach
from appliance.providers.routes import distance_of, reach_of

HEADER = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
DEFAULT = "wlan0\t00000000\t0100A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\n"
HOUSE = "wlan0\t0000A8C0\t00000000\t0001\t0\t0\t600\t00FFFFFF\t0\t0\t0\n"
HALF = "tun0\t00000000\t00000000\t0001\t0\t0\t0\t00000080\t0\t0\t0\n"  # 0.0.0.0/1
REJECT = "wlan0\t00000000\t0100A8C0\t0203\t0\t0\t600\t00000000\t0\t0\t0\n"
LOOPBACK = "lo\t0000007F\t00000000\t0001\t0\t0\t0\t000000FF\t0\t0\t0\n"

ZERO = "0" * 32
HERE = "fe80" + "0" * 28
DEFAULT_6 = f"{ZERO} 00 {ZERO} 00 {HERE} 00000400 00000001 00000000 00000003    wlan0\n"
HOUSE_6 = f"fd00{'0' * 28} 40 {ZERO} 00 {ZERO} 00000100 00000001 00000000 00000001    wlan0\n"
# What a machine has whose only network is a cable that leads nowhere, or none at all.
LINK_LOCAL_6 = f"{HERE} 40 {ZERO} 00 {ZERO} 00000100 00000001 00000000 00000001    wlan0\n"
MULTICAST_6 = f"ff{'0' * 30} 08 {ZERO} 00 {ZERO} 00000100 00000003 00000000 00000001    wlan0\n"
REJECT_6 = f"{ZERO} 00 {ZERO} 00 {ZERO} ffffffff 00000001 00000000 00200200       lo\n"


def plugged_in(interface: str) -> bool:
    return True


def unplugged(interface: str) -> bool:
    return False


@pytest.mark.parametrize(
    ("ipv4", "ipv6", "reach"),
    [
        (HEADER, "", Reach.MACHINE),
        (HEADER + LOOPBACK, REJECT_6, Reach.MACHINE),
        (HEADER, LINK_LOCAL_6 + MULTICAST_6 + REJECT_6, Reach.MACHINE),
        (HEADER + HOUSE, "", Reach.HOUSE),
        (HEADER + HALF, "", Reach.HOUSE),
        (HEADER + HOUSE + REJECT, "", Reach.HOUSE),
        (HEADER, HOUSE_6 + REJECT_6, Reach.HOUSE),
        (HEADER + DEFAULT + HOUSE, "", Reach.INTERNET),
        (HEADER, DEFAULT_6 + REJECT_6, Reach.INTERNET),
        ("", "", Reach.MACHINE),
        ("no\nroute at all\n\n", "nor\nhere", Reach.MACHINE),
        (HEADER + DEFAULT.replace("0003", "zz"), "", Reach.MACHINE),
    ],
)
def test_routes_tell_how_far_it_goes(ipv4: str, ipv6: str, reach: Reach) -> None:
    assert reach_of(ipv4, ipv6, plugged_in) is reach


def test_a_pulled_cable_leads_nowhere_although_its_route_is_still_there() -> None:
    assert reach_of(HEADER + DEFAULT + HOUSE, DEFAULT_6, unplugged) is Reach.MACHINE


def test_one_of_two_ways_is_enough() -> None:
    wired = DEFAULT.replace("wlan0", "eth0")
    assert reach_of(HEADER + DEFAULT + wired, "", lambda interface: interface == "eth0") is Reach.INTERNET


@pytest.mark.parametrize(
    ("host", "distance"),
    [
        ("127.0.0.1", Reach.MACHINE),
        ("localhost", Reach.MACHINE),
        ("192.168.1.7", Reach.HOUSE),
        ("homeassistant.local", Reach.HOUSE),
        ("api.openai.com", Reach.INTERNET),
        ("203.0.113.7", Reach.HOUSE),  # kept for examples, and routed nowhere
        ("8.8.8.8", Reach.INTERNET),
    ],
)
def test_how_far_away_a_host_is(host: str, distance: Reach) -> None:
    assert distance_of(host) is distance


@given(st.text(), st.text())
def test_no_table_is_so_odd_that_it_breaks_anything(ipv4: str, ipv6: str) -> None:
    assert reach_of(HEADER + ipv4, ipv6, plugged_in) in Reach
