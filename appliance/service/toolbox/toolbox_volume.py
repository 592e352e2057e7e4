"""The loudspeaker's volume, for all who may turn it."""

from collections.abc import Callable, Mapping, Sequence

from appliance.service.memory.store import Row, Store
from appliance.skills.bell import LEAST_PERCENT


class VolumeKnob:
    """One knob for the control socket and the model. It stands where it stood before a restart, and at 100
    before anybody turned it.

    While an alarm rings it sounds at `LEAST_PERCENT` at least, wherever the knob stands: who turned it down
    for the evening wants to be woken all the same. Who turns it while it rings is there, and is obeyed.
    What else sounds may have a limit for a while, which an alarm has not.
    """

    def __init__(self, turn: Callable[[int], None], store: Store | None = None) -> None:
        """`turn(percent)` makes it so; without `store` a restart forgets it."""
        self._turn = turn
        self._store = store
        self._percent = 100
        self._limit = 100
        self._rings = False

    @property
    def percent(self) -> int:
        """Where it stands, 0…100."""
        return self._percent

    def ring(self, rings: bool) -> None:
        """An alarm goes on ringing, or none does; to be called as often as one likes."""
        before, self._rings = self._rings, rings
        if rings != before and (self._percent < LEAST_PERCENT or self._percent > self._limit):
            self._turn(max(self._percent, LEAST_PERCENT) if rings else self._loudness)

    def limit(self, percent: int | None) -> None:
        """From here on nothing but an alarm is louder than this; None: as loud as the knob stands."""
        self._limit = 100 if percent is None else percent
        if not self._rings:
            self._turn(self._loudness)

    @property
    def _loudness(self) -> int:
        return min(self._percent, self._limit)

    def set(self, percent: int) -> None:
        """Make everything that sounds so loud. ValueError outside 0…100, and nothing changes."""
        self._turn(percent if self._rings else min(percent, self._limit))
        if percent != self._percent and self._store is not None:
            self._store.save({"volume": [{"percent": percent}]})
        self._percent = percent

    def restore(self, kept: Mapping[str, Sequence[Row]]) -> None:
        """Stand where an earlier run has left it."""
        match kept.get("volume"):
            case [{"percent": int(percent)}] if 0 <= percent <= 100:
                self._percent = percent
                self._turn(self._loudness)
