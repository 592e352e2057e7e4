"""Looks at the network and the clock, for nobody tells a program that its router is back."""

import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final

from appliance.audio.threads import EventfulThread
from appliance.conversation.vocabulary import ClockSet, NetworkChanged, Reach
from appliance.providers.routes import reach_of
from appliance.service.network.network_news import NetworkEvent

# A look costs 0.2 ms of a PC. A network that is back is told at the first one.
LOOK_EVERY_S: Final = 0.3
# One that is gone is looked at again so soon, and is told when it still is: a Wi-Fi that changes its access
# point is away for less. With the second in which the event log sorts that is 1.5 s, of 2 that are promised.
LOOK_AGAIN_S: Final = 0.2
# One that comes and goes so often within so long carries no conversation, though it is never gone for two
# looks. A Wi-Fi that changes its access point is away once or twice.
LAPSES: Final = 4
LAPSES_WITHIN_S: Final = 5.0
# And it is back when it was there for so long: longer than the time between two of those.
STEADY_S: Final = 3.0
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
        self._lapses: deque[float] = deque(maxlen=LAPSES)  # since boot: when it was found to be less
        self._unstable = False
        self._lapsed_s = 0.0  # since boot: when it was last no more than what was told
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
        if self._is_news(reach, since_boot_s):
            news.append(NetworkChanged(reach, from_the_start=self._first))
            self._told, self._less = reach, None
        else:
            self._less = reach if reach < self._told else None
        self._first = False
        return news

    def _is_news(self, reach: Reach, now_s: float) -> bool:
        if reach > self._told:
            back = not self._unstable or now_s - self._lapsed_s >= STEADY_S
            self._unstable = self._unstable and not back
            return back
        self._lapsed_s = now_s
        if reach == self._told:
            return False
        if self._less is not None or self._first:
            return True
        self._lapses.append(now_s)
        if len(self._lapses) == LAPSES and now_s - self._lapses[0] <= LAPSES_WITHIN_S:
            self._unstable = True
        return self._unstable


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
