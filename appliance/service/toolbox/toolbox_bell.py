"""The bell in its room: it sounds through the loudspeaker, and somebody may silence it."""

from collections.abc import Callable
from dataclasses import dataclass

from appliance.conversation.vocabulary import Pcm, Ring, StopRing
from appliance.skills.bell import Bell


@dataclass(frozen=True, slots=True)
class RingRoom:
    """Where it rings. `post` reaches the conductor."""

    post: Callable[[Ring | StopRing], None]
    sounds: Callable[[], bool]  # whether a ring has the loudspeaker
    free: Callable[[], bool]  # whether nothing sounds, and nobody speaks with the appliance
    silences: Callable[[], int]  # how often somebody wished for silence so far
    tone: Callable[[int], Pcm]  # what the stroke of this number sounds like


class RoomBell:
    """One bell for all timers and alarms. Belongs to the event loop."""

    def __init__(self, room: RingRoom) -> None:
        self._room = room
        self._bell = Bell()
        self._silences = 0  # as of the last look

    @property
    def rings(self) -> bool:
        """Whether it can be heard, or listens until it rings again."""
        return self._bell.rings or self._room.sounds()

    def strike(self, now_s: float) -> None:
        """Something is due."""
        self._ring(self._bell.strike(now_s))

    def was_silenced(self) -> bool:
        """Whether somebody has wished for silence since the last time; then it does not ring any more."""
        silences, self._silences = self._silences, self._room.silences()
        if silences == self._silences:
            return False
        self._bell.silence()
        return True

    def look(self, now_s: float) -> None:
        """To be called several times a second: the next stroke."""
        self._ring(self._bell.look(now_s, sounds=self._room.sounds(), free=self._room.free()))

    def silence(self) -> None:
        """Stop ringing; whatever else goes on, goes on."""
        self._bell.silence()
        self._room.post(StopRing())

    def _ring(self, stroke: int | None) -> None:
        if stroke is not None:
            self._room.post(Ring(self._room.tone(stroke)))
