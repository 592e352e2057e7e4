"""The rows of the conversation: `(state, happening) → (state, verbs)`.

Every pair stands either in `DECIDED` or in `IGNORED` (`ignored.py`); a test proves that none is in
both or in neither. A strategy for interruptions (`strategies.py`) puts its own rows in place of some.
"""

from collections.abc import Mapping

from appliance.conversation.machine import Happening as H
from appliance.conversation.machine import Row, State, Table, Verb
from appliance.conversation.machine import State as S
from appliance.conversation.machine import Verb as V

# The waits that may be running in a state, and end with it.
_WAITS: Mapping[State, tuple[Verb, ...]] = {
    S.FOLLOWING: (V.CLEAR_FOLLOW_UP_DEADLINE,),
    S.REPLYING: (V.CLEAR_FOLLOW_UP_DEADLINE,),
    S.THINKING: (V.CLEAR_ANSWER_DEADLINE,),
    S.HOLDING: (V.CLEAR_ANSWER_DEADLINE, V.CLEAR_CONFIRM_DEADLINE),
    S.HELD: (V.CLEAR_CONFIRM_DEADLINE,),
    S.CUT_OFF: (V.CLEAR_CONFIRM_DEADLINE,),
    S.SPEAKING: (V.CLEAR_STALL_DEADLINE,),
    S.DUCKED: (V.CLEAR_CONFIRM_DEADLINE, V.CLEAR_STALL_DEADLINE),
    S.STILL: (V.CLEAR_CONFIRM_DEADLINE, V.CLEAR_STALL_DEADLINE),
    S.DEFERRING: (V.CLEAR_CONFIRM_DEADLINE, V.CLEAR_STALL_DEADLINE),
    S.YIELDING: (V.CLEAR_STALL_DEADLINE,),
    S.SAID: (V.CLEAR_STALL_DEADLINE,),
}
_NO_ANSWER = (V.FINISH_ANSWER, V.ANNOUNCE_FAILURE)
_STOP_ANSWER = (V.STOP_ANNOUNCEMENT, V.CANCEL_ANSWER)
_SILENCE_ALL = (V.SILENCE, V.CANCEL_ANSWER)
_OPEN_AND_STREAM = (V.OPEN_TURN, V.STREAM_TURN)
_ASK = (V.COMMIT_TURN, V.AWAIT_ANSWER)


def _opening(state: State, too_short: tuple[Verb, ...]) -> dict[tuple[State, H], Row]:
    """Rows of a turn that is open, and of which nothing has left the box."""
    leave = _WAITS.get(state, ())
    real = Row(S.LISTENING, (*leave, V.STOP_ANNOUNCEMENT, V.STREAM_TURN))
    return {
        (state, H.SPEECH_POSSIBLE): Row(state, (V.REACH_BACK,)),
        (state, H.SPEECH_REAL): real,
        (state, H.SPEECH_CONFIRMED): real,
        (state, H.TURN_ENDED): Row(S.THINKING, (*leave, V.STREAM_TURN, *_ASK)),
        (state, H.TURN_TOO_SHORT): Row(S.IDLE, (V.DISCARD_TURN, *too_short)),
        (state, H.TURN_OVERHEARD): Row(S.IDLE, (V.DISCARD_TURN, *too_short)),
        (state, H.PRESSED): Row(state, (V.SILENCE, V.HOLD_TURN)),
    }


def _open(state: State) -> dict[tuple[State, H], Row]:
    """Rows of every turn that is open."""
    leave = _WAITS.get(state, ())
    return {
        (state, H.CALLED_AGAIN): Row(S.OPENING, (*leave, V.DROP_TURN, V.OPEN_CALLED_TURN)),
        (state, H.COMMIT_WANTED): Row(state, (V.END_TURN,)),
        (state, H.MICROPHONE_LOST): Row(state, (V.END_TURN,)),
        (state, H.MUTED): Row(S.IDLE, (*leave, V.ABORT_TURN, V.FORGET_ALL_SPEECH)),
        (state, H.STOP_WANTED): Row(S.IDLE, (*leave, V.SILENCE, V.ABORT_TURN, V.FORGET_ALL_SPEECH)),
    }


def _resting(state: State) -> dict[tuple[State, H], Row]:
    """Rows of the states in which nobody has the floor."""
    leave = _WAITS.get(state, ())
    return {
        # A run that began while an answer was given up: its words are not lost.
        (state, H.SPEECH_REAL): Row(S.LISTENING, (*leave, V.STOP_ANNOUNCEMENT, *_OPEN_AND_STREAM)),
        (state, H.PRESSED): Row(S.OPENING, (*leave, V.SILENCE, V.OPEN_PRESSED_TURN)),
        (state, H.CALLED): Row(S.OPENING, (*leave, V.SILENCE, V.OPEN_CALLED_TURN)),
        (state, H.ASKED): Row(
            S.THINKING,
            (*leave, V.STOP_ANNOUNCEMENT, V.OPEN_WRITTEN_TURN, V.ASK_IN_WRITING, V.AWAIT_ANSWER),
        ),
        (state, H.MUTED): Row(S.IDLE, (*leave, V.FORGET_ALL_SPEECH)),
    }


def _thinking(state: State) -> dict[tuple[State, H], Row]:
    """Rows of every state in which the person was not answered yet: speech belongs to the same turn."""
    leave = _WAITS[state]
    return {
        (state, H.SPEECH_REAL): Row(S.LISTENING, (*leave, *_STOP_ANSWER, V.STREAM_TURN)),
        (state, H.PRESSED): Row(S.LISTENING, (*leave, *_SILENCE_ALL, V.HOLD_TURN)),
        (state, H.STOP_WANTED): Row(
            S.IDLE, (*leave, *_SILENCE_ALL, V.TAKE_BACK_TURN, V.FINISH_ANSWER, V.FORGET_ALL_SPEECH)
        ),
    }


def _holding_back(state: State, back: State, play: tuple[Verb, ...]) -> dict[tuple[State, H], Row]:
    """Rows of the states in which a suspicion holds the answer back, once it is none."""
    clear = V.CLEAR_CONFIRM_DEADLINE
    return {
        (state, H.SPEECH_ENDED): Row(back, (clear, V.FORGET_SPEECH, *play)),
        (state, H.MICROPHONE_LOST): Row(back, (clear, V.FORGET_SPEECH, *play)),
        (state, H.MUTED): Row(back, (clear, V.FORGET_ALL_SPEECH, *play)),
        (state, H.UNDECIDED): Row(back, (clear, *play)),
    }


def _sounding(state: State) -> dict[tuple[State, H], Row]:
    """Rows of every state in which the answer has the loudspeaker."""
    return {
        (state, H.ANSWER_DONE): Row(state, (V.CLEAR_STALL_DEADLINE, V.END_ANSWER)),
        (state, H.ANSWER_LOST): Row(state, (V.CLEAR_STALL_DEADLINE, V.END_ANSWER, V.ANNOUNCE_FAILURE)),
        (state, H.ANSWER_STARVED): Row(state, (V.AWAIT_AUDIO,)),
        (state, H.ANSWER_FED): Row(state, (V.CLEAR_STALL_DEADLINE,)),
        # Who goes on with it has as long again.
        (state, H.ANSWER_STALLED): Row(state, (V.AWAIT_AUDIO, V.ABANDON_PROVIDER)),
        (state, H.TOOL_CALLED): Row(state, (V.RUN_TOOL,)),
    }


def _under_speech(state: State, resume: tuple[Verb, ...]) -> dict[tuple[State, H], Row]:
    """Rows of the states in which it is not decided who has the floor."""
    leave = _WAITS[state]
    left = (V.CLEAR_CONFIRM_DEADLINE, V.REJECT_INTERRUPTION, *resume)
    weigh = Row(state, (V.WEIGH_EVIDENCE,))
    # The turn that would have the floor is said already: decide first, then see what it ends.
    said = Row(state, (V.DECIDE_NOW, V.RETELL_TURN_END))
    taken = (*leave, V.CONFIRM_INTERRUPTION)
    gone = Row(S.OPENING, (*leave, V.REJECT_INTERRUPTION, V.CANCEL_ANSWER, V.OPEN_TURN))
    return {
        (state, H.SPEECH_READABLE): Row(state, (V.READ_WORDS,)),
        (state, H.SPEECH_CONFIRMED): weigh,
        (state, H.SPEECH_ENDED): weigh,
        (state, H.WORDS_READ): weigh,
        (state, H.TURN_ENDED): said,
        (state, H.TURN_TOO_SHORT): said,
        (state, H.TURN_OVERHEARD): said,
        (state, H.UNDECIDED): Row(state, (V.DECIDE_WHEN_HEARD,)),
        (state, H.UNHEARD): Row(state, (V.DECIDE_NOW,)),
        (state, H.FLOOR_TAKEN): Row(S.LISTENING, (*taken, *_STOP_ANSWER, *_OPEN_AND_STREAM)),
        (state, H.FLOOR_LEFT): Row(S.SPEAKING, (*left, V.FORGET_SPEECH)),
        (state, H.MICROPHONE_LOST): Row(S.SPEAKING, (*left, V.FORGET_SPEECH)),
        (state, H.MUTED): Row(S.SPEAKING, (*left, V.FORGET_ALL_SPEECH)),
        (state, H.PRESSED): Row(S.OPENING, (*taken, *_SILENCE_ALL, V.OPEN_TURN, V.HOLD_TURN)),
        (state, H.CALLED): Row(S.OPENING, (*taken, *_SILENCE_ALL, V.OPEN_CALLED_TURN)),
        (state, H.STOP_SAID): Row(S.IDLE, (*taken, *_SILENCE_ALL, V.FORGET_ALL_SPEECH)),
        (state, H.STOP_WANTED): Row(S.IDLE, (*taken, *_SILENCE_ALL, V.FORGET_ALL_SPEECH)),
        (state, H.RING): gone,
        (state, H.MOUTH_GONE): gone,
        (state, H.ANSWER_HEARD): Row(
            S.OPENING, (*leave, V.REJECT_INTERRUPTION, V.FINISH_ANSWER, V.OPEN_TURN)
        ),
    }


def _giving_way(state: State, next_state: State, ask: tuple[Verb, ...]) -> dict[tuple[State, H], Row]:
    """Rows of the states in which the person has the floor once the answer has ended its sentence."""
    taken = (*_WAITS[state], V.CONFIRM_INTERRUPTION)
    opened = (*_OPEN_AND_STREAM, *ask)
    now = Row(next_state, (*taken, V.CANCEL_ANSWER, *opened))
    return {
        (state, H.ANSWER_STARTED): Row(state, (V.YIELD,)),
        (state, H.ANSWER_YIELDED): Row(next_state, (*taken, *_STOP_ANSWER, *opened)),
        (state, H.CALLED): now,
        (state, H.RING): now,
        (state, H.MOUTH_GONE): now,
        (state, H.ANSWER_HEARD): Row(
            next_state, (*_WAITS[state], V.REJECT_INTERRUPTION, V.FINISH_ANSWER, *opened)
        ),
        # Whatever was said already: it is not asked before the button comes up.
        (state, H.PRESSED): Row(S.LISTENING, (*taken, *_SILENCE_ALL, *_OPEN_AND_STREAM, V.HOLD_TURN)),
        (state, H.STOP_WANTED): Row(S.IDLE, (*taken, *_SILENCE_ALL, V.FORGET_ALL_SPEECH)),
        (state, H.MUTED): Row(S.SPEAKING, (V.REJECT_INTERRUPTION, V.RESUME, V.FORGET_ALL_SPEECH)),
    }


def _hand(state: State) -> dict[tuple[State, H], Row]:
    """Hearing is told in every state that the button came up: it may know of a turn that we do not."""
    return {
        (state, H.RELEASED): Row(state, (V.RELEASE_TURN,)),
        (state, H.TAPPED): Row(state, (V.LET_TURN_GO,)),
    }


DECIDED: Table = {
    (S.IDLE, H.SPEECH_POSSIBLE): Row(S.OPENING, (V.OPEN_TURN,)),
    **_resting(S.IDLE),
    (S.IDLE, H.STOP_WANTED): Row(S.IDLE, (V.SILENCE,)),
    # Where speech opens no turn: an alarm can be stopped by a word.
    (S.IDLE, H.SPEECH_READABLE): Row(S.IDLE, (V.READ_OVER_RING,)),
    (S.IDLE, H.WORDS_READ): Row(S.IDLE, (V.WEIGH_EVIDENCE,)),
    (S.IDLE, H.STOP_SAID): Row(S.IDLE, (V.SILENCE, V.FORGET_ALL_SPEECH)),
    # … and for a while after an answer it does open one.
    **_resting(S.FOLLOWING),
    (S.FOLLOWING, H.SPEECH_POSSIBLE): Row(S.REPLYING, (V.OPEN_TURN,)),
    (S.FOLLOWING, H.FOLLOW_UP_OVER): Row(S.IDLE, ()),
    (S.FOLLOWING, H.STOP_WANTED): Row(S.IDLE, (*_WAITS[S.FOLLOWING], V.SILENCE, V.FORGET_ALL_SPEECH)),
    **_opening(S.REPLYING, ()),
    **_open(S.REPLYING),
    (S.REPLYING, H.TURN_TOO_SHORT): Row(S.FOLLOWING, (V.DISCARD_TURN,)),
    (S.REPLYING, H.TURN_OVERHEARD): Row(S.FOLLOWING, (V.DISCARD_TURN,)),
    (S.REPLYING, H.FOLLOW_UP_OVER): Row(S.OPENING, ()),
    (S.REPLYING, H.PRESSED): Row(S.OPENING, (*_WAITS[S.REPLYING], V.SILENCE, V.HOLD_TURN)),
    **_opening(S.OPENING, ()),
    **_open(S.OPENING),
    (S.OPENING, H.NOBODY_SPOKE): Row(S.OPENING, (V.SOUND_LISTENING,)),
    **_opening(S.OWING, (V.ANNOUNCE_FAILURE,)),
    **_open(S.OWING),
    # A turn that goes on with the button: its sound leaves from the first real word on.
    (S.LISTENING, H.SPEECH_REAL): Row(S.LISTENING, (V.STREAM_TURN,)),
    (S.LISTENING, H.TURN_ENDED): Row(S.THINKING, _ASK),
    # The turn was asked before, or took the floor with one short word: nothing of it is lost.
    (S.LISTENING, H.TURN_TOO_SHORT): Row(S.THINKING, _ASK),
    (S.LISTENING, H.TURN_OVERHEARD): Row(S.IDLE, (V.ABORT_TURN,)),
    (S.LISTENING, H.PRESSED): Row(S.LISTENING, (V.SILENCE, V.HOLD_TURN)),
    (S.LISTENING, H.END_HEARD): Row(S.LISTENING, (V.END_TURN,)),
    **_open(S.LISTENING),
    # Asked.
    (S.THINKING, H.SPEECH_POSSIBLE): Row(S.HOLDING, (V.AWAIT_DECISION,)),
    (S.THINKING, H.ANSWER_ARRIVED): Row(S.SPEAKING, (V.CLEAR_ANSWER_DEADLINE, V.PLAY_ANSWER)),
    (S.THINKING, H.ANSWER_DONE): Row(S.IDLE, (V.CLEAR_ANSWER_DEADLINE, V.FINISH_ANSWER, V.WANT_KEPT_SPEECH)),
    (S.THINKING, H.ANSWER_LOST): Row(S.IDLE, (V.CLEAR_ANSWER_DEADLINE, *_NO_ANSWER, V.WANT_KEPT_SPEECH)),
    (S.THINKING, H.ANSWER_LATE): Row(S.THINKING, (V.AWAIT_ANSWER, V.ABANDON_PROVIDER)),
    (S.THINKING, H.ANSWER_WRITTEN): Row(S.THINKING, (V.AWAIT_ANSWER,)),
    (S.THINKING, H.TOOL_CALLED): Row(S.THINKING, (V.RUN_TOOL,)),
    (S.THINKING, H.MUTED): Row(S.THINKING, (V.FORGET_ALL_SPEECH,)),
    **_thinking(S.THINKING),
    # Asked, and somebody may be speaking.
    (S.HOLDING, H.ANSWER_ARRIVED): Row(S.HELD, (V.CLEAR_ANSWER_DEADLINE,)),
    (S.HOLDING, H.ANSWER_DONE): Row(S.OPENING, (*_WAITS[S.HOLDING], V.FINISH_ANSWER, V.OPEN_TURN)),
    # The truth is told when it turns out that nobody goes on.
    (S.HOLDING, H.ANSWER_LOST): Row(S.OWING, (*_WAITS[S.HOLDING], V.FINISH_ANSWER, V.OPEN_TURN)),
    (S.HOLDING, H.ANSWER_WRITTEN): Row(S.HOLDING, (V.AWAIT_ANSWER,)),
    (S.HOLDING, H.ANSWER_LATE): Row(S.HOLDING, (V.AWAIT_ANSWER, V.ABANDON_PROVIDER)),
    (S.HOLDING, H.TOOL_CALLED): Row(S.HOLDING, (V.RUN_TOOL,)),
    **_thinking(S.HOLDING),
    **_holding_back(S.HOLDING, S.THINKING, ()),
    # The answer is there, and somebody may be speaking.
    (S.HELD, H.ANSWER_DONE): Row(S.HELD, (V.END_ANSWER,)),
    (S.HELD, H.ANSWER_LOST): Row(S.CUT_OFF, (V.END_ANSWER,)),
    (S.HELD, H.TOOL_CALLED): Row(S.HELD, (V.RUN_TOOL,)),
    **_thinking(S.HELD),
    **_holding_back(S.HELD, S.SPEAKING, (V.PLAY_ANSWER,)),
    # What came of it is played, and then the sentence: never over the person.
    **_thinking(S.CUT_OFF),
    **_holding_back(S.CUT_OFF, S.SPEAKING, (V.PLAY_ANSWER, V.ANNOUNCE_FAILURE)),
    # It speaks.
    (S.SPEAKING, H.SPEECH_POSSIBLE): Row(S.DUCKED, (V.DUCK, V.AWAIT_DECISION)),
    (S.SPEAKING, H.SPEECH_REAL): Row(S.DUCKED, (V.DUCK, V.AWAIT_DECISION)),
    (S.SPEAKING, H.ANSWER_HEARD): Row(S.IDLE, (V.CLEAR_STALL_DEADLINE, V.FINISH_ANSWER, V.WANT_KEPT_SPEECH)),
    (S.SPEAKING, H.PRESSED): Row(
        S.OPENING,
        (V.CLEAR_STALL_DEADLINE, V.CONFIRM_INTERRUPTION, *_SILENCE_ALL, V.OPEN_PRESSED_TURN),
    ),
    (S.SPEAKING, H.CALLED): Row(
        S.OPENING,
        (V.CLEAR_STALL_DEADLINE, V.CONFIRM_INTERRUPTION, *_SILENCE_ALL, V.OPEN_CALLED_TURN),
    ),
    (S.SPEAKING, H.STOP_WANTED): Row(S.IDLE, (V.CLEAR_STALL_DEADLINE, *_SILENCE_ALL, V.FORGET_ALL_SPEECH)),
    (S.SPEAKING, H.RING): Row(S.IDLE, (V.CLEAR_STALL_DEADLINE, V.CANCEL_ANSWER, V.WANT_KEPT_SPEECH)),
    (S.SPEAKING, H.MOUTH_GONE): Row(S.IDLE, (V.CLEAR_STALL_DEADLINE, V.CANCEL_ANSWER, V.WANT_KEPT_SPEECH)),
    (S.SPEAKING, H.MUTED): Row(S.SPEAKING, (V.FORGET_ALL_SPEECH,)),
    **_sounding(S.SPEAKING),
    # It speaks, and somebody may be speaking.
    (S.DUCKED, H.SPEECH_SUSTAINED): Row(S.STILL, (V.HUSH,)),
    **_sounding(S.DUCKED),
    **_under_speech(S.DUCKED, (V.RESUME,)),
    (S.DUCKED, H.ANSWER_STARTED): Row(S.DUCKED, (V.DUCK,)),
    **_sounding(S.STILL),
    **_under_speech(S.STILL, (V.RESUME,)),
    (S.STILL, H.ANSWER_STARTED): Row(S.STILL, (V.HUSH,)),
    # The same where speech is let wait for the end of a sentence.
    **_sounding(S.DEFERRING),
    **_under_speech(S.DEFERRING, ()),
    (S.DEFERRING, H.FLOOR_TAKEN): Row(S.YIELDING, (V.CLEAR_CONFIRM_DEADLINE, V.YIELD)),
    (S.YIELDING, H.TURN_ENDED): Row(S.SAID, ()),
    (S.YIELDING, H.TURN_TOO_SHORT): Row(S.SAID, ()),
    (S.YIELDING, H.TURN_OVERHEARD): Row(S.SAID, ()),
    (S.YIELDING, H.MICROPHONE_LOST): Row(S.YIELDING, (V.END_TURN,)),
    **_sounding(S.YIELDING),
    **_giving_way(S.YIELDING, S.LISTENING, ()),
    **_sounding(S.SAID),
    **_giving_way(S.SAID, S.THINKING, _ASK),
    (S.SAID, H.SPEECH_REAL): Row(S.YIELDING, ()),  # more than it all
    **{pair: row for state in S for pair, row in _hand(state).items()},
}
