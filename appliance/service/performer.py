"""What each verb of the table does. Nothing here decides; the machine did."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from appliance.conversation import vocabulary as v
from appliance.conversation.deadlines import Deadline, Deadlines
from appliance.conversation.interruption import Decision
from appliance.conversation.machine import Happening, Table, Verb
from appliance.errors import FailureCategory
from appliance.pcm.formats import NEAR_RATE_HZ, samples_of_ms
from appliance.service.answers import Answers
from appliance.service.clock import StreamClock
from appliance.service.floor import Floor
from appliance.service.loudspeaker import Loudspeaker, Mouth
from appliance.service.record import Record
from appliance.service.tool_calls import ToolCalls
from appliance.service.turns import Turns

# Waits for the provider, who cannot go on while a tool runs.
_OF_THE_PROVIDER: Final = frozenset({Deadline.ANSWER, Deadline.STALL})
# At `confirm_ms` hearing tells what it makes of a run of speech. That comes half a window of the detector
# (16 ms) and its way to the event loop later, and who does not wait for it overrules it.
_HEARING_LATE_MS: Final = 30
# Speech that comes so soon after a run that had left the floor goes on with it: "four … queen of clubs",
# of which the first word alone was taken for a noise.
_GOES_ON_MS: Final = 1000
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
    def forget_kept_before(self, index: int) -> None: ...
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
    def announce_deaf(self) -> None: ...


@dataclass(frozen=True, slots=True)
class ConductorOptions:
    """The rows of a conversation, and its waits."""

    table: Table
    confirm_ms: int = 700
    answer_deadline_s: float = 6.0
    # Longer than any pause a realtime voice makes in mid-answer, shorter than a person's patience.
    stall_s: float = 4.0
    # A tool that takes longer than this is lost: people do not wait for it.
    tool_s: float = 30.0
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


_NO_TURN: Final = v.TurnEnded(0, 0, v.TurnEnd.SILENCE)
_NO_QUESTION: Final = v.Asked("", spoken=True)
_NO_CALL: Final = v.ToolCall(0, "", "", "")


@dataclass(slots=True)
class Subject:
    """What the latest happening of each kind was about. Instants are 16 kHz samples of the near end."""

    happening: Happening = Happening.SPEECH_POSSIBLE
    onset: int = 0  # of the speech that may open a turn
    heard_up_to: int = 0
    hand_at: int = 0  # where the button moved, or somebody wished the turn to end
    turn_ending: v.TurnEnded | v.TurnTooShort = _NO_TURN  # as hearing told it …
    turn_end: v.TurnEnded = _NO_TURN  # … and as it would be asked
    short_ms: int = 0  # the speech of a turn that was too short
    question: v.Asked = _NO_QUESTION
    tool_call: v.ToolCall = _NO_CALL
    failure: FailureCategory = FailureCategory.CONNECTION_FAILED


@dataclass(frozen=True, slots=True)
class _Left:
    """A run of speech over the answer that left it the floor, from `onset` until it was decided."""

    onset: int
    until: int


class Performer:
    """Does what a row says, verb by verb, about the `subject`."""

    def __init__(
        self,
        options: ConductorOptions,
        rooms: Rooms,
        subject: Subject,
        clock: StreamClock,
        record: Record,
        wake_at: Callable[[float], None],
        near_ms: Callable[[int], float],
        post: Callable[[v.TurnEnded | v.TurnTooShort], None],
    ) -> None:
        self._options = options
        self._rooms = rooms
        self._subject = subject
        self._clock = clock
        self._record = record
        self._wake_at = wake_at
        self._near_ms = near_ms
        self._post = post
        self._left: _Left | None = None
        self._granted_for = 0  # the answer for which …
        self._granted: set[tuple[str, v.LinkState]] = set()  # … these providers had time of their own
        self.deadlines = Deadlines()
        self.forgetting = 0  # wishes to forget that hearing has not carried out yet
        self._verbs = self._of_the_person() | self._of_the_answer() | self._of_the_waits()

    def perform(self, verb: Verb) -> None:
        """Do it; never waits."""
        self._verbs[verb]()

    def _of_the_person(self) -> dict[Verb, Callable[[], None]]:
        ears, turns, answers, subject = (
            self._rooms.ears,
            self._rooms.turns,
            self._rooms.answers,
            self._subject,
        )
        return {
            Verb.OPEN_TURN: self._open_turn,
            Verb.OPEN_PRESSED_TURN: self._open_pressed_turn,
            Verb.OPEN_WRITTEN_TURN: turns.open_written,
            Verb.REACH_BACK: lambda: turns.reach_back(subject.onset),
            Verb.STREAM_TURN: lambda: turns.stream(subject.heard_up_to),
            Verb.HOLD_TURN: lambda: ears.hold(subject.hand_at),
            Verb.LET_TURN_GO: lambda: ears.release(subject.hand_at, held=False),
            Verb.RELEASE_TURN: lambda: ears.release(subject.hand_at, held=True),
            Verb.END_TURN: self._end_turn,
            Verb.COMMIT_TURN: self._commit_turn,
            Verb.DISCARD_TURN: lambda: turns.discard("too_short", subject.short_ms),
            Verb.TAKE_BACK_TURN: turns.take_back,
            Verb.ABORT_TURN: lambda: turns.abort(subject.happening, subject.heard_up_to),
            Verb.FORGET_SPEECH: lambda: self._forget(ears.forget),
            Verb.FORGET_ALL_SPEECH: lambda: self._forget(ears.forget_all),
            Verb.WANT_KEPT_SPEECH: ears.want_kept,
            Verb.ASK_IN_WRITING: lambda: answers.ask_in_writing(turns.current.number, subject.question),
        }

    def _of_the_answer(self) -> dict[Verb, Callable[[], None]]:
        rooms, mouth, answers, floor = self._rooms, self._rooms.mouth, self._rooms.answers, self._rooms.floor
        subject = self._subject
        return {
            Verb.PLAY_ANSWER: answers.play,
            Verb.END_ANSWER: answers.end,
            Verb.FINISH_ANSWER: answers.finish,
            Verb.CANCEL_ANSWER: answers.cancel,
            Verb.ABANDON_PROVIDER: rooms.chain.abandon,
            Verb.RUN_TOOL: self._run_tool,
            Verb.DUCK: self._duck,
            Verb.HUSH: self._hush,
            Verb.RESUME: mouth.resume,
            Verb.YIELD: mouth.yield_at_pause,
            Verb.READ_WORDS: lambda: floor.read(subject.heard_up_to),
            Verb.WEIGH_EVIDENCE: floor.weigh,
            Verb.DECIDE_NOW: floor.decide_now,
            Verb.RETELL_TURN_END: lambda: self._post(subject.turn_ending),
            Verb.CONFIRM_INTERRUPTION: lambda: self._record_interruption(Decision.CONFIRMED),
            Verb.REJECT_INTERRUPTION: lambda: self._record_interruption(Decision.REJECTED),
            Verb.ANNOUNCE_FAILURE: lambda: rooms.announcer.announce_failure(subject.failure),
            Verb.STOP_ANNOUNCEMENT: rooms.loudspeaker.stop_announcements,
            Verb.SILENCE: rooms.loudspeaker.silence,
        }

    def _of_the_waits(self) -> dict[Verb, Callable[[], None]]:
        clear = self.deadlines.clear
        return {
            Verb.AWAIT_ANSWER: self.await_answer,
            Verb.AWAIT_AUDIO: lambda: self._await(Deadline.STALL, self._options.stall_s * 1000),
            Verb.AWAIT_DECISION: lambda: self._await(
                Deadline.CONFIRM, self._options.confirm_ms + _HEARING_LATE_MS
            ),
            Verb.CLEAR_ANSWER_DEADLINE: lambda: clear(Deadline.ANSWER),
            Verb.CLEAR_STALL_DEADLINE: lambda: clear(Deadline.STALL),
            Verb.CLEAR_CONFIRM_DEADLINE: lambda: clear(Deadline.CONFIRM),
        }

    # ------------------------------------------------------------------ waits

    def await_answer(self) -> None:
        """From here on the provider has its time for the first audio."""
        self.let_waits_go_on()
        self._await(Deadline.ANSWER, self._options.answer_deadline_s * 1000)

    def grant_time(self, provider: str, link: v.LinkState, *, asked: bool) -> None:
        """The next provider is not to blame for the time that others took. Where it is `asked` it has its
        own for the first audio, and to go on where nothing is left to play: from its opening, and from when
        it is ready, but once for each answer. So two that are lost in turns end in a sentence."""
        current = self._rooms.answers.current
        if current != self._granted_for:
            self._granted_for, self._granted = current, set()
        if (provider, link) in self._granted:
            return
        self._granted.add((provider, link))
        if asked:
            self.await_answer()
        if self.deadlines.runs(Deadline.STALL):
            self._await(Deadline.STALL, self._options.stall_s * 1000)

    def await_tool(self) -> None:
        """From here on the tools that run have their time."""
        self._await(Deadline.TOOL, self._options.tool_s * 1000)

    def await_loudspeaker(self) -> None:
        """From here on an answer waits for the loudspeaker to come back."""
        self._await(Deadline.MOUTH, self._options.mouth_s * 1000)

    def let_waits_stand_still(self) -> None:
        """While a tool runs for the current answer, its provider cannot go on."""
        if self._rooms.tools.awaited_by(self._rooms.answers.current):
            self.deadlines.stand_still(_OF_THE_PROVIDER, self._clock.now_ms())

    def let_waits_go_on(self) -> None:
        """Unless a tool still runs for the current answer."""
        if not self._rooms.tools.running:
            self.deadlines.clear(Deadline.TOOL)
        if not self._rooms.tools.awaited_by(self._rooms.answers.current):
            self.deadlines.go_on(self._clock.now_ms())
            self.wake_for_deadlines()

    def _await(self, deadline: Deadline, wait_ms: float) -> None:
        self.deadlines.start(deadline, self._clock.now_ms(), wait_ms)
        self.wake_for_deadlines()

    def wake_for_deadlines(self) -> None:
        """Have what is due next pass in time."""
        due_ms = self.deadlines.next_ms()
        if due_ms is not None:
            self._wake_at(due_ms)

    # ------------------------------------------------------------------ verbs of more than one step

    def _open_turn(self) -> None:
        onset, left = self._subject.onset, self._left
        soon_samples = samples_of_ms(_GOES_ON_MS, NEAR_RATE_HZ)
        goes_on = left is not None and onset - left.until <= soon_samples
        self._rooms.turns.open(left.onset if left is not None and goes_on else onset)
        self._left = None

    def _open_pressed_turn(self) -> None:
        self._forget(self._rooms.ears.forget)
        self._rooms.ears.hold(self._subject.hand_at)
        self._rooms.turns.open(self._subject.hand_at)

    def _end_turn(self) -> None:
        ears = self._rooms.ears
        if self._subject.happening is Happening.MICROPHONE_LOST:
            ears.end_turn(ears.heard_until, v.TurnEnd.DEVICE_LOST)
        elif self._subject.happening is Happening.END_HEARD:
            ears.end_turn(ears.heard_until, v.TurnEnd.PROVIDER)
        else:
            ears.end_turn(self._subject.hand_at, v.TurnEnd.BUTTON)

    def _commit_turn(self) -> None:
        turns, answers, end = self._rooms.turns, self._rooms.answers, self._subject.turn_end
        self._rooms.floor.settle()  # what was known is about what is asked, not about the answer
        answers.ask(turns.current.number, end)
        turns.commit(end, answers.current)
        self._rooms.ears.forget_kept_before(turns.current.sent)

    def _forget(self, forget: Callable[[], None]) -> None:
        self.forgetting += 1
        forget()
        self._rooms.floor.settle()

    def _run_tool(self) -> None:
        self.await_tool()
        self._rooms.tools.run(self._subject.tool_call)

    def _duck(self) -> None:
        self._rooms.mouth.duck()
        self._rooms.floor.ducked(self._clock.now_ms())

    def _hush(self) -> None:
        self._rooms.mouth.hush()
        self._rooms.floor.hushed(self._clock.now_ms())

    def _record_interruption(self, decision: Decision) -> None:
        happening, run = self._subject.happening, self._rooms.floor.settle()
        if decision is Decision.REJECTED and run.onset is not None:
            self._left = _Left(run.onset, self._subject.heard_up_to)
        self._record.write(
            "interruption",
            turn=self._rooms.answers.turn,
            onset_ms=round(self._near_ms(self._subject.hand_at if run.onset is None else run.onset)),
            decision=decision,
            cause=happening if happening in _OVERRULING or run.cause is None else run.cause,
            heard_ms=self._rooms.answers.heard_ms(),
            ducked_ms=run.ducked_ms,
            hushed_ms=run.hushed_ms,
            **self._rooms.answers.item(),
        )
