"""Why the daemon ends, and that it does so in time, whatever hangs."""

import asyncio
import os
from enum import IntEnum

from appliance.errors import ApplianceError
from appliance.service.notify import Notifier

# From the signal to the end of the process; 2 s are promised.
WISHED_S = 1.8
# Everything that is closed has deadlines, which come to 2 s. What broke may hang in closing as well.
CLOSE_S = 4.0


class Why(IntEnum):
    """Of several reasons the greatest counts."""

    REPLACED = 1  # the settings are to be others, for a program that takes our place
    WISHED = 2
    BROKEN = 3


class Ending:
    """Belongs to the event loop; `begun` is set with the first reason."""

    def __init__(self, notifier: Notifier) -> None:
        self._notifier = notifier
        self._loop = asyncio.get_running_loop()
        self.begun = asyncio.Event()
        self.why: Why | None = None
        self.failure: Exception | None = None  # the first of those that it cannot go on after

    def wish(self) -> None:
        """Somebody wants it to end."""
        self._notifier.stopping()
        self._begin(Why.WISHED, WISHED_S, 0)

    def replace(self) -> None:
        """It is to become another program."""
        self._begin(Why.REPLACED, CLOSE_S, ApplianceError.exit_code)

    def break_down(self, failure: Exception) -> None:
        """It cannot go on after this."""
        self.failure = self.failure or failure
        self._begin(Why.BROKEN, CLOSE_S, ApplianceError.exit_code)

    def _begin(self, why: Why, within_s: float, exit_code: int) -> None:
        self.why = max(why, self.why or why)
        self.begun.set()
        self._loop.call_later(within_s, os._exit, exit_code)
