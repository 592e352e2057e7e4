"""The conductor: the single writer. Only it steps the machine and performs what the row says.

It belongs to the event loop's thread and never waits: every verb puts something into its
owner's bounded queue and returns.
"""

from collections import Counter, deque
from collections.abc import Callable

from appliance.audio.playout_events import (
    AnswerAudible,
    AnswerFed,
    AnswerHeard,
    AnswerStarved,
    AnswerYielded,
    ClipDone,
    PlayoutEvent,
)
from appliance.conversation import vocabulary as v
from appliance.conversation.deadlines import Deadline
from appliance.conversation.machine import Happening, Phase, State, step
from appliance.errors import FailureCategory
from appliance.service.chain_record import ChainRecord
from appliance.service.early_end import EarlyEnd
from appliance.service.happenings import OF_DEADLINE, OF_PLAYOUT, OF_SPEECH, Event, of_decision
from appliance.service.network.clock import StreamClock
from appliance.service.performer import Performer
from appliance.service.record import Record
from appliance.service.rooms import ConductorOptions, Rooms
from appliance.service.senses import Senses
from appliance.service.subject import Subject
from appliance.service.toolbox.calls import Calls
from appliance.service.waits import Waits
from appliance.service.wishes import Wishes


class Conductor:
    """Takes every event of every room, in order, and does what the table says."""

    def __init__(
        self,
        options: ConductorOptions,
        clock: StreamClock,
        record: Record,
        rooms: Rooms,
        wake_at: Callable[[float], None],
        near_ms: Callable[[int], float],
    ) -> None:
        """`wake_at(t_ms)` is asked to have `tick` called when the stream has reached `t_ms`; `near_ms`
        gives the stream time of a 16 kHz sample."""
        self._attention = rooms.attention
        self._clock = clock
        self._record = record
        self._rooms = rooms
        self._answers = rooms.answers
        self._subject = Subject()
        self._waits = Waits(options, rooms, clock, wake_at)
        self._early = EarlyEnd()
        self._performer = Performer(
            rooms, self._waits, self._early, self._subject, clock, record, near_ms, self.post
        )
        self._calls = Calls(rooms, self._subject, record, near_ms)
        self._inbox: deque[Event] = deque()
        self._state = State.IDLE
        self._senses = Senses(record)
        self._wishes = Wishes(rooms, self._subject, self._senses, record, self._happen)
        self._chain_record = ChainRecord(record)
        self._watcher: Callable[[], None] = _do_nothing
        self.ignored: Counter[tuple[State, Happening]] = Counter()

    @property
    def state(self) -> State:
        """Where the conversation stands."""
        return self._state

    @property
    def muted(self) -> bool:
        """Whether nothing is heard because somebody wished so."""
        return self._senses.muted

    @property
    def sounds(self) -> bool:
        """Whether something can be heard from the loudspeaker, or is about to be."""
        return self._rooms.loudspeaker.busy and self._senses.can_be_heard

    @property
    def settled(self) -> bool:
        """Nothing goes on: no turn, no answer, no announcement."""
        return self._state is State.IDLE and not self._rooms.loudspeaker.busy

    def awaits_provider(self) -> bool:
        """Whether a provider owes something that would be heard at once."""
        return self._answers.awaited and not self._early.waits

    def watch(self, watcher: Callable[[], None]) -> None:
        """From here on call `watcher` whenever something may have changed; of a phase that is not idle
        before anything of it is done, so that nobody is listened to before it is shown."""
        self._watcher = watcher

    def tick(self) -> None:
        """Let pass what is due by now."""
        for deadline in self._waits.passed():
            if deadline is Deadline.SURE:
                self._inbox += self._early.end()
                continue
            if deadline is Deadline.BREATH:
                self._rooms.mouth.resume()
                continue
            if deadline is Deadline.TOOL:
                self._rooms.tools.give_up()
                continue
            if deadline is Deadline.MOUTH:  # until it is back, no answer waits for longer than this
                self._waits.await_loudspeaker()
            self._happen(OF_DEADLINE[deadline])
        self._empty_inbox()
        self._waits.wake()

    def post(self, event: Event) -> None:
        """Handle `event`, and after it whatever it caused, in order."""
        self._inbox.append(event)
        if len(self._inbox) == 1:  # else it was caused by a verb: the loop further up the stack takes it
            self._empty_inbox()

    def _empty_inbox(self) -> None:
        try:
            while self._inbox:
                self._take(self._inbox[0])
                self._inbox.popleft()
            self._watcher()
        finally:
            self._inbox.clear()  # a fault must not leave an event that all later ones would wait behind

    # ------------------------------------------------------------------ what is said to it

    def _take(self, event: Event) -> None:
        match event:
            case _ if self._early.holds(event):
                if self._early.full:
                    self._inbox += self._early.end()
            case v.AnswerStarted() | v.AnswerAudio() | v.AnswerDone() | v.Failure() | v.ToolCall():
                if self._answers.is_current(event.answer):
                    self._take_answer(event)
            case v.UserTranscript():
                self._answers.transcript(event)
            case v.AnswerTranscript(answer=answer, written=written):
                self._answers.transcript(event)
                if written and self._answers.is_current(answer):
                    self._happen(Happening.ANSWER_WRITTEN)
            case v.Ready() | v.ClosingSoon() | v.AnswerGenerated() | v.UsageTold():
                pass
            case v.TurnEndHeard():
                self._happen(Happening.END_HEARD)
            case v.AnswerBrokeOff(answer=answer):
                if self._answers.is_current(answer):
                    self._answers.broke_off()
            case v.LinkChanged():
                self._record_link(event)
            case v.FailedOver():
                self._record_failover(event)
            case v.Hedged():
                self._chain_record.hedge(event, self._rooms.turns.current.number)
            case (
                AnswerAudible() | AnswerHeard() | AnswerStarved() | AnswerFed() | AnswerYielded() | ClipDone()
            ):
                self._take_playout(event)
            case v.WordsRead():
                self._rooms.floor.words_read(event)
                self._happen(Happening.WORDS_READ)
            case v.FloorDecided():
                self._happen(of_decision(event))
            case v.FollowUpOver():
                self._happen(Happening.FOLLOW_UP_OVER)
            case v.ToolDone():
                self._rooms.tools.done(event, self._answers.turn_of(event.call.answer))
                self._waits.go_on()
            case v.DeviceChanged():
                self._take_device(event)
            case v.WakeWordHeard():
                if not self._senses.muted and not self._performer.forgetting:  # else it was on its way here
                    self._happen(self._calls.take(event))
            case _ if isinstance(event, v.Wish):
                self._wishes.take(event)
            case _:
                self._take_speech(event)

    def _take_speech(self, event: v.SpeechEvent) -> None:
        if self._performer.forgetting:  # what was on its way here is about what is to be forgotten
            self._performer.forgetting -= isinstance(event, v.Forgotten)
            return
        subject = self._subject
        subject.heard_up_to = event.at
        match event:
            case v.HeardUpTo(at=at):
                self._rooms.turns.heard(at)
            case v.SpeechPossible(onset=onset) if self._is_decided(Happening.SPEECH_POSSIBLE):
                subject.onset = onset
                self._rooms.floor.begin(onset)
            case v.TurnEnded():
                subject.turn_ending = subject.turn_end = event
            case v.TurnTooShort(at=at, last_speech=last_speech, cause=cause, speech_ms=speech_ms):
                subject.turn_ending = event
                subject.turn_end = v.TurnEnded(at, last_speech, cause)
                subject.short_ms = speech_ms
            case v.TurnOverheard(at=at, last_speech=last_speech):
                subject.turn_ending = event
                subject.turn_end = v.TurnEnded(at, last_speech, v.TurnEnd.SILENCE)
        self._rooms.floor.hear(event)
        happening = OF_SPEECH.get(type(event))
        if happening is Happening.TURN_OVERHEARD and self._rooms.turns.current.asked:
            happening = Happening.TURN_TOO_SHORT  # what was asked before is not lost
        if happening is not None:
            self._happen(happening)

    def _take_playout(self, event: PlayoutEvent) -> None:
        match event:
            case ClipDone(clip=clip):
                if self._rooms.loudspeaker.clip_done(clip):
                    self._happen(Happening.ANSWER_STARTED)
            case AnswerStarved() if not self._answers.awaited:
                pass  # overtaken by the answer's end: nothing more will come, and nothing is missing
            case _ if not self._answers.is_current(event.answer):
                pass
            case AnswerAudible(position=position):
                self._answers.audible(position)
            case _:
                self._happen(OF_PLAYOUT[type(event)])

    def _take_answer(
        self, event: v.AnswerStarted | v.AnswerAudio | v.AnswerDone | v.Failure | v.ToolCall
    ) -> None:
        match event:
            case v.AnswerStarted():
                self._answers.started(event)
            case v.AnswerAudio():
                if self._answers.audio(event):
                    self._happen(Happening.ANSWER_ARRIVED)
            case v.ToolCall():
                self._subject.tool_call = event
                self._happen(Happening.TOOL_CALLED)
                self._waits.stand_still()
            case v.AnswerDone(complete=complete):
                self._answers.done(complete=complete)
                if not self._answers.empty:
                    self._happen(Happening.ANSWER_DONE)
                else:  # refused without a sound: the person is not left in silence
                    self._subject.failure, self._subject.cause = FailureCategory.MODEL_UNAVAILABLE, None
                    self._happen(Happening.ANSWER_LOST)
            case v.Failure(category=category, message=message, cause=cause):
                self._subject.failure, self._subject.cause = category, cause
                self._answers.done(complete=False)
                self._record.write("error", category=category, message=message)
                self._happen(Happening.ANSWER_LOST)

    def _take_device(self, change: v.DeviceChanged) -> None:
        lost = change.state is v.DeviceState.LOST
        is_news = self._senses.change(change)
        if is_news and change.device == "microphone":
            if lost:
                self._happen(Happening.MICROPHONE_LOST)
        elif is_news and lost:
            self._waits.await_loudspeaker()
        elif is_news:
            self._waits.clear(Deadline.MOUTH)
        self._rooms.announcer.announce_device(change)

    # ------------------------------------------------------------------ what it does

    def _happen(self, happening: Happening) -> None:
        row = step(self._attention.table, self._state, happening)
        if row is None:
            self.ignored[self._state, happening] += 1
            return
        before, self._state, self._subject.happening = self._state.phase, row.next, happening
        after = row.next.phase
        if after is not before and after is not Phase.IDLE:
            self._watcher()
        for verb in row.verbs:
            self._performer.perform(verb)
        if after is not before:
            turn = self._rooms.turns.current.number
            self._record.write("phase", **{"from": before, "to": after, "cause": happening, "turn": turn})

    def _is_decided(self, happening: Happening) -> bool:
        """Whether it would change something here."""
        return step(self._attention.table, self._state, happening) is not None

    # ------------------------------------------------------------------ what it writes down

    def _grant_time(self, provider: str, link: v.LinkState) -> None:
        asked = self._state in (State.THINKING, State.HOLDING)
        self._waits.grant_time(provider, link, asked=asked)

    def _record_link(self, event: v.LinkChanged) -> None:
        if event.link is v.LinkState.CONNECTING and not event.background:
            self._grant_time(event.provider, event.link)
        self._chain_record.link(event)

    def _record_failover(self, event: v.FailedOver) -> None:
        self._grant_time(event.target, v.LinkState.READY)
        turn = self._rooms.turns.current.number if self._state is not State.IDLE else None
        self._chain_record.failover(event, turn)


def _do_nothing() -> None:
    pass
