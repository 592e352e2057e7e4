"""The network and the clock are watched, and only what is news is told."""

import queue
from pathlib import Path

from appliance.conversation.vocabulary import ClockSet, NetworkChanged, Reach
from appliance.service.network_watch import (
    CLOCK_STEP_S,
    LOOK_AGAIN_S,
    LOOK_EVERY_S,
    Kernel,
    Looking,
    NetworkWatch,
)
from tests.audio.fake_devices import PATIENCE_S

# What is promised: from the moment it can be known to the event.
TOLD_S = 2.0
# The event log sorts within a second.
SORTING_S = 1.0

HEADER = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
DEFAULT = "wlan0\t00000000\t0100A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\n"


def looks(*reaches: Reach) -> list[list[NetworkChanged | ClockSet]]:
    looking = Looking()
    return [looking.look(reach, LOOK_EVERY_S * n, LOOK_EVERY_S * n) for n, reach in enumerate(reaches)]


def test_a_network_that_is_there_from_the_start_is_no_news() -> None:
    assert looks(Reach.INTERNET, Reach.INTERNET) == [[], []]


def test_one_that_is_gone_is_told_once_and_in_time() -> None:
    told = looks(Reach.INTERNET, Reach.MACHINE, Reach.MACHINE, Reach.MACHINE)
    assert told == [[], [], [NetworkChanged(Reach.MACHINE)], []]


def test_one_that_is_gone_is_looked_at_again_soon() -> None:
    looking = Looking()
    looking.look(Reach.INTERNET, 0.0, 0.0)
    assert looking.next_look_s == LOOK_EVERY_S
    looking.look(Reach.MACHINE, 0.5, 0.5)
    assert looking.next_look_s == LOOK_AGAIN_S
    looking.look(Reach.MACHINE, 0.75, 0.75)
    assert looking.next_look_s == LOOK_EVERY_S
    assert LOOK_EVERY_S + LOOK_AGAIN_S + SORTING_S < TOLD_S


def test_one_that_is_gone_for_a_moment_is_not_told() -> None:
    assert looks(Reach.INTERNET, Reach.MACHINE, Reach.INTERNET, Reach.MACHINE) == [[], [], [], []]


def test_one_that_is_back_is_told_at_the_first_look() -> None:
    told = looks(Reach.INTERNET, Reach.MACHINE, Reach.MACHINE, Reach.INTERNET)
    assert told[2:] == [[NetworkChanged(Reach.MACHINE)], [NetworkChanged(Reach.INTERNET)]]


def test_one_that_is_not_there_from_the_start_is_told_so_and_then_for_each_step() -> None:
    told = looks(Reach.MACHINE, Reach.MACHINE, Reach.HOUSE, Reach.INTERNET)
    assert told == [
        [NetworkChanged(Reach.MACHINE, from_the_start=True)],
        [],
        [NetworkChanged(Reach.HOUSE)],
        [NetworkChanged(Reach.INTERNET)],
    ]


def test_a_clock_that_is_set_is_told_by_how_far_it_jumped() -> None:
    looking = Looking()
    assert looking.look(Reach.INTERNET, 10.0, 100.0) == []
    assert looking.look(Reach.INTERNET, 10.5, 100.5 + CLOCK_STEP_S / 2) == []  # slewed
    assert looking.look(Reach.INTERNET, 11.0, 86_501.0) == [ClockSet(86_501.0 - 11.0 - 91.0)]
    assert looking.look(Reach.INTERNET, 11.5, 86_501.5) == []


def test_the_kernel_is_asked_for_routes_and_for_the_carrier(tmp_path: Path) -> None:
    net, interfaces = tmp_path / "net", tmp_path / "interfaces"
    (interfaces / "wlan0").mkdir(parents=True)
    net.mkdir()
    kernel = Kernel(net, interfaces)
    assert kernel.reach() is Reach.INTERNET  # it does not tell
    (net / "route").write_text(HEADER + DEFAULT)
    assert kernel.reach() is Reach.INTERNET
    carrier = interfaces / "wlan0" / "carrier"
    carrier.write_text("0\n")
    assert kernel.reach() is Reach.MACHINE
    carrier.write_text("1\n")
    assert kernel.reach() is Reach.INTERNET


def test_this_machine_can_be_asked() -> None:
    assert Kernel().reach() in Reach


def test_the_thread_posts_what_it_sees_and_ends_at_once() -> None:
    seen: queue.SimpleQueue[object] = queue.SimpleQueue()
    watch = NetworkWatch(seen.put, seen.put, lambda: Reach.MACHINE)
    watch.start()
    assert seen.get(timeout=PATIENCE_S) == NetworkChanged(Reach.MACHINE, from_the_start=True)
    assert watch.stop()
    assert seen.empty()
