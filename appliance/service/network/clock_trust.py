"""Whether the time on the wall can be trusted: a Raspberry Pi without a battery wakes up in the past."""

import asyncio
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from appliance.providers.causes import clock_is_set

# Until then nobody is woken; a person who waits for the time has it soon enough.
LOOK_EVERY_S: Final = 5.0
# A clock with a battery is right to the minute for months; one without begins in 1970.
MAX_APART_S: Final = 120.0


class ClockTrust:
    """Not trusted until a time server or somebody else has set the clock, or the battery clock of the machine
    has; trusted where nobody can tell. Once it is, it is for ever. Belongs to the event loop."""

    def __init__(
        self,
        synchronized: Callable[[], bool | None] = clock_is_set,
        battery_clocks: Path = Path("/sys/class/rtc"),
        now_unix_s: Callable[[], float] = time.time,
    ) -> None:
        """`synchronized()` is what the time service says, None where there is none."""
        self._synchronized = synchronized
        self._battery_clocks = battery_clocks
        self._now_unix_s = now_unix_s
        self.is_set = False

    async def watch(self) -> None:
        """Look again and again, until it is set."""
        while not self.is_set:
            if await asyncio.to_thread(self.look):
                self.is_set = True
                return
            await asyncio.sleep(LOOK_EVERY_S)

    def take(self, event: Mapping[str, object]) -> None:
        """An event of the log: who sets a clock knows better."""
        if event.get("event") == "clock_set":
            self.is_set = True

    def look(self) -> bool:
        """Whether it can be trusted by now. Blocks: a battery clock is read over a slow bus."""
        return self._synchronized() is not False or any(map(self._agrees, self._battery_clocks.glob("rtc*")))

    def _agrees(self, battery_clock: Path) -> bool:
        """The kernel took the time from it, and it still is the same."""
        try:
            given = (battery_clock / "hctosys").read_text().strip() == "1"
            its_unix_s = float((battery_clock / "since_epoch").read_text())
        except (OSError, ValueError):
            return False
        return given and abs(its_unix_s - self._now_unix_s()) <= MAX_APART_S
