"""The rows of the conversation: `(state, happening) → (state, verbs)`.

Every pair stands either in `DECIDED` or in `IGNORED`; a test proves that none is in both or
in neither.
"""

from collections.abc import Mapping

from appliance.conversation.machine import Happening as H
from appliance.conversation.machine import Row, State, Table
from appliance.conversation.machine import State as S
from appliance.conversation.machine import Verb as V

_DROP_ANSWER_DEADLINES = (V.CLEAR_ANSWER_DEADLINE, V.CLEAR_CONFIRM_DEADLINE)
_TAKE_FLOOR = (
    V.CLEAR_CONFIRM_DEADLINE,
    V.CLEAR_STALL_DEADLINE,
    V.CONFIRM_INTERRUPTION,
    V.STOP_ANNOUNCEMENT,
    V.CANCEL_ANSWER,
    V.OPEN_TURN,
    V.STREAM_TURN,
)
_GIVE_FLOOR_BACK = (V.CLEAR_CONFIRM_DEADLINE, V.REJECT_INTERRUPTION, V.RESUME, V.FORGET_SPEECH)
_OVERTAKEN = (
    V.CLEAR_CONFIRM_DEADLINE,
    V.CLEAR_STALL_DEADLINE,
    V.REJECT_INTERRUPTION,
    V.FINISH_ANSWER,
    V.OPEN_TURN,
)
_PROVIDER_DONE = (V.CLEAR_STALL_DEADLINE, V.END_ANSWER)
_PROVIDER_GONE = (V.CLEAR_STALL_DEADLINE, V.END_ANSWER, V.ANNOUNCE_FAILURE)


def _interrupted(state: State) -> dict[tuple[State, H], Row]:
    """Rows that hold while it is not decided who has the floor, audible or standing still."""
    return {
        (state, H.SPEECH_CONFIRMED): Row(S.LISTENING, _TAKE_FLOOR),
        (state, H.SPEECH_ENDED): Row(S.SPEAKING, _GIVE_FLOOR_BACK),
        (state, H.UNDECIDED): Row(S.SPEAKING, _GIVE_FLOOR_BACK),
        (state, H.ANSWER_DONE): Row(state, _PROVIDER_DONE),
        (state, H.ANSWER_LOST): Row(state, _PROVIDER_GONE),
        (state, H.ANSWER_HEARD): Row(S.OPENING, _OVERTAKEN),
        (state, H.ANSWER_STARVED): Row(state, (V.AWAIT_AUDIO,)),
        (state, H.ANSWER_FED): Row(state, (V.CLEAR_STALL_DEADLINE,)),
        (state, H.ANSWER_STALLED): Row(state, (V.ABANDON_PROVIDER,)),
    }


DECIDED: Table = {
    (S.IDLE, H.SPEECH_POSSIBLE): Row(S.OPENING, (V.OPEN_TURN,)),
    # A run that began while an answer was given up: its words are not lost.
    (S.IDLE, H.SPEECH_REAL): Row(S.LISTENING, (V.STOP_ANNOUNCEMENT, V.OPEN_TURN, V.STREAM_TURN)),
    # Nothing has left the box yet.
    (S.OPENING, H.SPEECH_REAL): Row(S.LISTENING, (V.STOP_ANNOUNCEMENT, V.STREAM_TURN)),
    (S.OPENING, H.SPEECH_CONFIRMED): Row(S.LISTENING, (V.STOP_ANNOUNCEMENT, V.STREAM_TURN)),
    (S.OPENING, H.TURN_ENDED): Row(S.THINKING, (V.STREAM_TURN, V.COMMIT_TURN, V.AWAIT_ANSWER)),
    (S.OPENING, H.TURN_TOO_SHORT): Row(S.IDLE, (V.DISCARD_TURN,)),
    (S.LISTENING, H.TURN_ENDED): Row(S.THINKING, (V.COMMIT_TURN, V.AWAIT_ANSWER)),
    # Asked. Speech now belongs to the same turn.
    (S.THINKING, H.SPEECH_POSSIBLE): Row(S.HOLDING, (V.AWAIT_DECISION,)),
    (S.THINKING, H.SPEECH_REAL): Row(
        S.LISTENING, (V.CLEAR_ANSWER_DEADLINE, V.STOP_ANNOUNCEMENT, V.CANCEL_ANSWER, V.STREAM_TURN)
    ),
    (S.THINKING, H.ANSWER_ARRIVED): Row(S.SPEAKING, (V.CLEAR_ANSWER_DEADLINE, V.PLAY_ANSWER)),
    (S.THINKING, H.ANSWER_DONE): Row(S.IDLE, (V.CLEAR_ANSWER_DEADLINE, V.FINISH_ANSWER)),
    (S.THINKING, H.ANSWER_LOST): Row(S.IDLE, (V.CLEAR_ANSWER_DEADLINE, V.FINISH_ANSWER, V.ANNOUNCE_FAILURE)),
    (S.THINKING, H.ANSWER_LATE): Row(S.THINKING, (V.AWAIT_ANSWER, V.ABANDON_PROVIDER)),
    # Asked, and somebody may be speaking.
    (S.HOLDING, H.SPEECH_REAL): Row(
        S.LISTENING, (*_DROP_ANSWER_DEADLINES, V.STOP_ANNOUNCEMENT, V.CANCEL_ANSWER, V.STREAM_TURN)
    ),
    (S.HOLDING, H.SPEECH_ENDED): Row(S.THINKING, (V.CLEAR_CONFIRM_DEADLINE, V.FORGET_SPEECH)),
    (S.HOLDING, H.UNDECIDED): Row(S.THINKING, ()),
    (S.HOLDING, H.ANSWER_ARRIVED): Row(S.HELD, (V.CLEAR_ANSWER_DEADLINE,)),
    (S.HOLDING, H.ANSWER_DONE): Row(S.OPENING, (*_DROP_ANSWER_DEADLINES, V.FINISH_ANSWER, V.OPEN_TURN)),
    (S.HOLDING, H.ANSWER_LOST): Row(
        S.OPENING, (*_DROP_ANSWER_DEADLINES, V.FINISH_ANSWER, V.ANNOUNCE_FAILURE, V.OPEN_TURN)
    ),
    (S.HOLDING, H.ANSWER_LATE): Row(S.HOLDING, (V.AWAIT_ANSWER, V.ABANDON_PROVIDER)),
    # The answer is there, and somebody may be speaking.
    (S.HELD, H.SPEECH_REAL): Row(
        S.LISTENING, (V.CLEAR_CONFIRM_DEADLINE, V.STOP_ANNOUNCEMENT, V.CANCEL_ANSWER, V.STREAM_TURN)
    ),
    (S.HELD, H.SPEECH_ENDED): Row(S.SPEAKING, (V.CLEAR_CONFIRM_DEADLINE, V.FORGET_SPEECH, V.PLAY_ANSWER)),
    (S.HELD, H.UNDECIDED): Row(S.SPEAKING, (V.PLAY_ANSWER,)),
    (S.HELD, H.ANSWER_DONE): Row(S.HELD, (V.END_ANSWER,)),
    # What came of it is played; a sentence now would be heard before it, and over the person.
    (S.HELD, H.ANSWER_LOST): Row(S.HELD, (V.END_ANSWER,)),
    # It speaks.
    (S.SPEAKING, H.SPEECH_POSSIBLE): Row(S.DUCKED, (V.DUCK, V.AWAIT_DECISION)),
    (S.SPEAKING, H.SPEECH_REAL): Row(S.DUCKED, (V.DUCK, V.AWAIT_DECISION)),
    (S.SPEAKING, H.ANSWER_DONE): Row(S.SPEAKING, _PROVIDER_DONE),
    (S.SPEAKING, H.ANSWER_LOST): Row(S.SPEAKING, _PROVIDER_GONE),
    (S.SPEAKING, H.ANSWER_HEARD): Row(S.IDLE, (V.CLEAR_STALL_DEADLINE, V.FINISH_ANSWER)),
    (S.SPEAKING, H.ANSWER_STARVED): Row(S.SPEAKING, (V.AWAIT_AUDIO,)),
    (S.SPEAKING, H.ANSWER_FED): Row(S.SPEAKING, (V.CLEAR_STALL_DEADLINE,)),
    (S.SPEAKING, H.ANSWER_STALLED): Row(S.SPEAKING, (V.ABANDON_PROVIDER,)),
    # It speaks, and somebody may be speaking.
    (S.DUCKED, H.SPEECH_SUSTAINED): Row(S.STILL, (V.HUSH,)),
    **_interrupted(S.DUCKED),
    **_interrupted(S.STILL),
}

_AFTER_THE_ANSWER = frozenset(
    {
        H.ANSWER_ARRIVED,
        H.ANSWER_DONE,
        H.ANSWER_LOST,
        H.ANSWER_HEARD,
        H.ANSWER_STARVED,
        H.ANSWER_FED,
        H.ANSWER_LATE,
        H.ANSWER_STALLED,
        H.UNDECIDED,
    }
)
_BEFORE_THE_PLAYOUT = frozenset({H.ANSWER_HEARD, H.ANSWER_STARVED, H.ANSWER_FED, H.ANSWER_STALLED})
_TURN_IS_ASKED = frozenset({H.TURN_ENDED, H.TURN_TOO_SHORT})

# What is ignored, by state, and why it can still happen.
IGNORED: Mapping[State, frozenset[H]] = {
    # Speech events trail a turn that was given up; answer events trail an answer that is over.
    S.IDLE: _AFTER_THE_ANSWER | (frozenset(H) - _AFTER_THE_ANSWER - {H.SPEECH_POSSIBLE, H.SPEECH_REAL}),
    S.OPENING: _AFTER_THE_ANSWER | {H.SPEECH_POSSIBLE, H.SPEECH_SUSTAINED, H.SPEECH_ENDED},
    # Runs come and go within a turn; only its end counts.
    S.LISTENING: _AFTER_THE_ANSWER
    | {
        H.SPEECH_POSSIBLE,
        H.SPEECH_SUSTAINED,
        H.SPEECH_REAL,
        H.SPEECH_CONFIRMED,
        H.SPEECH_ENDED,
        H.TURN_TOO_SHORT,
    },
    # What began before the commit may end after it.
    S.THINKING: _BEFORE_THE_PLAYOUT
    | _TURN_IS_ASKED
    | {H.SPEECH_SUSTAINED, H.SPEECH_CONFIRMED, H.SPEECH_ENDED, H.UNDECIDED},
    # SPEECH_REAL decides; the finer marks have nothing to add.
    S.HOLDING: _BEFORE_THE_PLAYOUT
    | _TURN_IS_ASKED
    | {H.SPEECH_POSSIBLE, H.SPEECH_SUSTAINED, H.SPEECH_CONFIRMED},
    S.HELD: _BEFORE_THE_PLAYOUT
    | _TURN_IS_ASKED
    | {H.SPEECH_POSSIBLE, H.SPEECH_SUSTAINED, H.SPEECH_CONFIRMED, H.ANSWER_ARRIVED, H.ANSWER_LATE},
    # A run that was judged already may still be reported on.
    S.SPEAKING: _TURN_IS_ASKED
    | {
        H.SPEECH_SUSTAINED,
        H.SPEECH_CONFIRMED,
        H.SPEECH_ENDED,
        H.ANSWER_ARRIVED,
        H.ANSWER_LATE,
        H.UNDECIDED,
    },
    # The run that opened the interruption is judged by its length alone.
    S.DUCKED: _TURN_IS_ASKED | {H.SPEECH_POSSIBLE, H.SPEECH_REAL, H.ANSWER_ARRIVED, H.ANSWER_LATE},
    S.STILL: _TURN_IS_ASKED
    | {H.SPEECH_POSSIBLE, H.SPEECH_SUSTAINED, H.SPEECH_REAL, H.ANSWER_ARRIVED, H.ANSWER_LATE},
}
