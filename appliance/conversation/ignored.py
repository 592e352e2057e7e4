"""What of the conversation is ignored on purpose, by state: whatever else can happen stands in `table.py`."""

from collections.abc import Mapping

from appliance.conversation.machine import Happening as H
from appliance.conversation.machine import State
from appliance.conversation.machine import State as S

_OF_THE_PLAYOUT = frozenset(
    {
        H.ANSWER_STARTED,
        H.ANSWER_HEARD,
        H.ANSWER_STARVED,
        H.ANSWER_FED,
        H.ANSWER_STALLED,
        H.ANSWER_YIELDED,
    }
)
_OF_THE_PROVIDER = frozenset(
    {H.ANSWER_ARRIVED, H.ANSWER_WRITTEN, H.ANSWER_DONE, H.ANSWER_LOST, H.ANSWER_LATE, H.TOOL_CALLED}
)
_OF_A_DECISION = frozenset({H.FLOOR_TAKEN, H.FLOOR_LEFT, H.STOP_SAID, H.WORDS_READ, H.SPEECH_READABLE})
_OF_THE_LOUDSPEAKER = frozenset({H.RING, H.MOUTH_GONE})
_RUN = frozenset({H.SPEECH_SUSTAINED, H.SPEECH_CONFIRMED, H.SPEECH_ENDED})
_TURN = frozenset({H.TURN_ENDED, H.TURN_TOO_SHORT, H.TURN_OVERHEARD})
_TIME_IS_UP = frozenset({H.UNDECIDED, H.UNHEARD})
_OF_THE_TRIGGER = frozenset({H.CALLED_AGAIN, H.FOLLOW_UP_OVER, H.NOBODY_SPOKE})

_WITHOUT_AN_ANSWER = (
    _OF_THE_PLAYOUT | _OF_THE_PROVIDER | _OF_A_DECISION | _OF_THE_LOUDSPEAKER | _TIME_IS_UP | {H.NOBODY_SPOKE}
)
# Whoever says the wake word in a turn that is open has the ear already: it is one of its words.
_BEFORE_A_TURN = _WITHOUT_AN_ANSWER | {H.SPEECH_SUSTAINED, H.SPEECH_ENDED, H.ASKED, H.END_HEARD, H.CALLED}
_BEFORE_THE_ANSWER = (
    _OF_THE_PLAYOUT
    | _OF_A_DECISION
    | _OF_THE_LOUDSPEAKER
    | _OF_THE_TRIGGER
    | _TURN
    | {H.ASKED, H.COMMIT_WANTED, H.END_HEARD, H.CALLED}
)
_SUSPECTED = frozenset({H.SPEECH_POSSIBLE, H.SPEECH_SUSTAINED, H.SPEECH_CONFIRMED})
_DURING_THE_ANSWER = _OF_THE_TRIGGER | {
    H.ASKED,
    H.COMMIT_WANTED,
    H.END_HEARD,
    H.ANSWER_ARRIVED,
    H.ANSWER_WRITTEN,
    H.ANSWER_LATE,
}
_WHILE_UNDECIDED = _DURING_THE_ANSWER | {H.SPEECH_POSSIBLE, H.SPEECH_REAL, H.ANSWER_YIELDED}
_AFTER_THE_DECISION = _DURING_THE_ANSWER | _OF_A_DECISION | _RUN | _TIME_IS_UP | {H.SPEECH_POSSIBLE}

_AT_REST = (
    _WITHOUT_AN_ANSWER | _RUN | _TURN | {H.CALLED_AGAIN, H.COMMIT_WANTED, H.END_HEARD, H.MICROPHONE_LOST}
)

# What is ignored, by state, and why it can still happen.
IGNORED: Mapping[State, frozenset[H]] = {
    # Speech events trail a turn that was given up; answer events trail an answer that is over.
    S.IDLE: (_AT_REST | {H.FOLLOW_UP_OVER}) - {H.STOP_SAID, H.WORDS_READ, H.SPEECH_READABLE},
    S.FOLLOWING: _AT_REST,
    S.REPLYING: _BEFORE_A_TURN,
    S.OPENING: (_BEFORE_A_TURN | {H.FOLLOW_UP_OVER}) - {H.NOBODY_SPOKE},
    S.OWING: _BEFORE_A_TURN | {H.FOLLOW_UP_OVER},
    # Runs come and go within a turn; only its end counts.
    S.LISTENING: _WITHOUT_AN_ANSWER | _RUN | {H.SPEECH_POSSIBLE, H.ASKED, H.CALLED, H.FOLLOW_UP_OVER},
    # What began before the commit may end after it.
    S.THINKING: _BEFORE_THE_ANSWER | _RUN | _TIME_IS_UP | {H.MICROPHONE_LOST},
    # SPEECH_REAL decides; the finer marks have nothing to add.
    S.HOLDING: _BEFORE_THE_ANSWER | _SUSPECTED | {H.UNHEARD},
    S.HELD: _BEFORE_THE_ANSWER | _SUSPECTED | {H.UNHEARD, H.ANSWER_ARRIVED, H.ANSWER_WRITTEN, H.ANSWER_LATE},
    S.CUT_OFF: _BEFORE_THE_ANSWER | _OF_THE_PROVIDER | _SUSPECTED | {H.UNHEARD},
    # A run that was judged already may still be reported on.
    S.SPEAKING: _DURING_THE_ANSWER
    | _OF_A_DECISION
    | _RUN
    | _TURN
    | _TIME_IS_UP
    | {H.ANSWER_STARTED, H.ANSWER_YIELDED, H.MICROPHONE_LOST},
    # The run that opened the interruption is judged by its evidence alone.
    S.DUCKED: _WHILE_UNDECIDED,
    S.STILL: _WHILE_UNDECIDED | {H.SPEECH_SUSTAINED},
    S.DEFERRING: _WHILE_UNDECIDED | {H.SPEECH_SUSTAINED, H.ANSWER_STARTED},
    # It is decided; what else is said until the answer gives way belongs to the turn.
    S.YIELDING: _AFTER_THE_DECISION | {H.SPEECH_REAL},
    S.SAID: _AFTER_THE_DECISION | _TURN | {H.MICROPHONE_LOST},
}
