"""What each verb of the table does. Nothing here decides; the machine did."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from appliance.conversation import vocabulary as v
from appliance.conversation.deadlines import Deadline
from appliance.conversation.interruption import Cause, Decision
from appliance.conversation.machine import Happening, Verb
from appliance.pcm.formats import NEAR_RATE_HZ, samples_of_ms
from appliance.service.early_end import EarlyEnd
from appliance.service.network.clock import StreamClock
from appliance.service.record import Record
from appliance.service.rooms import Rooms
from appliance.service.subject import Subject
from appliance.service.waits import Waits

# Speech that comes so soon after a run that had left the floor goes on with it: "four … queen of clubs",
# of which the first word alone was taken for a noise.
_GOES_ON_MS: Final = 1000
# These end an interruption whatever the evidence says.
_OVERRULING: Final = frozenset(
    {
        Happening.PRESSED,
        Happening.CALLED,
        Happening.STOP_WANTED,
        Happening.ANSWER_HEARD,
        Happening.MUTED,
        Happening.MICROPHONE_LOST,
        Happening.RING,
        Happening.MOUTH_GONE,
    }
)


@dataclass(frozen=True, slots=True)
class _Left:
    """A run of speech over the answer that left it the floor, from `onset` until it was decided."""

    onset: int
    until: int
    wordless: bool  # it was as long as what a person says, and nothing was read in it


class Performer:
    """Does what a row says, verb by verb, about the `subject`."""

    def __init__(
        self,
        rooms: Rooms,
        waits: Waits,
        early: EarlyEnd,
        subject: Subject,
        clock: StreamClock,
        record: Record,
        near_ms: Callable[[int], float],
        post: Callable[[v.TurnEnding | v.SpeechPossible | v.SpeechSustained | v.FollowUpOver], None],
    ) -> None:
        self._rooms = rooms
        self._waits = waits
        self._early = early
        self._subject = subject
        self._clock = clock
        self._record = record
        self._near_ms = near_ms
        self._post = post
        self._left: _Left | None = None
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
            Verb.OPEN_CALLED_TURN: self._open_called_turn,
            Verb.OPEN_WRITTEN_TURN: self._open_written_turn,
            Verb.REACH_BACK: lambda: turns.reach_back(subject.onset),
            Verb.STREAM_TURN: lambda: turns.stream(subject.heard_up_to),
            Verb.HOLD_TURN: self._hold_turn,
            Verb.LET_TURN_GO: lambda: ears.release(subject.hand_at, held=False),
            Verb.RELEASE_TURN: lambda: ears.release(subject.hand_at, held=True),
            Verb.END_TURN: self._end_turn,
            Verb.COMMIT_TURN: self._commit_turn,
            Verb.DISCARD_TURN: lambda: turns.discard("too_short", subject.short_ms),
            Verb.DROP_TURN: lambda: turns.drop("wake_word", subject.heard_up_to),
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
            Verb.RESUME: self._resume,
            Verb.YIELD: mouth.yield_at_pause,
            Verb.READ_WORDS: lambda: floor.read(subject.heard_up_to),
            Verb.READ_OVER_RING: self._read_over_ring,
            Verb.WEIGH_EVIDENCE: floor.weigh,
            Verb.DECIDE_WHEN_HEARD: floor.decide_when_heard,
            Verb.DECIDE_NOW: floor.decide_now,
            Verb.RETELL_TURN_END: lambda: self._post(subject.turn_ending),
            Verb.RETELL_SPEECH: lambda: self._post(v.SpeechPossible(subject.heard_up_to, subject.onset)),
            Verb.CONFIRM_INTERRUPTION: lambda: self._record_interruption(Decision.CONFIRMED),
            Verb.REJECT_INTERRUPTION: lambda: self._record_interruption(Decision.REJECTED),
            Verb.ANNOUNCE_FAILURE: lambda: rooms.announcer.announce_failure(subject.failure, subject.cause),
            Verb.STOP_ANNOUNCEMENT: rooms.loudspeaker.stop_announcements,
            Verb.SILENCE: rooms.loudspeaker.silence,
            Verb.SOUND_LISTENING: self._sound_listening,
            Verb.SOUND_CLOSED: rooms.announcer.sound_closed,
        }

    def _of_the_waits(self) -> dict[Verb, Callable[[], None]]:
        waits = self._waits
        return {
            Verb.AWAIT_ANSWER: waits.await_answer,
            Verb.AWAIT_AUDIO: waits.await_audio,
            Verb.AWAIT_DECISION: waits.await_decision,
            Verb.CLEAR_ANSWER_DEADLINE: lambda: waits.clear(Deadline.ANSWER),
            Verb.CLEAR_STALL_DEADLINE: lambda: waits.clear(Deadline.STALL),
            Verb.CLEAR_CONFIRM_DEADLINE: waits.decided,
            Verb.AWAIT_FOLLOW_UP: self._await_follow_up,
            Verb.CLEAR_FOLLOW_UP_DEADLINE: lambda: waits.clear(Deadline.FOLLOW_UP),
            Verb.CLEAR_SIGN_DEADLINE: lambda: waits.clear(Deadline.SIGN),
        }

    # ------------------------------------------------------------------ verbs of more than one step

    def _open_turn(self) -> None:
        onset, left = self._subject.onset, self._left
        soon_samples = samples_of_ms(_GOES_ON_MS, NEAR_RATE_HZ)
        goes_on = left is not None and onset - left.until <= soon_samples
        self._rooms.turns.open(left.onset if left is not None and goes_on else onset)
        self._left = None
        self._rooms.attention.spoken()

    def _open_pressed_turn(self) -> None:
        self._forget(self._rooms.ears.forget)
        self._hold_turn()
        self._rooms.turns.open(self._subject.hand_at)

    def _hold_turn(self) -> None:
        self._rooms.attention.called()
        self._rooms.ears.hold(self._subject.hand_at)

    def _open_called_turn(self) -> None:
        """With the first sample after the word: nothing of it is asked, and nothing after it is lost."""
        word = self._subject.called
        self._rooms.attention.called()
        self._forget(self._rooms.ears.forget_all)
        self._rooms.ears.call(word)
        self._rooms.turns.open_at(word.end)
        self._waits.await_speech()

    def _open_written_turn(self) -> None:
        self._rooms.attention.called()
        self._rooms.turns.open_written()

    def _sound_listening(self) -> None:
        self._rooms.turns.begin_after(self._rooms.announcer.sound_listening())

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
        self._rooms.attention.asked()
        self._rooms.floor.settle()  # what was known is about what is asked, not about the answer
        self._early.begin(may_go_on=end.sure_at > end.at)
        if end.sure_at > end.at:
            self._waits.await_sureness(self._near_ms(end.sure_at))
        answers.ask(turns.current.number, end)
        turns.commit(end, answers.current)
        self._rooms.ears.forget_kept_before(turns.current.sent)

    def _forget(self, forget: Callable[[], None]) -> None:
        self.forgetting += 1
        forget()
        self._rooms.floor.settle()

    def _await_follow_up(self) -> None:
        attention = self._rooms.attention
        wait_ms = attention.follow_up_ms
        if not wait_ms:
            self._post(v.FollowUpOver())
            return
        self._waits.await_follow_up(wait_ms)
        self._record.write(
            "follow_up",
            turn=self._rooms.answers.turn,
            lasts_ms=round(wait_ms),
            left=attention.follow_ups_left,
        )

    def _read_over_ring(self) -> None:
        if self._rooms.rings():
            self._rooms.floor.read(self._subject.heard_up_to)

    def _run_tool(self) -> None:
        self._waits.await_tool()
        self._rooms.tools.run(self._subject.tool_call)

    def _duck(self) -> None:
        self._rooms.mouth.duck()
        self._rooms.floor.ducked(self._clock.now_ms())
        if self._waits.end_breath():  # it stands still yet, and for whoever speaks on it does not stir
            self._post(v.SpeechSustained(self._subject.heard_up_to))

    def _hush(self) -> None:
        self._rooms.mouth.hush()
        self._rooms.floor.hushed(self._clock.now_ms())

    def _resume(self) -> None:
        left = self._left
        if self._subject.happening is Happening.FLOOR_LEFT and left is not None and left.wordless:
            self._waits.await_breath()
        else:
            self._rooms.mouth.resume()

    def _taken_at(self) -> int:
        """Where the floor was taken without a run of speech."""
        called = self._subject.happening is Happening.CALLED
        return self._subject.called.end if called else self._subject.hand_at

    def _record_interruption(self, decision: Decision) -> None:
        happening, run = self._subject.happening, self._rooms.floor.settle()
        if decision is Decision.REJECTED and run.onset is not None:
            wordless = run.cause is Cause.NO_WORDS and run.hushed_ms is not None
            self._left = _Left(run.onset, self._subject.heard_up_to, wordless)
        self._record.write(
            "interruption",
            turn=self._rooms.answers.turn,
            onset_ms=round(self._near_ms(self._taken_at() if run.onset is None else run.onset)),
            decision=decision,
            cause=happening if happening in _OVERRULING or run.cause is None else run.cause,
            heard_ms=self._rooms.answers.heard_ms(),
            ducked_ms=run.ducked_ms,
            hushed_ms=run.hushed_ms,
            **self._rooms.answers.item(),
        )
