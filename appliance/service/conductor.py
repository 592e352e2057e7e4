"""The conductor: the single writer. Only it steps the machine and performs what the row says.

It belongs to the event loop's thread and never waits: every verb puts something into its
owner's bounded queue and returns.
"""

from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from appliance.audio.playout_events import (
    AnswerAudible,
    AnswerFed,
    AnswerHeard,
    AnswerStarved,
    ClipDone,
    PlayoutEvent,
)
from appliance.conversation import vocabulary as v
from appliance.conversation.deadlines import Deadline, Deadlines
from appliance.conversation.machine import Happening, State, Verb, step
from appliance.conversation.table import DECIDED
from appliance.errors import FailureCategory
from appliance.service.answers import Answers
from appliance.service.clock import StreamClock
from appliance.service.loudspeaker import Loudspeaker, Mouth
from appliance.service.record import Record
from appliance.service.turns import Turns

Event = v.SpeechEvent | v.ProviderEvent | v.ChainEvent | PlayoutEvent

_OF_SPEECH: Mapping[type, Happening] = {
    v.SpeechPossible: Happening.SPEECH_POSSIBLE,
    v.SpeechSustained: Happening.SPEECH_SUSTAINED,
    v.SpeechReal: Happening.SPEECH_REAL,
    v.SpeechConfirmed: Happening.SPEECH_CONFIRMED,
    v.SpeechEnded: Happening.SPEECH_ENDED,
    v.TurnEnded: Happening.TURN_ENDED,
    v.TurnTooShort: Happening.TURN_TOO_SHORT,
}
_OF_PLAYOUT: Mapping[type, Happening] = {
    AnswerHeard: Happening.ANSWER_HEARD,
    AnswerStarved: Happening.ANSWER_STARVED,
    AnswerFed: Happening.ANSWER_FED,
}
_OF_DEADLINE: Mapping[Deadline, Happening] = {
    Deadline.ANSWER: Happening.ANSWER_LATE,
    Deadline.STALL: Happening.ANSWER_STALLED,
    Deadline.CONFIRM: Happening.UNDECIDED,
}


class Ears(Protocol):
    """What the conductor tells hearing (`Hearing`)."""

    def forget(self) -> None: ...


class Chain(Protocol):
    """What the conductor tells the chain, beyond what turns and answers tell it."""

    def abandon(self) -> None: ...


@dataclass(frozen=True, slots=True)
class ConductorOptions:
    """The waits of a conversation."""

    confirm_ms: int = 700
    answer_deadline_s: float = 6.0
    # Longer than any pause a realtime voice makes in mid-answer, shorter than a person's patience.
    stall_s: float = 4.0


class Conductor:
    """Takes every event of every room, in order, and does what the table says."""

    def __init__(
        self,
        options: ConductorOptions,
        clock: StreamClock,
        record: Record,
        ears: Ears,
        mouth: Mouth,
        chain: Chain,
        turns: Turns,
        answers: Answers,
        loudspeaker: Loudspeaker,
        announce_failure: Callable[[FailureCategory], None],
        wake_at: Callable[[float], None],
        near_ms: Callable[[int], float],
    ) -> None:
        """`wake_at(t_ms)` is asked to have `tick` called when the stream has reached `t_ms`; `near_ms`
        gives the stream time of a 16 kHz sample."""
        self._options = options
        self._clock = clock
        self._record = record
        self._loudspeaker = loudspeaker
        self._turns = turns
        self._answers = answers
        self._wake_at = wake_at
        self._near_ms = near_ms
        self._inbox: deque[Event] = deque()
        self._deadlines = Deadlines()
        self._state = State.IDLE
        self._happening = Happening.SPEECH_POSSIBLE
        # The latest event of its kind: what a verb's row happened about.
        self._onset = 0
        self._heard_up_to = 0
        self._turn_end = v.TurnEnded(0, 0, v.TurnEnd.SILENCE)
        self._short_ms = 0
        self._failure = FailureCategory.CONNECTION_FAILED
        self.ignored: Counter[tuple[State, Happening]] = Counter()
        self._perform: Mapping[Verb, Callable[[], None]] = {
            Verb.OPEN_TURN: lambda: turns.open(self._onset),
            Verb.STREAM_TURN: lambda: turns.stream(self._heard_up_to),
            Verb.COMMIT_TURN: self._commit_turn,
            Verb.DISCARD_TURN: lambda: turns.discard(self._short_ms),
            Verb.FORGET_SPEECH: ears.forget,
            Verb.PLAY_ANSWER: answers.play,
            Verb.END_ANSWER: answers.end,
            Verb.FINISH_ANSWER: answers.finish,
            Verb.CANCEL_ANSWER: answers.cancel,
            Verb.ABANDON_PROVIDER: chain.abandon,
            Verb.DUCK: mouth.duck,
            Verb.HUSH: mouth.hush,
            Verb.RESUME: mouth.resume,
            Verb.CONFIRM_INTERRUPTION: lambda: self._record_interruption("confirmed"),
            Verb.REJECT_INTERRUPTION: lambda: self._record_interruption("rejected"),
            Verb.ANNOUNCE_FAILURE: lambda: announce_failure(self._failure),
            Verb.STOP_ANNOUNCEMENT: loudspeaker.stop_announcements,
            Verb.AWAIT_ANSWER: lambda: self._await(Deadline.ANSWER, options.answer_deadline_s * 1000),
            Verb.AWAIT_AUDIO: lambda: self._await(Deadline.STALL, options.stall_s * 1000),
            Verb.AWAIT_DECISION: lambda: self._await(Deadline.CONFIRM, options.confirm_ms),
            Verb.CLEAR_ANSWER_DEADLINE: lambda: self._deadlines.clear(Deadline.ANSWER),
            Verb.CLEAR_STALL_DEADLINE: lambda: self._deadlines.clear(Deadline.STALL),
            Verb.CLEAR_CONFIRM_DEADLINE: lambda: self._deadlines.clear(Deadline.CONFIRM),
        }

    @property
    def state(self) -> State:
        """Where the conversation stands."""
        return self._state

    @property
    def settled(self) -> bool:
        """Nothing goes on: no turn, no answer, no announcement."""
        return self._state is State.IDLE and not self._loudspeaker.busy

    def tick(self) -> None:
        """Let pass what is due by now."""
        for deadline in self._deadlines.pass_until(self._clock.now_ms()):
            self._happen(_OF_DEADLINE[deadline])

    def post(self, event: Event) -> None:
        """Handle `event`, and after it whatever it caused, in order."""
        self._inbox.append(event)
        if len(self._inbox) > 1:
            return  # caused by a verb: the loop below, further up the stack, takes it
        try:
            while self._inbox:
                self._take(self._inbox[0])
                self._inbox.popleft()
        finally:
            self._inbox.clear()  # a fault must not leave an event that all later ones would wait behind

    def _take(self, event: Event) -> None:
        match event:
            case v.HeardUpTo(at=at):
                self._heard_up_to = at
                self._turns.heard(at)
            case AnswerAudible(answer=answer, position=position):
                if self._answers.is_current(answer):
                    self._answers.audible(position)
            case ClipDone(clip=clip):
                self._loudspeaker.clip_done(clip)
            case AnswerStarved() if not self._answers.awaited:
                pass  # overtaken by the answer's end: nothing more will come, and nothing is missing
            case AnswerHeard() | AnswerStarved() | AnswerFed():
                if self._answers.is_current(event.answer):
                    self._happen(_OF_PLAYOUT[type(event)])
            case v.LinkChanged():
                self._record_link(event)
            case v.FailedOver():
                self._record_failover(event)
            case v.Ready() | v.ClosingSoon():
                pass
            case v.UserTranscript() | v.AnswerTranscript():
                self._answers.transcript(event)
            case v.AnswerStarted() | v.AnswerAudio() | v.AnswerDone() | v.Failure():
                if self._answers.is_current(event.answer):
                    self._take_answer(event)
            case _:
                self._take_speech(event)

    def _take_speech(self, event: v.SpeechEvent) -> None:
        self._heard_up_to = event.at
        match event:
            case v.SpeechPossible(onset=onset):
                self._onset = onset
            case v.TurnEnded():
                self._turn_end = event
            case v.TurnTooShort(speech_ms=speech_ms):
                self._short_ms = speech_ms
        self._happen(_OF_SPEECH[type(event)])

    def _take_answer(self, event: v.AnswerStarted | v.AnswerAudio | v.AnswerDone | v.Failure) -> None:
        match event:
            case v.AnswerStarted():
                self._answers.started(event)
            case v.AnswerAudio():
                if self._answers.audio(event):
                    self._happen(Happening.ANSWER_ARRIVED)
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

    def _happen(self, happening: Happening) -> None:
        row = step(DECIDED, self._state, happening)
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

    def _commit_turn(self) -> None:
        self._answers.ask(self._turns.current.number, self._turn_end)
        self._turns.commit(self._turn_end, self._answers.current)

    def _await(self, deadline: Deadline, wait_ms: float) -> None:
        due_ms = self._clock.now_ms() + wait_ms
        self._deadlines.set(deadline, due_ms)
        self._wake_at(due_ms)

    def _record_interruption(self, decision: str) -> None:
        self._record.write(
            "interruption",
            turn=self._answers.turn,
            onset_ms=round(self._near_ms(self._onset)),
            decision=decision,
            cause=self._happening,
            heard_ms=self._answers.heard_ms(),
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
