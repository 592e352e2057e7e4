"""The conductor: the single writer. Only it steps the machine and performs what the row says.

It belongs to the event loop's thread and never waits: every verb puts something into its
owner's bounded queue and returns.
"""

from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

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
from appliance.conversation.announcements import Sound
from appliance.conversation.deadlines import Deadline, Deadlines
from appliance.conversation.interruption import Decision
from appliance.conversation.machine import Happening, State, Table, Verb, step
from appliance.errors import FailureCategory
from appliance.service.answers import Answers
from appliance.service.clock import StreamClock
from appliance.service.floor import Floor
from appliance.service.loudspeaker import Loudspeaker, Mouth
from appliance.service.record import Record
from appliance.service.tool_calls import ToolCalls
from appliance.service.turns import Turns

Event = (
    v.SpeechEvent
    | v.ProviderEvent
    | v.ChainEvent
    | v.Wish
    | v.FloorEvent
    | v.ToolDone
    | v.DeviceChanged
    | PlayoutEvent
)

_OF_SPEECH: Mapping[type, Happening] = {
    v.SpeechPossible: Happening.SPEECH_POSSIBLE,
    v.SpeechSustained: Happening.SPEECH_SUSTAINED,
    v.SpeechReal: Happening.SPEECH_REAL,
    v.SpeechReadable: Happening.SPEECH_READABLE,
    v.SpeechPaused: Happening.SPEECH_READABLE,
    v.SpeechConfirmed: Happening.SPEECH_CONFIRMED,
    v.SpeechEnded: Happening.SPEECH_ENDED,
    v.TurnEnded: Happening.TURN_ENDED,
    v.TurnTooShort: Happening.TURN_TOO_SHORT,
}
_OF_PLAYOUT: Mapping[type, Happening] = {
    AnswerHeard: Happening.ANSWER_HEARD,
    AnswerStarved: Happening.ANSWER_STARVED,
    AnswerFed: Happening.ANSWER_FED,
    AnswerYielded: Happening.ANSWER_YIELDED,
}
_OF_DEADLINE: Mapping[Deadline, Happening] = {
    Deadline.ANSWER: Happening.ANSWER_LATE,
    Deadline.STALL: Happening.ANSWER_STALLED,
    Deadline.CONFIRM: Happening.UNDECIDED,
    Deadline.MOUTH: Happening.MOUTH_GONE,
}
# Waits for the provider, who cannot go on while a tool runs.
_OF_THE_PROVIDER: Final = frozenset({Deadline.ANSWER, Deadline.STALL})
# These end an interruption whatever the evidence says.
_OVERRULING: Final = frozenset(
    {
        Happening.PRESSED,
        Happening.STOP_WANTED,
        Happening.ANSWER_HEARD,
        Happening.MUTED,
        Happening.MICROPHONE_LOST,
        Happening.RING,
        Happening.MOUTH_GONE,
    }
)


class Ears(Protocol):
    """What the conductor tells hearing (`Hearing`)."""

    @property
    def heard_until(self) -> int: ...
    def forget(self) -> None: ...
    def forget_all(self) -> None: ...
    def want_kept(self) -> None: ...
    def hold(self, at: int) -> None: ...
    def release(self, at: int, *, held: bool) -> None: ...
    def end_turn(self, at: int, cause: v.TurnEnd) -> None: ...


class Chain(Protocol):
    """What the conductor tells the chain, beyond what turns and answers tell it."""

    def abandon(self) -> None: ...


class Announcer(Protocol):
    """Who tells the person what is the matter."""

    def announce_failure(self, category: FailureCategory) -> None: ...
    def announce_device(self, change: v.DeviceChanged) -> None: ...
    def announce_mute(self, muted: bool) -> None: ...


@dataclass(frozen=True, slots=True)
class ConductorOptions:
    """The rows of a conversation, and its waits."""

    table: Table
    confirm_ms: int = 700
    answer_deadline_s: float = 6.0
    # Longer than any pause a realtime voice makes in mid-answer, shorter than a person's patience.
    stall_s: float = 4.0
    # Long enough to put a plug back, short enough to remember what the answer was about.
    mouth_s: float = 15.0


@dataclass(frozen=True, slots=True)
class Rooms:
    """Whom the conductor conducts."""

    ears: Ears
    mouth: Mouth
    chain: Chain
    turns: Turns
    answers: Answers
    loudspeaker: Loudspeaker
    floor: Floor
    tools: ToolCalls
    announcer: Announcer
    set_muted: Callable[[bool], None]


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
        self._options = options
        self._clock = clock
        self._record = record
        self._rooms = rooms
        self._turns = rooms.turns
        self._answers = rooms.answers
        self._wake_at = wake_at
        self._near_ms = near_ms
        self._inbox: deque[Event] = deque()
        self._deadlines = Deadlines()
        self._state = State.IDLE
        self._muted = False
        self._forgetting = 0  # wishes to forget that hearing has not carried out yet
        self._happening = Happening.SPEECH_POSSIBLE
        # The latest event of its kind: what a verb's row happened about.
        self._onset = 0
        self._heard_up_to = 0
        self._hand_at = 0
        self._turn_end = v.TurnEnded(0, 0, v.TurnEnd.SILENCE)
        self._short_ms = 0
        self._question = v.Asked("", spoken=True)
        self._tool_call = v.ToolCall(0, "", "", "")
        self._failure = FailureCategory.CONNECTION_FAILED
        self.ignored: Counter[tuple[State, Happening]] = Counter()
        self._perform = self._performances(rooms)

    def _performances(self, rooms: Rooms) -> Mapping[Verb, Callable[[], None]]:
        ears, mouth, turns, answers, floor = rooms.ears, rooms.mouth, rooms.turns, rooms.answers, rooms.floor
        options, clear = self._options, self._deadlines.clear
        return {
            Verb.OPEN_TURN: lambda: turns.open(self._onset),
            Verb.OPEN_PRESSED_TURN: self._open_pressed_turn,
            Verb.OPEN_WRITTEN_TURN: turns.open_written,
            Verb.STREAM_TURN: lambda: turns.stream(self._heard_up_to),
            Verb.HOLD_TURN: lambda: ears.hold(self._hand_at),
            Verb.LET_TURN_GO: lambda: ears.release(self._hand_at, held=False),
            Verb.RELEASE_TURN: lambda: ears.release(self._hand_at, held=True),
            Verb.END_TURN: self._end_turn,
            Verb.COMMIT_TURN: self._commit_turn,
            Verb.DISCARD_TURN: lambda: turns.discard("too_short", self._short_ms),
            Verb.ABORT_TURN: lambda: turns.discard(self._happening),
            Verb.FORGET_SPEECH: lambda: self._forget(ears.forget),
            Verb.FORGET_ALL_SPEECH: lambda: self._forget(ears.forget_all),
            Verb.WANT_KEPT_SPEECH: ears.want_kept,
            Verb.ASK_IN_WRITING: lambda: answers.ask_in_writing(turns.current.number, self._question),
            Verb.PLAY_ANSWER: answers.play,
            Verb.END_ANSWER: answers.end,
            Verb.FINISH_ANSWER: answers.finish,
            Verb.CANCEL_ANSWER: answers.cancel,
            Verb.ABANDON_PROVIDER: rooms.chain.abandon,
            Verb.RUN_TOOL: lambda: rooms.tools.run(self._tool_call),
            Verb.DUCK: self._duck,
            Verb.HUSH: self._hush,
            Verb.RESUME: mouth.resume,
            Verb.YIELD: mouth.yield_at_pause,
            Verb.READ_WORDS: lambda: floor.read(self._heard_up_to),
            Verb.WEIGH_EVIDENCE: floor.weigh,
            Verb.DECIDE_NOW: floor.decide_now,
            Verb.CONFIRM_INTERRUPTION: lambda: self._record_interruption(Decision.CONFIRMED),
            Verb.REJECT_INTERRUPTION: lambda: self._record_interruption(Decision.REJECTED),
            Verb.ANNOUNCE_FAILURE: lambda: rooms.announcer.announce_failure(self._failure),
            Verb.STOP_ANNOUNCEMENT: rooms.loudspeaker.stop_announcements,
            Verb.AWAIT_ANSWER: lambda: self._await(Deadline.ANSWER, options.answer_deadline_s * 1000),
            Verb.AWAIT_AUDIO: lambda: self._await(Deadline.STALL, options.stall_s * 1000),
            Verb.AWAIT_DECISION: lambda: self._await(Deadline.CONFIRM, options.confirm_ms),
            Verb.CLEAR_ANSWER_DEADLINE: lambda: clear(Deadline.ANSWER),
            Verb.CLEAR_STALL_DEADLINE: lambda: clear(Deadline.STALL),
            Verb.CLEAR_CONFIRM_DEADLINE: lambda: clear(Deadline.CONFIRM),
        }

    @property
    def state(self) -> State:
        """Where the conversation stands."""
        return self._state

    @property
    def muted(self) -> bool:
        """Whether nothing is heard because somebody wished so."""
        return self._muted

    @property
    def settled(self) -> bool:
        """Nothing goes on: no turn, no answer, no announcement."""
        return self._state is State.IDLE and not self._rooms.loudspeaker.busy

    def tick(self) -> None:
        """Let pass what is due by now."""
        for deadline in self._deadlines.pass_until(self._clock.now_ms()):
            if deadline is Deadline.MOUTH:  # until it is back, no answer waits for longer than this
                self._await(deadline, self._options.mouth_s * 1000)
            self._happen(_OF_DEADLINE[deadline])
        self._empty_inbox()

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
        finally:
            self._inbox.clear()  # a fault must not leave an event that all later ones would wait behind

    # ------------------------------------------------------------------ what is said to it

    def _take(self, event: Event) -> None:
        match event:
            case v.AnswerStarted() | v.AnswerAudio() | v.AnswerDone() | v.Failure() | v.ToolCall():
                if self._answers.is_current(event.answer):
                    self._take_answer(event)
            case v.UserTranscript() | v.AnswerTranscript():
                self._answers.transcript(event)
            case v.Ready() | v.ClosingSoon():
                pass
            case v.LinkChanged():
                self._record_link(event)
            case v.FailedOver():
                self._record_failover(event)
            case (
                AnswerAudible() | AnswerHeard() | AnswerStarved() | AnswerFed() | AnswerYielded() | ClipDone()
            ):
                self._take_playout(event)
            case v.WordsRead():
                self._rooms.floor.words_read(event)
                self._happen(Happening.WORDS_READ)
            case v.FloorDecided(taken=taken):
                self._happen(Happening.FLOOR_TAKEN if taken else Happening.FLOOR_LEFT)
            case v.ToolDone():
                self._rooms.tools.done(event, self._answers.turn)
                self._let_deadlines_go_on()
            case v.DeviceChanged():
                self._take_device(event)
            case (
                v.Pressed()
                | v.Released()
                | v.CommitWanted()
                | v.StopWanted()
                | v.Asked()
                | v.MuteWanted()
                | v.Ring()
            ):
                self._take_wish(event)
            case _:
                self._take_speech(event)

    def _take_speech(self, event: v.SpeechEvent) -> None:
        if self._forgetting:  # what was on its way here is about what is to be forgotten
            self._forgetting -= isinstance(event, v.Forgotten)
            return
        self._heard_up_to = event.at
        match event:
            case v.HeardUpTo(at=at):
                self._turns.heard(at)
            case v.SpeechPossible(onset=onset) if self._is_decided(Happening.SPEECH_POSSIBLE):
                self._onset = onset
                self._rooms.floor.begin(onset)
            case v.TurnEnded():
                self._turn_end = event
            case v.TurnTooShort(at=at, last_speech=last_speech, cause=cause, speech_ms=speech_ms):
                self._turn_end = v.TurnEnded(at, last_speech, cause)
                self._short_ms = speech_ms
        self._rooms.floor.hear(event)
        happening = _OF_SPEECH.get(type(event))
        if happening is not None:
            self._happen(happening)

    def _take_playout(self, event: PlayoutEvent) -> None:
        match event:
            case ClipDone(clip=clip):
                self._rooms.loudspeaker.clip_done(clip)
            case AnswerStarved() if not self._answers.awaited:
                pass  # overtaken by the answer's end: nothing more will come, and nothing is missing
            case _ if not self._answers.is_current(event.answer):
                pass
            case AnswerAudible(position=position):
                self._answers.audible(position)
            case _:
                self._happen(_OF_PLAYOUT[type(event)])

    def _take_answer(
        self, event: v.AnswerStarted | v.AnswerAudio | v.AnswerDone | v.Failure | v.ToolCall
    ) -> None:
        match event:
            case v.AnswerStarted():
                self._answers.started(event)
            case v.AnswerAudio():
                if self._answers.audio(event):
                    self._happen(Happening.ANSWER_ARRIVED)
            case v.ToolCall(answer=answer):
                self._tool_call = event
                self._happen(Happening.TOOL_CALLED)
                if self._rooms.tools.awaited_by(answer):
                    self._deadlines.stand_still(_OF_THE_PROVIDER, self._clock.now_ms())
            case v.AnswerDone(complete=complete):
                self._answers.done(complete=complete)
                if complete or self._answers.arrived:
                    self._happen(Happening.ANSWER_DONE)
                else:  # refused without a sound: the person is not left in silence
                    self._failure = FailureCategory.MODEL_UNAVAILABLE
                    self._happen(Happening.ANSWER_LOST)
            case v.Failure(category=category, message=message):
                self._failure = category
                self._answers.done(complete=False)
                self._record.write("error", category=category, message=message)
                self._happen(Happening.ANSWER_LOST)

    def _take_wish(self, wish: v.Wish) -> None:
        match wish:
            case v.MuteWanted(muted=muted):
                self._mute(muted)
            case v.Pressed(at=at):
                self._record.write("button", down=True)
                self._hand_at = at
                if self._muted:
                    self._rooms.announcer.announce_mute(True)
                else:
                    self._happen(Happening.PRESSED)
            case v.Released(at=at, held=held):
                self._record.write("button", down=False)
                self._hand_at = at
                self._happen(Happening.RELEASED if held else Happening.TAPPED)
            case v.CommitWanted(at=at):
                self._hand_at = at
                self._happen(Happening.COMMIT_WANTED)
            case v.StopWanted():
                self._happen(Happening.STOP_WANTED)
            case v.Asked():
                self._question = wish
                self._happen(Happening.ASKED)
            case v.Ring(pcm=pcm):
                self._happen(Happening.RING)
                self._rooms.loudspeaker.announce(Sound.RING, pcm)

    def _mute(self, muted: bool) -> None:
        if muted is self._muted:
            return
        self._muted = muted
        self._rooms.set_muted(muted)
        self._record.write("mute", muted=muted)
        if muted:
            self._happen(Happening.MUTED)
        self._rooms.announcer.announce_mute(muted)

    def _take_device(self, change: v.DeviceChanged) -> None:
        lost = change.state is v.DeviceState.LOST
        self._record.write(
            "device", device=change.device, state=change.state, name=change.name, reason=change.reason
        )
        if change.device == "microphone":
            if lost:
                self._happen(Happening.MICROPHONE_LOST)
        elif lost:
            self._await(Deadline.MOUTH, self._options.mouth_s * 1000)
        else:
            self._deadlines.clear(Deadline.MOUTH)
        self._rooms.announcer.announce_device(change)

    # ------------------------------------------------------------------ what it does

    def _happen(self, happening: Happening) -> None:
        row = step(self._options.table, self._state, happening)
        if row is None:
            self.ignored[self._state, happening] += 1
            return
        before, self._state, self._happening = self._state.phase, row.next, happening
        for verb in row.verbs:
            self._perform[verb]()
        after = row.next.phase
        if after is not before:
            turn = self._turns.current.number
            self._record.write("phase", **{"from": before, "to": after, "cause": happening, "turn": turn})

    def _is_decided(self, happening: Happening) -> bool:
        """Whether it would change something here."""
        return step(self._options.table, self._state, happening) is not None

    def _open_pressed_turn(self) -> None:
        self._forget(self._rooms.ears.forget)
        self._rooms.ears.hold(self._hand_at)
        self._turns.open(self._hand_at)

    def _end_turn(self) -> None:
        if self._happening is Happening.MICROPHONE_LOST:
            self._rooms.ears.end_turn(self._rooms.ears.heard_until, v.TurnEnd.DEVICE_LOST)
        else:
            self._rooms.ears.end_turn(self._hand_at, v.TurnEnd.BUTTON)

    def _commit_turn(self) -> None:
        self._answers.ask(self._turns.current.number, self._turn_end)
        self._turns.commit(self._turn_end, self._answers.current)

    def _forget(self, forget: Callable[[], None]) -> None:
        self._forgetting += 1
        forget()

    def _duck(self) -> None:
        self._rooms.mouth.duck()
        self._rooms.floor.ducked(self._clock.now_ms())

    def _hush(self) -> None:
        self._rooms.mouth.hush()
        self._rooms.floor.hushed(self._clock.now_ms())

    def _await(self, deadline: Deadline, wait_ms: float) -> None:
        if deadline is Deadline.ANSWER:
            self._let_deadlines_go_on()
        self._deadlines.start(deadline, self._clock.now_ms(), wait_ms)
        self._wake_for_deadlines()

    def _let_deadlines_go_on(self) -> None:
        """Unless a tool still runs for the current answer."""
        if not self._rooms.tools.awaited_by(self._answers.current):
            self._deadlines.go_on(self._clock.now_ms())
            self._wake_for_deadlines()

    def _wake_for_deadlines(self) -> None:
        due_ms = self._deadlines.next_ms()
        if due_ms is not None:
            self._wake_at(due_ms)

    # ------------------------------------------------------------------ what it writes down

    def _record_interruption(self, decision: Decision) -> None:
        run = self._rooms.floor.settle()
        overruled = self._happening in _OVERRULING or run.cause is None
        onset = self._hand_at if run.onset is None else run.onset
        self._record.write(
            "interruption",
            turn=self._answers.turn,
            onset_ms=round(self._near_ms(onset)),
            decision=decision,
            cause=self._happening if overruled else run.cause,
            heard_ms=self._answers.heard_ms(),
            ducked_ms=run.ducked_ms,
            hushed_ms=run.hushed_ms,
        )

    def _record_link(self, event: v.LinkChanged) -> None:
        self._record.write("provider", name=event.provider, link=event.link, reason=event.reason)
        if event.message:
            self._record.write("error", category=event.reason, provider=event.provider, message=event.message)

    def _record_failover(self, event: v.FailedOver) -> None:
        if self._state in (State.THINKING, State.HOLDING):  # the next one has a deadline of its own
            self._await(Deadline.ANSWER, self._options.answer_deadline_s * 1000)
        turn = self._turns.current.number if self._state is not State.IDLE else None
        self._record.write(
            "failover",
            **{"turn": turn, "from": event.origin, "to": event.target},
            reason=event.reason,
            replayed_ms=event.replayed_ms,
        )
