"""What a conversation finds of earlier ones, and leaves to later ones."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from appliance.conversation.history import History
from appliance.service.ends import Ends
from appliance.service.memory.long_memory import LongMemory
from appliance.service.memory.state import StateDirectory
from appliance.service.memory.store import Row, Store
from appliance.service.toolbox.timers_of_before import timers_of_before
from appliance.service.toolbox.toolbox_volume import VolumeKnob
from appliance.settings import Settings

# Half a second is much for a card that works; one that does not must not keep the appliance deaf.
LOAD_TIMEOUT_S: Final = 2.0


class Keepsakes:
    """The store, and what is kept in it by nobody else. Belongs to the event loop."""

    def __init__(
        self,
        state: StateDirectory | None,
        memory_hours: float,
        history: History,
        turn: Callable[[int], None],
        now_unix_s: Callable[[], float],
        tell_owner: Callable[[str], None],
    ) -> None:
        """`turn(percent)` makes the loudspeaker so loud; without `state` the end forgets everything."""
        self.store = None if state is None else Store(state, lambda: timers_of_before(state))
        self.volume = VolumeKnob(turn, self.store)
        self.memory = LongMemory(memory_hours, self.store, history, now_unix_s)
        self._tell_owner = tell_owner

    async def find(self) -> Mapping[str, Sequence[Row]]:
        """Go on from what was left, and return it. A card that does not deliver it in time is not written to,
        either."""
        kept: Mapping[str, Sequence[Row]] = {}
        if self.store is not None:
            try:
                kept = await asyncio.wait_for(asyncio.wrap_future(self.store.load()), LOAD_TIMEOUT_S)
            except TimeoutError:
                self._tell_owner("the card is too slow, so timers, alarms and the volume are not known")
                await asyncio.to_thread(self.store.close)
        self.volume.restore(kept)
        self.memory.restore(kept)
        return kept

    def save(self, tables: Mapping[str, Sequence[Row]]) -> None:
        """Let these tables have these rows; without a store the end forgets them."""
        if self.store is not None:
            self.store.save(tables)

    async def leave(self) -> None:
        """Write what is not written yet, within `FLUSH_TIMEOUT_S`."""
        self.memory.close()
        if self.store is not None:
            await asyncio.to_thread(self.store.close)


def open_keepsakes(
    settings: Settings, ends: Ends, history: History, state: StateDirectory | None
) -> Keepsakes:
    """As the settings want them, with the loudspeaker and the clock of the `ends`."""
    return Keepsakes(
        state,
        settings.conversation.memory_hours,
        history,
        ends.mouth.set_volume,
        lambda: ends.local_time().timestamp(),
        ends.tell_owner,
    )
