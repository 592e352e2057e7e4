"""The network and the clock are watched, and only what is news is told."""

import queue
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

from appliance.conversation.vocabulary import ClockSet, NetworkChanged, Reach
from appliance.service.network.network_watch import (
    CLOCK_STEP_S,
    LAPSES,
    LAPSES_WITHIN_S,
    LOOK_AGAIN_S,
    LOOK_EVERY_S,
    STEADY_S,
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


class TestOneThatComesAndGoes:
    """Looked at as the thread does it: at once again where it was gone."""

    @staticmethod
    def told(until_s: float, reach: Callable[[int, float], Reach]) -> list[tuple[float, Reach]]:
        """What is told, and when; `reach(number, now_s)` is what each look finds."""
        looking, now_s, number, told = Looking(), 0.0, 0, []
        while now_s < until_s:
            for event in looking.look(reach(number, now_s), now_s, now_s):
                assert isinstance(event, NetworkChanged)
                told.append((now_s, event.reach))
            now_s += looking.next_look_s
            number += 1
        return told

    def test_at_every_look_it_is_told_as_gone_within_bounds_and_then_no_more(self) -> None:
        told = self.told(60.0, lambda number, now_s: Reach.MACHINE if number % 2 else Reach.INTERNET)
        assert [reach for _, reach in told] == [Reach.MACHINE]
        assert told[0][0] < LAPSES_WITHIN_S

    def test_it_is_back_once_it_is_steady(self) -> None:
        def reach(number: int, now_s: float) -> Reach:
            return Reach.MACHINE if number % 2 and now_s < 10.0 else Reach.INTERNET

        told = self.told(60.0, reach)
        assert [reach for _, reach in told] == [Reach.MACHINE, Reach.INTERNET]
        assert 10.0 + STEADY_S - 1.0 < told[1][0] < 10.0 + STEADY_S + 2 * LOOK_EVERY_S

    def test_whatever_the_rhythm_nobody_is_told_all_the_time(self) -> None:
        for gone in range(1, 6):
            for there in range(1, 6):
                rhythm = cycle([Reach.MACHINE] * gone + [Reach.INTERNET] * there)
                told = self.told(60.0, lambda number, now_s: next(rhythm))  # noqa: B023  called at once
                assert told
                assert len(told) <= 60.0 / LAPSES_WITHIN_S * LAPSES * 2

    def test_one_that_is_away_for_a_moment_now_and_then_is_not(self) -> None:
        rhythm = [*[Reach.INTERNET] * 11, Reach.HOUSE]
        assert self.told(60.0, lambda number, now_s: rhythm[number % len(rhythm)]) == []


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
