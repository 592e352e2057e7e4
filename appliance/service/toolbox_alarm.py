"""Timers that end are heard: whoever answers, and whether anybody does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from appliance.conversation.vocabulary import Pcm, Ring, StopRing
from appliance.service.record import Record
from appliance.service.state import StateDirectory
from appliance.skills.bell import Bell
from appliance.skills.builtin import Clock
from appliance.skills.timers import KEPT, KeptTimer, Timers

STATE_FILE = "timers.json"
# By so much the clock on the wall may drift from the stream's; more and somebody has set it.
_SET_S = 1.0


@dataclass(frozen=True, slots=True)
class AlarmRoom:
    """Where an alarm rings. `post` reaches the conductor."""

    post: Callable[[Ring | StopRing], None]
    sounds: Callable[[], bool]  # whether an alarm has the loudspeaker
    free: Callable[[], bool]  # whether nothing sounds, and nobody speaks with the appliance
    silences: Callable[[], int]  # how often somebody wished for silence so far
    tone: Callable[[int], Pcm]  # what the stroke of this number sounds like


class TimerAlarm:
    """Rings for the `timers` that end, and keeps them across restarts as long as they run or ring. Belongs to
    the event loop."""

    def __init__(
        self,
        timers: Timers,
        clock: Clock,
        state: StateDirectory | None,
        record: Record,
        room: AlarmRoom,
    ) -> None:
        """Without `state` a restart forgets the timers."""
        self._timers = timers
        self._clock = clock
        self._state = state
        self._record = record
        self._room = room
        self._bell = Bell()
        self._silences = 0  # as of the last look
        self._kept_began_s = 0.0  # by the clock on the wall, when the stream began; as it was last kept

    @property
    def rings(self) -> bool:
        """Whether it can be heard, or listens until it rings again."""
        return self._bell.rings or self._room.sounds()

    def silence(self) -> None:
        """Stop ringing; whatever else goes on, goes on."""
        self._fall_silent()
        self._room.post(StopRing())

    def look(self) -> None:
        """To be called several times a second."""
        now_s, next_due_s = self._clock.now_s(), self._timers.next_due_s
        if (silences := self._room.silences()) != self._silences:
            self._silences = silences
            self._fall_silent()
        any_kept = next_due_s is not None or self._timers.ring
        if any_kept and abs(self._began_s() - self._kept_began_s) > _SET_S:
            self.keep()  # by the old time, a restart would take them for over
        if next_due_s is not None and next_due_s <= now_s:
            for timer in self._timers.take_due(now_s):
                self._record.write("timer", number=timer.number, state="ended")
            self.keep()
            self._ring(self._bell.strike(now_s))
        else:
            self._ring(self._bell.look(now_s, sounds=self._room.sounds(), free=self._room.free()))
            if self._timers.ring and not self.rings:
                self._fall_silent()

    def restore(self) -> Sequence[KeptTimer]:
        """Go on with what an earlier run has left; returns what ended too long ago to ring. Blocks."""
        kept = None if self._state is None else self._state.read(STATE_FILE)
        if kept is None or self._state is None:
            return ()
        try:
            timers = KEPT.validate_python(kept)
        except ValueError as invalid:
            self._state.put_aside(STATE_FILE, str(invalid).splitlines()[0])
            return ()
        missed = self._timers.restore(timers, self._clock.now_s(), self._clock.local().timestamp())
        for _ in missed:
            self._record.write("timer", number=None, state="missed")
        self.keep()
        return missed

    def keep(self) -> None:
        """To be called after every change of the timers."""
        self._kept_began_s = self._began_s()
        if self._state is not None:
            kept = self._timers.kept(self._clock.now_s(), self._clock.local().timestamp())
            self._state.save(STATE_FILE, kept)

    def _began_s(self) -> float:
        return self._clock.local().timestamp() - self._clock.now_s()

    def _fall_silent(self) -> None:
        """A restart need not ring any more."""
        self._bell.silence()
        if self._timers.ring:
            self._timers.forget_ringing()
            self.keep()

    def _ring(self, stroke: int | None) -> None:
        if stroke is not None:
            self._room.post(Ring(self._room.tone(stroke)))
