"""One session after the other: who is opened next, and when one is left although nothing is wrong with it."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from appliance.providers.asking import Asking
from appliance.providers.held_session import Closings, HeldSession
from appliance.providers.opening import Opening
from appliance.providers.probe import Probes
from appliance.providers.standby import Standby
from appliance.providers.standing import Standing

# A peer that says of every session that it ends soon gets no more than two a minute; vendors give theirs
# ten minutes or more.
RENEWAL_PAUSE_S = 30.0
# How often it is looked whether somebody may be tried after all; nobody notices a second.
LOOK_S = 1.0
# A timer may fire by the clock's resolution too early; what is left is waited for once and not in circles.
SHORTEST_WAIT_S = 0.001


class Succession:
    """Keeps a session in use, until `close`. Belongs to the event loop's thread."""

    def __init__(
        self,
        asking: Asking,
        standing: Standing,
        opening: Opening,
        standby: Standby,
        probes: Probes,
        closings: Closings,
        now_s: Callable[[], float],
        resting: Callable[[], bool],
    ) -> None:
        """`resting` tells that no answer is being played."""
        self._asking = asking
        self._standing = standing
        self._opening = opening
        self._standby = standby
        self._probes = probes
        self._closings = closings
        self._now_s = now_s
        self._resting = resting
        self._last_word_s = 0.0
        self._renewed_s = -RENEWAL_PAUSE_S
        self._closing = asyncio.Event()

    def word(self) -> None:
        """Something was said, on either side."""
        self._last_word_s = self._now_s()

    def close(self) -> None:
        """`run` ends."""
        self._closing.set()
        if self._asking.held is not None:
            self._asking.held.leave()

    def look_again(self) -> None:
        """Somebody else may be tried by now than was thought, or nobody may."""
        held = self._asking.held
        self._probes.stop()
        if held is not None:
            held.tenure.probe_after(self._standing.failback_after_s(held.index), self._now_s())
            held.look()

    async def run(self) -> None:
        """Keep one session in use until `close`; ends only then."""
        try:
            while not self._closing.is_set():
                if self._asking.held is None:
                    await self._open_one()
                else:  # opened just now, or who stood by
                    await self._stay_with(self._asking.held)
        finally:
            self._probes.stop()
            self._standby.let_go()
            if self._asking.held is not None:
                self._leave(self._asking.held)
            await self._closings.all()

    async def _open_one(self) -> None:
        """Open a session with who is next, unless that must wait; the last one with it is closed first."""
        index, pause_s = self._asking.choose()
        if pause_s > 0:
            self._asking.say_nobody_answers(pause_s)
            await self._wait_for_somebody()
            return
        self._probes.stop()
        await self._closings.of(index)
        if self._closing.is_set() or self._asking.held is not None or self._asking.choose()[0] != index:
            return
        self._asking.again = None
        self._asking.held = held = self._opening.make(index)
        self._opening.start(held)
        self._standby.look()

    async def _stay_with(self, held: HeldSession) -> None:
        """Until its session is lost or left."""
        self._probes.stop()
        held.tenure.probe_after(self._standing.failback_after_s(held.index), self._now_s())
        try:
            await held.watch(self._now_s, self._is_time_to_change)
            if held.over:
                await held.end()
        finally:
            self._leave(held)

    def _leave(self, held: HeldSession) -> None:
        self._asking.drop(held)
        self._closings.begin(held)

    def _is_time_to_change(self, held: HeldSession) -> bool:
        """Whether the session is left for a younger or a better one: never in mid-turn or mid-answer."""
        now_s = self._now_s()
        if held.tenure.probe_is_due(now_s) and self._standby.held is None:
            self._probes.start(held, self._opening.config)
        if self._asking.turn.owed or not self._resting():
            self._last_word_s = now_s
            return False
        if held.tenure.renewal_is_due(now_s) and now_s >= self._renewed_s + RENEWAL_PAUSE_S:
            self._asking.again, self._renewed_s = held.index, now_s
            return True
        return held.tenure.failback_is_due(now_s, self._last_word_s)

    async def _wait_for_somebody(self) -> None:
        """Until somebody may be tried, or it closes: also who might be sooner than was thought, since a limit
        is gone or somebody else is wanted."""
        while not self._closing.is_set() and (pause_s := self._asking.choose()[1]) > 0:
            await self._closes_within(min(pause_s, LOOK_S))

    async def _closes_within(self, pause_s: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), max(pause_s, SHORTEST_WAIT_S))
