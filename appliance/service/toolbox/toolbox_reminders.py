"""Timers and alarms of a running appliance: they ring, and a restart costs none of them."""

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, Literal

from pydantic import TypeAdapter, ValidationError

from appliance.service.memory.store import Row, Store
from appliance.service.record import Record
from appliance.service.toolbox.toolbox_bell import RoomBell
from appliance.skills.alarm import ALARMS, MISSED, Alarm, Missed
from appliance.skills.alarms import Alarms, Due
from appliance.skills.missed import Untold
from appliance.skills.outcome import ToolError
from appliance.skills.reminders import Clock
from appliance.skills.timers import KEPT, Timers

# By so much the clock on the wall may drift from the stream's; more and somebody has set it.
_SET_S: Final = 1.0
# However far away the next alarm is, it is looked at so often: the zone of the machine may have changed.
_LOOK_AGAIN_S: Final = 60.0


class Reminders:
    """The `Reminders` of the tools, kept in `store` as long as they run or ring. Belongs to the event
    loop."""

    def __init__(self, clock: Clock, store: Store | None, record: Record, bell: RoomBell) -> None:
        """Without `store` a restart forgets them."""
        self.timers = Timers()
        self.alarms = Alarms()
        self._untold = Untold()
        self._clock = clock
        self._store = store
        self._record = record
        self._bell = bell
        self._began_unix_s = 0.0  # when the stream began, by the clock on the wall as of the last look
        self._unsure: Collection[int] = ()  # timers of before a restart, by a clock that was not set yet
        self._look_at_unix_s = -math.inf  # before that no alarm is due

    # ------------------------------------------------------------------ what tools do

    @property
    def rings(self) -> bool:
        """Whether the bell can be heard, or listens until it rings again."""
        return self._bell.rings

    def silence(self) -> None:
        """What rings is over."""
        self._bell.silence()
        self._settle()

    def snooze(self, minutes: float) -> Sequence[str]:
        """See `skills.reminders.Reminders`."""
        timers, now_s = self.timers.ringing, self._clock.now_s()
        if not self._bell.rings or not (timers or self.alarms.ringing):
            raise ToolError("nothing rings")
        again = [self.timers.start(minutes * 60, timer.name, now_s) for timer in timers]
        self.timers.forget_ringing()
        alarms = self.alarms.snooze(minutes, self._clock.local())
        for alarm in alarms:
            self._record.write("alarm", number=alarm.number, state="snoozed")
        self._bell.silence()
        self.changed()
        return [alarm.words for alarm in alarms] + [timer.words for timer in again]

    def changed(self) -> None:
        """See `skills.reminders.Reminders`."""
        self._look_at_unix_s = -math.inf
        self.keep()

    def alarm_was(self, done: Literal["set", "cancelled"], alarm: Alarm) -> None:
        """See `skills.reminders.Reminders`."""
        self._record.write("alarm", number=alarm.number, state=done)
        if self._bell.rings and not (self.timers.ringing or self.alarms.ringing):
            self._bell.silence()  # it rang for the one that is cancelled
        self.changed()

    # ------------------------------------------------------------------ what time does

    def look(self) -> None:
        """To be called several times a second: what is due rings."""
        now_s = self._clock.now_s()
        if self._bell.was_silenced():
            self._settle()
        self._look_at_the_clock(now_s)
        if self._anything_begins_to_ring(now_s):
            self.keep()
            self._bell.strike(now_s)
        else:
            self._bell.look(now_s)
            if (self.timers.ringing or self.alarms.ringing) and not self._bell.rings:
                self._settle()

    def _look_at_the_clock(self, now_s: float) -> None:
        """Somebody may have set it. A machine without a battery clock was off for as long as it is set by."""
        step_s = self._began_s() - self._began_unix_s
        if abs(step_s) > _SET_S:
            self._began_unix_s += step_s
            self._look_at_unix_s = -math.inf
            for timer in self.timers.hasten(self._unsure, max(step_s, 0.0), now_s):
                self._record.write("timer", number=timer.number, state="missed")
                self._untold.add([Missed(timer.words, self._began_unix_s + timer.due_s)])
            if self.timers.pending or self.timers.ringing or self._unsure:
                self.keep()  # by the old time, a restart would take them for over
            self._unsure = ()
        elif self._unsure and self._clock.is_set:
            self._unsure = ()

    def missed_by_now(self, *, met: bool) -> str:
        """A sentence for what was missed, when it is time to tell it; empty otherwise. Once it is over `told`
        has to be called; before that there is no other one."""
        return self._untold.sentence(self._clock.local(), met=met)

    def told(self, heard: bool) -> None:
        """What was missed was told; where it was `heard`, a restart need not tell it any more."""
        self._untold.told(heard=heard)
        self.keep()

    def _anything_begins_to_ring(self, now_s: float) -> bool:
        timers, due = self.timers.take_due(now_s), self._alarms_due()
        for timer in timers:
            if not timer.rang:
                self._record.write("timer", number=timer.number, state="ended")
        for alarm in due.rings:
            self._record.write("alarm", number=alarm.number, state="rings")
        for alarm, _ in due.missed:
            self._record.write("alarm", number=alarm.number, state="missed")
        self._untold.add([missed for _, missed in due.missed])
        if due.changed:
            self.keep()
        return bool(timers or due.rings or due.rings_on)

    def _alarms_due(self) -> Due:
        """Nobody is woken by a clock that nobody has set."""
        now = self._clock.local()
        now_unix_s = now.timestamp()
        if now_unix_s < self._look_at_unix_s or not self._clock.is_set:
            return Due()
        due = self.alarms.take_due(now)
        following = self.alarms.next_unix_s(now)
        again_s = now_unix_s + _LOOK_AGAIN_S
        self._look_at_unix_s = again_s if following is None else min(following, again_s)
        return due

    def _settle(self) -> None:
        """Somebody has heard what rings, or nobody came: a restart need not ring any more."""
        if self.timers.ringing or self.alarms.ringing:
            self.timers.forget_ringing()
            self.alarms.settle(self._clock.local())
            self.changed()

    # ------------------------------------------------------------------ what a restart finds

    def restore(self, kept: Mapping[str, Sequence[Row]]) -> Sequence[str]:
        """Go on with what an earlier run has left; a sentence for each row that makes no sense."""
        timers, bad_timers = _understood("timers", KEPT, kept)
        alarms, bad_alarms = _understood("alarms", ALARMS, kept)
        missed, bad_missed = _understood("missed", MISSED, kept)
        now = self._clock.local()
        ended = self.timers.restore(timers, self._clock.now_s(), now.timestamp())
        for _ in ended:
            self._record.write("timer", number=None, state="missed")
        self._began_unix_s = self._began_s()
        self._unsure = [timer.number for timer in self.timers.pending]
        self.alarms.restore(alarms)
        self._untold.add([*missed, *(Missed(timer.words, timer.due_unix_s) for timer in ended)])
        self.changed()
        return [*bad_timers, *bad_alarms, *bad_missed]

    def keep(self) -> None:
        """Let a restart find what there is."""
        if self._store is not None:
            timers = self.timers.kept(self._clock.now_s(), self._clock.local().timestamp())
            missed: list[Row] = [
                {"words": one.words, "due_unix_s": one.due_unix_s} for one in self._untold.missed
            ]
            self._store.save({"timers": timers, "alarms": self.alarms.rows(), "missed": missed})

    def _began_s(self) -> float:
        return self._clock.local().timestamp() - self._clock.now_s()


def _understood(
    table: str, shape: TypeAdapter[Any], kept: Mapping[str, Sequence[Row]]
) -> tuple[list[Any], list[str]]:
    """What was kept there, and a sentence for each row that makes no sense: it costs no other one."""
    understood: list[Any] = []
    sentences: list[str] = []
    for row in kept.get(table, ()):
        try:
            understood += shape.validate_python([row])
        except ValidationError as invalid:
            where = ".".join(map(str, invalid.errors(include_url=False, include_input=False)[0]["loc"][1:]))
            sentences.append(f"one of the {table} of before makes no sense ({where}): it is left out")
    return understood, sentences
