"""Whom speech is meant for, where not all of it is meant for us: what the button, the wake word and a
conversation that is under way make of it.

With the triggers `button` and `wake_word` speech alone opens no turn, but for a while after an answer (the
follow-up window). Over the first answer after the trigger only "stop", the wake word and the button count:
the rest may be a television. Once somebody went on talking in the window it is a conversation, and he may
interrupt as with the trigger `open`. A television that got into the window is out after `follow_ups` turns.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from appliance.conversation.interruption import (
    Cause,
    Evidence,
    judge_of_others,
    judge_of_others_at_deadline,
    judge_stop,
    may_be_stop,
)
from appliance.conversation.machine import Happening as H
from appliance.conversation.machine import Row, Table
from appliance.conversation.machine import State as S
from appliance.conversation.machine import Verb as V
from appliance.conversation.strategies import Strategy


class Trigger(StrEnum):
    """What opens a turn (public contract: `conversation.trigger`)."""

    OPEN = "open"  # speech alone
    BUTTON = "button"
    WAKE_WORD = "wake_word"  # or the button


_STALL, _CONFIRM, _ANSWER = V.CLEAR_STALL_DEADLINE, V.CLEAR_CONFIRM_DEADLINE, V.CLEAR_ANSWER_DEADLINE
_HEARD = (V.FINISH_ANSWER, V.AWAIT_FOLLOW_UP, V.WANT_KEPT_SPEECH)
# Who began to speak over the end of an answer may go on, if he may at all.
_SPOKEN_OVER = (V.FINISH_ANSWER, V.AWAIT_FOLLOW_UP, V.RETELL_SPEECH)
_UNDECIDED_HEARD = Row(S.FOLLOWING, (_CONFIRM, _STALL, V.REJECT_INTERRUPTION, *_SPOKEN_OVER))
_CLOSED: Table = {
    (S.IDLE, H.SPEECH_POSSIBLE): Row(S.IDLE, ()),
    (S.IDLE, H.SPEECH_REAL): Row(S.IDLE, ()),
    # What was said before belongs to nobody's turn, however long it was.
    (S.IDLE, H.PRESSED): Row(S.OPENING, (V.FORGET_ALL_SPEECH, V.SILENCE, V.OPEN_PRESSED_TURN)),
    (S.OPENING, H.SPEECH_POSSIBLE): Row(S.OPENING, (V.CLEAR_SIGN_DEADLINE, V.REACH_BACK)),
    (S.OPENING, H.PRESSED): Row(S.OPENING, (V.CLEAR_SIGN_DEADLINE, V.SILENCE, V.HOLD_TURN)),
    (S.OPENING, H.TURN_TOO_SHORT): Row(S.IDLE, (V.DISCARD_TURN, V.SOUND_CLOSED)),
    (S.OPENING, H.TURN_OVERHEARD): Row(S.IDLE, (V.DISCARD_TURN, V.SOUND_CLOSED)),
    (S.THINKING, H.ANSWER_DONE): Row(S.FOLLOWING, (_ANSWER, *_HEARD)),
    (S.HOLDING, H.ANSWER_DONE): Row(S.FOLLOWING, (_ANSWER, _CONFIRM, *_SPOKEN_OVER)),
    (S.SPEAKING, H.ANSWER_HEARD): Row(S.FOLLOWING, (_STALL, *_HEARD)),
    **dict.fromkeys(
        ((state, H.ANSWER_HEARD) for state in (S.DUCKED, S.STILL, S.DEFERRING)), _UNDECIDED_HEARD
    ),
}
_GONE = Row(S.IDLE, (_CONFIRM, _STALL, V.REJECT_INTERRUPTION, V.CANCEL_ANSWER, V.FORGET_ALL_SPEECH))
_UNHEEDED: Table = {
    **_CLOSED,
    (S.SPEAKING, H.SPEECH_POSSIBLE): Row(S.DEFERRING, (V.AWAIT_DECISION,)),
    (S.SPEAKING, H.SPEECH_REAL): Row(S.SPEAKING, ()),
    # It goes on being said; what comes after a pause is judged anew.
    (S.DEFERRING, H.FLOOR_LEFT): Row(S.SPEAKING, (_CONFIRM, V.REJECT_INTERRUPTION)),
    (S.DEFERRING, H.RING): _GONE,
    (S.DEFERRING, H.MOUTH_GONE): _GONE,
}


def unheeded(strategy: Strategy, *, stop_word: bool = True) -> Strategy:
    """`strategy` for the turns that a trigger opens: what is said over their answers is not meant for us,
    except "stop" where there is a `stop_word`."""
    if stop_word:
        return Strategy({**strategy.rows, **_UNHEEDED}, judge_of_others, judge_of_others_at_deadline)
    return Strategy({**strategy.rows, **_UNHEEDED}, _never_heeded, _unheeded_at_deadline)


def conversing(strategy: Strategy, *, stop_word: bool = True) -> Strategy:
    """`strategy` for the turns that go on with a conversation; "stop" alone ends it there, too."""
    rows = {**strategy.rows, **_CLOSED, **_without_the_answer(strategy.rows)}
    if not stop_word:
        return replace(strategy, rows=rows)
    return Strategy(
        rows,
        lambda evidence: (
            judge_stop(evidence) or (None if may_be_stop(evidence) else strategy.judge(evidence))
        ),
        lambda evidence: judge_stop(evidence) or strategy.judge_at_deadline(evidence),
    )


def _without_the_answer(rows: Table) -> Table:
    """Where an answer is over because it stood still, it is listened on as well."""
    over = rows.get((S.STILL, H.FLOOR_LEFT))
    if over is None or over.next is not S.IDLE:
        return {}
    return {(S.STILL, H.FLOOR_LEFT): Row(S.FOLLOWING, (*over.verbs, V.AWAIT_FOLLOW_UP))}


def _never_heeded(evidence: Evidence) -> Cause | None:
    return Cause.UNHEEDED if evidence.long or evidence.ended else None


def _unheeded_at_deadline(evidence: Evidence) -> Cause:
    return Cause.UNHEEDED


@dataclass(frozen=True, slots=True)
class AttentionOptions:
    """For `follow_up_s` after an answer speech opens a turn (0: never), `follow_ups` times in a row. `word`
    is the wake word as one says it; without one that is heard the button has to do in its place."""

    trigger: Trigger = Trigger.OPEN
    follow_up_s: float = 8.0
    follow_ups: int = 5
    stop_word: bool = True
    word: str = ""


class Attention:
    """Counts the turns since the trigger, and so knows which rows hold. Pure."""

    def __init__(self, strategy: Strategy, options: AttentionOptions) -> None:
        self._options = options
        self._replies = 0
        self._spoken = False
        self._open = options.trigger is Trigger.OPEN
        first = strategy if self._open else unheeded(strategy, stop_word=options.stop_word)
        later = strategy if self._open else conversing(strategy, stop_word=options.stop_word)
        self._strategies: Mapping[bool, Strategy] = {False: first, True: later}
        self._tables: Mapping[bool, Table] = {False: first.table, True: later.table}

    @property
    def trigger(self) -> Trigger:
        """What opens a turn, as things are."""
        return Trigger.BUTTON if self.wordless else self._options.trigger

    @property
    def word(self) -> str:
        """The wake word as one says it; "" where none is listened for."""
        return self._options.word

    @property
    def wordless(self) -> bool:
        """Whether the wake word that is to open turns cannot be heard."""
        return self._options.trigger is Trigger.WAKE_WORD and not self._options.word

    @property
    def table(self) -> Table:
        """The rows that hold now."""
        return self._tables[self._converses]

    @property
    def judge(self) -> Callable[[Evidence], Cause | None]:
        """Who weighs the evidence now; see `Strategy`."""
        return self._strategies[self._converses].judge

    @property
    def judge_at_deadline(self) -> Callable[[Evidence], Cause]:
        """Who has to decide now; see `Strategy`."""
        return self._strategies[self._converses].judge_at_deadline

    @property
    def follow_up_ms(self) -> float:
        """How long speech may open a turn after the answer that was just heard; 0: the trigger has to."""
        return self._options.follow_up_s * 1000 if self.follow_ups_left else 0.0

    @property
    def follow_ups_left(self) -> int:
        """How many more turns speech may open before the trigger has to."""
        return max(self._options.follow_ups - self._replies, 0)

    def called(self) -> None:
        """A hand or the wake word: the person means us."""
        self._replies, self._spoken = 0, False

    def spoken(self) -> None:
        """Speech alone opened a turn."""
        self._spoken = True

    @property
    def opened_by_speech(self) -> bool:
        """Whether the turn that is open, and was not asked yet, was opened by speech alone."""
        return self._spoken

    def asked(self) -> None:
        """The turn is asked, and counts; it may go on and be asked once more."""
        self._replies += self._spoken
        self._spoken = False

    @property
    def _converses(self) -> bool:
        return 0 < self._replies < self._options.follow_ups
