"""What is wished by hand, by command or by an alarm: which happening it is."""

from collections.abc import Callable

from appliance.conversation import vocabulary as v
from appliance.conversation.announcements import Ruling, Sound
from appliance.conversation.machine import Happening
from appliance.service.record import Record
from appliance.service.rooms import Rooms
from appliance.service.senses import Senses
from appliance.service.subject import Subject


class Wishes:
    """Takes each wish, and has happen what it comes to."""

    def __init__(
        self,
        rooms: Rooms,
        subject: Subject,
        senses: Senses,
        record: Record,
        happen: Callable[[Happening], None],
    ) -> None:
        self._rooms = rooms
        self._subject = subject
        self._senses = senses
        self._record = record
        self._happen = happen

    def take(self, wish: v.Wish) -> None:
        """Somebody, or an alarm, wishes this."""
        match wish:
            case v.MuteWanted(muted=muted):
                self._mute(muted)
            case v.Pressed(at=at):
                self._record.write("button", down=True)
                self._subject.hand_at = at
                self._press()
            case v.Released(at=at, held=held):
                self._record.write("button", down=False)
                self._subject.hand_at = at
                self._happen(Happening.RELEASED if held else Happening.TAPPED)
            case v.CommitWanted(at=at):
                self._subject.hand_at = at
                self._happen(Happening.COMMIT_WANTED)
            case v.StopWanted():
                self._happen(Happening.STOP_WANTED)
            case v.Asked():
                self._subject.question = wish
                self._happen(Happening.ASKED)
            case v.Ring(pcm=pcm):
                over_answer = self._rooms.loudspeaker.plays_answer(self._rooms.answers.current)
                ruling = self._rooms.loudspeaker.announce(Sound.RING, pcm)
                if over_answer and ruling is Ruling.PREEMPT:
                    self._happen(Happening.RING)
            case v.StopRing():
                if self._rooms.loudspeaker.stop_ring():
                    self._happen(Happening.ANSWER_STARTED)

    def _press(self) -> None:
        """Who cannot be heard is told so, and has silence for it."""
        if not self._senses.muted and not self._senses.deaf:
            self._happen(Happening.PRESSED)
            return
        self._happen(Happening.STOP_WANTED)
        if self._senses.muted:
            self._rooms.announcer.announce_mute(True)
        else:
            self._rooms.announcer.announce_deaf()

    def _mute(self, muted: bool) -> None:
        if muted is self._senses.muted:
            return
        self._rooms.set_muted(muted)
        self._rooms.turns.cut()
        self._senses.mute(muted)
        if muted:
            self._happen(Happening.MUTED)
        self._rooms.announcer.announce_mute(muted)
