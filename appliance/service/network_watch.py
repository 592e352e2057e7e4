"""Looks at the network and the clock, for nobody tells a program that its router is back."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from appliance.audio.threads import EventfulThread
from appliance.conversation.vocabulary import ClockSet, NetworkChanged, Reach
from appliance.providers.routes import reach_of
from appliance.service.network_news import NetworkEvent

# A look costs 0.2 ms of a PC. A network that is back is told at the first one.
LOOK_EVERY_S: Final = 0.3
# One that is gone is looked at again so soon, and is told when it still is: a Wi-Fi that changes its access
# point is away for less. With the second in which the event log sorts that is 1.5 s, of 2 that are promised.
LOOK_AGAIN_S: Final = 0.2
# Time servers slew what is less; what is more is a clock that was set, by a server or by hand.
CLOCK_STEP_S: Final = 2.0
STOP_TIMEOUT_S: Final = 0.5


class Kernel:
    """What the kernel tells of the network."""

    def __init__(self, net: Path = Path("/proc/self/net"), interfaces: Path = Path("/sys/class/net")) -> None:
        """Tests have trees of their own."""
        self._net = net
        self._interfaces = interfaces

    def reach(self) -> Reach:
        """How far the network goes at this moment. Without those tables (another kernel): everywhere."""
        ipv4, ipv6 = self._table("route"), self._table("ipv6_route")
        if ipv4 is None and ipv6 is None:
            return Reach.INTERNET
        return reach_of(ipv4 or "", ipv6 or "", self._has_carrier)

    def _table(self, name: str) -> str | None:
        try:
            return (self._net / name).read_text()
        except OSError:
            return None

    def _has_carrier(self, interface: str) -> bool:
        """Its cable is plugged in. Who does not tell has a carrier, and who was switched off has none."""
        try:
            return (self._interfaces / interface / "carrier").read_text().strip() != "0"
        except FileNotFoundError:
            return True
        except OSError:
            return False


class Looking:
    """What of two looks is news. Instants are arguments."""

    def __init__(self) -> None:
        self._told = Reach.INTERNET  # what everybody takes for granted
        self._less: Reach | None = None  # as the last look had it, where that was less than what was told
        self._first = True
        self._offset_s: float | None = None

    @property
    def next_look_s(self) -> float:
        """How long until the next look."""
        return LOOK_EVERY_S if self._less is None else LOOK_AGAIN_S

    def look(self, reach: Reach, since_boot_s: float, wall_s: float) -> list[NetworkEvent]:
        """What has happened since the last look."""
        news: list[NetworkEvent] = []
        offset_s = wall_s - since_boot_s
        if self._offset_s is not None and abs(offset_s - self._offset_s) >= CLOCK_STEP_S:
            news.append(ClockSet(offset_s - self._offset_s))
        self._offset_s = offset_s
        gone, first = reach < self._told, self._first
        self._first = False
        if reach > self._told or (gone and (first or self._less is not None)):
            self._told = reach
            news.append(NetworkChanged(reach, from_the_start=first))
            gone = False
        self._less = reach if gone else None
        return news


class NetworkWatch:
    """A thread that looks, and posts what it sees."""

    def __init__(
        self,
        post: Callable[[NetworkEvent], None],
        fatal: Callable[[Exception], None],
        reach: Callable[[], Reach] | None = None,
    ) -> None:
        """`post` and `fatal` (as for EventfulThread) are called in the thread; `reach` as `Kernel.reach`."""
        self._post = post
        self._reach = reach or Kernel().reach
        self._stopping = threading.Event()
        self._thread = EventfulThread("network", self._run, fatal)

    def start(self) -> None:
        """Begin to look; called once."""
        self._thread.start()

    def stop(self) -> bool:
        """End within STOP_TIMEOUT_S; whether the thread is gone."""
        self._stopping.set()
        return self._thread.join(STOP_TIMEOUT_S)

    def _run(self) -> None:
        looking = Looking()
        while True:
            since_boot_s = time.clock_gettime(time.CLOCK_BOOTTIME)  # it goes on while the machine sleeps
            for event in looking.look(self._reach(), since_boot_s, time.time()):
                self._post(event)
            if self._stopping.wait(looking.next_look_s):
                return
