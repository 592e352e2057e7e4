"""What can befall a conversation, state by state: the way there, what happens, and what then is done.

Every case is written out; none is computed from the table that it checks.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from appliance.conversation.machine import Happening as H
from appliance.conversation.machine import State as S
from appliance.conversation.machine import Verb as V
from tests.conversation.scenario import (
    ASKED,
    ASKS,
    DUCKED,
    HEARS_FIRST_WORDS,
    LISTENED,
    SPOKEN,
    Scenario,
)


class Way(NamedTuple):
    """How a state is reached, and what was done until then."""

    happenings: tuple[H, ...]
    verbs: tuple[V, ...]


_POSSIBLE = (H.SPEECH_POSSIBLE,)
WAYS: Mapping[S, Way] = {
    S.IDLE: Way((), ()),
    S.OPENING: Way(_POSSIBLE, (V.OPEN_TURN,)),
    S.OWING: Way(
        (*ASKS, *_POSSIBLE, H.ANSWER_LOST),
        (
            *ASKED,
            V.AWAIT_DECISION,
            V.CLEAR_ANSWER_DEADLINE,
            V.CLEAR_CONFIRM_DEADLINE,
            V.FINISH_ANSWER,
            V.OPEN_TURN,
        ),
    ),
    S.LISTENING: Way((*_POSSIBLE, H.SPEECH_REAL), LISTENED),
    S.THINKING: Way(ASKS, ASKED),
    S.HOLDING: Way((*ASKS, *_POSSIBLE), (*ASKED, V.AWAIT_DECISION)),
    S.HELD: Way((*ASKS, *_POSSIBLE, H.ANSWER_ARRIVED), (*ASKED, V.AWAIT_DECISION, V.CLEAR_ANSWER_DEADLINE)),
    S.CUT_OFF: Way(
        (*ASKS, *_POSSIBLE, H.ANSWER_ARRIVED, H.ANSWER_LOST),
        (*ASKED, V.AWAIT_DECISION, V.CLEAR_ANSWER_DEADLINE, V.END_ANSWER),
    ),
    S.SPEAKING: Way(HEARS_FIRST_WORDS, SPOKEN),
    S.DUCKED: Way((*HEARS_FIRST_WORDS, *_POSSIBLE), (*SPOKEN, *DUCKED)),
    S.STILL: Way((*HEARS_FIRST_WORDS, *_POSSIBLE, H.SPEECH_SUSTAINED), (*SPOKEN, *DUCKED, V.HUSH)),
}
# Under the strategy `deferred`.
LATER_WAYS: Mapping[S, Way] = {
    S.DEFERRING: Way((*HEARS_FIRST_WORDS, *_POSSIBLE), (*SPOKEN, V.AWAIT_DECISION)),
    S.YIELDING: Way(
        (*HEARS_FIRST_WORDS, *_POSSIBLE, H.FLOOR_TAKEN),
        (*SPOKEN, V.AWAIT_DECISION, V.CLEAR_CONFIRM_DEADLINE, V.YIELD),
    ),
    S.SAID: Way(
        (*HEARS_FIRST_WORDS, *_POSSIBLE, H.FLOOR_TAKEN, H.TURN_ENDED),
        (*SPOKEN, V.AWAIT_DECISION, V.CLEAR_CONFIRM_DEADLINE, V.YIELD),
    ),
}


class Case(NamedTuple):
    """In each of `states`: `happening`, which does `verbs` and leads to `ends_in` (None: it stays)."""

    states: tuple[S, ...]
    what: str
    happening: H
    verbs: tuple[V, ...]
    ends_in: S | None = None


_ANSWER, _CONFIRM, _STALL = V.CLEAR_ANSWER_DEADLINE, V.CLEAR_CONFIRM_DEADLINE, V.CLEAR_STALL_DEADLINE
_OPENING = (S.OPENING, S.OWING)
_OPEN = (*_OPENING, S.LISTENING)
_UNDECIDED = (S.DUCKED, S.STILL)
_GIVING_WAY = (S.YIELDING, S.SAID)
_SOUNDING = (S.SPEAKING, *_UNDECIDED)
_LATER = (S.DEFERRING, *_GIVING_WAY)
_CUT = (V.STOP_ANNOUNCEMENT, V.CANCEL_ANSWER)
_SILENCE = (V.SILENCE, V.CANCEL_ANSWER)
_GO_ON = (V.STOP_ANNOUNCEMENT, V.CANCEL_ANSWER, V.STREAM_TURN)
_HOLD = (V.SILENCE, V.CANCEL_ANSWER, V.HOLD_TURN)
_ABORT = (
    V.SILENCE,
    V.CANCEL_ANSWER,
    V.TAKE_BACK_TURN,
    V.FINISH_ANSWER,
    V.FORGET_ALL_SPEECH,
)
_TAKE = (_CONFIRM, _STALL, V.CONFIRM_INTERRUPTION)
_LEAVE = (_CONFIRM, V.REJECT_INTERRUPTION)
_MAKE_WAY = (_CONFIRM, _STALL, V.REJECT_INTERRUPTION, V.CANCEL_ANSWER, V.OPEN_TURN)
_NOW = (V.OPEN_TURN, V.STREAM_TURN)
_YIELDED = (_STALL, V.CONFIRM_INTERRUPTION, *_CUT, *_NOW)
_GONE = (_STALL, V.CONFIRM_INTERRUPTION, V.CANCEL_ANSWER, *_NOW)
_PRESSED = (_STALL, V.CONFIRM_INTERRUPTION, *_SILENCE, *_NOW)
_OVER = (_STALL, V.REJECT_INTERRUPTION, V.FINISH_ANSWER, V.OPEN_TURN, V.STREAM_TURN)
_ASK = (V.COMMIT_TURN, V.AWAIT_ANSWER)

CASES = (
    # --- idle
    Case((S.IDLE,), "the button opens a turn", H.PRESSED, (V.SILENCE, V.OPEN_PRESSED_TURN), S.OPENING),
    Case(
        (S.IDLE,),
        "a question in writing is asked",
        H.ASKED,
        (V.STOP_ANNOUNCEMENT, V.OPEN_WRITTEN_TURN, V.ASK_IN_WRITING, V.AWAIT_ANSWER),
        S.THINKING,
    ),
    Case((S.IDLE,), "who says stop stops what is being said", H.STOP_WANTED, (V.SILENCE,)),
    Case((S.IDLE,), "mute forgets what was said", H.MUTED, (V.FORGET_ALL_SPEECH,)),
    # --- listening
    Case(_OPEN, "the button takes the turn over", H.PRESSED, (V.SILENCE, V.HOLD_TURN)),
    Case(_OPENING, "it turns out to have begun earlier", H.SPEECH_POSSIBLE, (V.REACH_BACK,)),
    *(
        Case(_OPENING, "the words are real", happening, (V.STOP_ANNOUNCEMENT, V.STREAM_TURN), S.LISTENING)
        for happening in (H.SPEECH_REAL, H.SPEECH_CONFIRMED)
    ),
    Case(_OPENING, "a short question is asked", H.TURN_ENDED, (V.STREAM_TURN, *_ASK), S.THINKING),
    *(
        Case(
            (S.OWING,),
            "nobody goes on, and the truth is told",
            happening,
            (V.DISCARD_TURN, V.ANNOUNCE_FAILURE),
            S.IDLE,
        )
        for happening in (H.TURN_TOO_SHORT, H.TURN_OVERHEARD)
    ),
    Case((S.LISTENING,), "the words after a press leave the box", H.SPEECH_REAL, (V.STREAM_TURN,)),
    Case((S.LISTENING,), "a short word that took the floor is asked", H.TURN_TOO_SHORT, _ASK, S.THINKING),
    Case((S.LISTENING,), "the talk of the room is not asked", H.TURN_OVERHEARD, (V.ABORT_TURN,), S.IDLE),
    Case(tuple(S), "hearing is told that the button comes up", H.RELEASED, (V.RELEASE_TURN,)),
    Case(tuple(S), "hearing is told that it was only a tap", H.TAPPED, (V.LET_TURN_GO,)),
    Case(_OPEN, "the turn ends by wish", H.COMMIT_WANTED, (V.END_TURN,)),
    Case((S.LISTENING,), "the turn ends by the provider's word", H.END_HEARD, (V.END_TURN,)),
    Case(_OPEN, "what was said until the microphone was lost is asked", H.MICROPHONE_LOST, (V.END_TURN,)),
    Case(_OPEN, "mute takes the turn back", H.MUTED, (V.ABORT_TURN, V.FORGET_ALL_SPEECH), S.IDLE),
    Case(
        _OPEN,
        "stop takes the turn back",
        H.STOP_WANTED,
        (V.SILENCE, V.ABORT_TURN, V.FORGET_ALL_SPEECH),
        S.IDLE,
    ),
    # --- thinking
    Case((S.THINKING,), "the button goes on with the turn", H.PRESSED, (_ANSWER, *_HOLD), S.LISTENING),
    Case(
        (S.HOLDING,), "the button goes on with the turn", H.PRESSED, (_ANSWER, _CONFIRM, *_HOLD), S.LISTENING
    ),
    Case((S.HELD, S.CUT_OFF), "the button goes on with the turn", H.PRESSED, (_CONFIRM, *_HOLD), S.LISTENING),
    Case((S.CUT_OFF,), "more words go on with the turn", H.SPEECH_REAL, (_CONFIRM, *_GO_ON), S.LISTENING),
    Case((S.THINKING,), "stop gives the question up", H.STOP_WANTED, (_ANSWER, *_ABORT), S.IDLE),
    Case((S.HOLDING,), "stop gives the question up", H.STOP_WANTED, (_ANSWER, _CONFIRM, *_ABORT), S.IDLE),
    Case((S.HELD, S.CUT_OFF), "stop gives the question up", H.STOP_WANTED, (_CONFIRM, *_ABORT), S.IDLE),
    Case((S.THINKING, S.HOLDING, S.HELD), "a tool runs", H.TOOL_CALLED, (V.RUN_TOOL,)),
    Case((S.THINKING, S.HOLDING), "who writes is waited for", H.ANSWER_WRITTEN, (V.AWAIT_ANSWER,)),
    Case((S.THINKING,), "mute forgets, and the question stands", H.MUTED, (V.FORGET_ALL_SPEECH,)),
    Case((S.HOLDING,), "mute ends the suspicion", H.MUTED, (_CONFIRM, V.FORGET_ALL_SPEECH), S.THINKING),
    Case(
        (S.HELD,),
        "mute lets the answer go",
        H.MUTED,
        (_CONFIRM, V.FORGET_ALL_SPEECH, V.PLAY_ANSWER),
        S.SPEAKING,
    ),
    Case(
        (S.CUT_OFF,),
        "mute lets the answer go, and the truth after it",
        H.MUTED,
        (_CONFIRM, V.FORGET_ALL_SPEECH, V.PLAY_ANSWER, V.ANNOUNCE_FAILURE),
        S.SPEAKING,
    ),
    Case(
        (S.HOLDING,),
        "a lost microphone ends the suspicion",
        H.MICROPHONE_LOST,
        (_CONFIRM, V.FORGET_SPEECH),
        S.THINKING,
    ),
    Case(
        (S.HELD,),
        "a lost microphone lets the answer go",
        H.MICROPHONE_LOST,
        (_CONFIRM, V.FORGET_SPEECH, V.PLAY_ANSWER),
        S.SPEAKING,
    ),
    *(
        Case(
            (S.CUT_OFF,),
            what,
            happening,
            (_CONFIRM, V.FORGET_SPEECH, V.PLAY_ANSWER, V.ANNOUNCE_FAILURE),
            S.SPEAKING,
        )
        for what, happening in (
            ("a lost microphone lets what there is be heard", H.MICROPHONE_LOST),
            ("a cough lets what there is be heard", H.SPEECH_ENDED),
        )
    ),
    # --- speaking
    Case(
        (S.SPEAKING,),
        "the button takes the floor",
        H.PRESSED,
        (_STALL, V.CONFIRM_INTERRUPTION, *_SILENCE, V.OPEN_PRESSED_TURN),
        S.OPENING,
    ),
    Case((S.SPEAKING,), "stop stops it", H.STOP_WANTED, (_STALL, *_SILENCE, V.FORGET_ALL_SPEECH), S.IDLE),
    Case((S.SPEAKING,), "an alarm cuts it", H.RING, (_STALL, V.CANCEL_ANSWER, V.WANT_KEPT_SPEECH), S.IDLE),
    Case(
        (S.SPEAKING,),
        "nobody can hear it for too long",
        H.MOUTH_GONE,
        (_STALL, V.CANCEL_ANSWER, V.WANT_KEPT_SPEECH),
        S.IDLE,
    ),
    Case((S.SPEAKING,), "mute leaves it alone", H.MUTED, (V.FORGET_ALL_SPEECH,)),
    # --- whenever the answer has the loudspeaker
    Case((*_SOUNDING, *_LATER), "a tool runs", H.TOOL_CALLED, (V.RUN_TOOL,)),
    Case((*_SOUNDING, *_LATER), "the provider is done", H.ANSWER_DONE, (_STALL, V.END_ANSWER)),
    Case(
        (*_SOUNDING, *_LATER),
        "the provider is lost",
        H.ANSWER_LOST,
        (_STALL, V.END_ANSWER, V.ANNOUNCE_FAILURE),
    ),
    Case((*_SOUNDING, *_LATER), "the provider pauses", H.ANSWER_STARVED, (V.AWAIT_AUDIO,)),
    Case((*_SOUNDING, *_LATER), "the provider goes on", H.ANSWER_FED, (_STALL,)),
    Case(
        (*_SOUNDING, *_LATER),
        "the provider pauses for too long",
        H.ANSWER_STALLED,
        (V.AWAIT_AUDIO, V.ABANDON_PROVIDER),
    ),
    # --- interrupted
    *(
        case
        for states, resume in ((_UNDECIDED, (V.RESUME,)), ((S.DEFERRING,), ()))
        for case in (
            Case(states, "its words can be read", H.SPEECH_READABLE, (V.READ_WORDS,)),
            Case(states, "its words were read", H.WORDS_READ, (V.WEIGH_EVIDENCE,)),
            Case(states, "it was long", H.SPEECH_CONFIRMED, (V.WEIGH_EVIDENCE,)),
            Case(states, "it is over", H.SPEECH_ENDED, (V.WEIGH_EVIDENCE,)),
            Case(states, "the time is up, but for hearing", H.UNDECIDED, (V.DECIDE_WHEN_HEARD,)),
            Case(states, "hearing is too far behind", H.UNHEARD, (V.DECIDE_NOW,)),
            *(
                Case(states, "the turn is said", happening, (V.DECIDE_NOW, V.RETELL_TURN_END))
                for happening in (H.TURN_ENDED, H.TURN_TOO_SHORT, H.TURN_OVERHEARD)
            ),
            Case(states, "it was nothing", H.FLOOR_LEFT, (*_LEAVE, *resume, V.FORGET_SPEECH), S.SPEAKING),
            Case(
                states,
                "the microphone is lost",
                H.MICROPHONE_LOST,
                (*_LEAVE, *resume, V.FORGET_SPEECH),
                S.SPEAKING,
            ),
            Case(states, "mute decides", H.MUTED, (*_LEAVE, *resume, V.FORGET_ALL_SPEECH), S.SPEAKING),
            Case(
                states,
                "the button decides",
                H.PRESSED,
                (*_TAKE, *_SILENCE, V.OPEN_TURN, V.HOLD_TURN),
                S.OPENING,
            ),
            Case(states, "stop decides", H.STOP_WANTED, (*_TAKE, *_SILENCE, V.FORGET_ALL_SPEECH), S.IDLE),
            Case(states, "an alarm cuts the answer", H.RING, _MAKE_WAY, S.OPENING),
            Case(states, "nobody can hear the answer", H.MOUTH_GONE, _MAKE_WAY, S.OPENING),
            Case(
                states,
                "the answer was heard to its end",
                H.ANSWER_HEARD,
                (_CONFIRM, _STALL, V.REJECT_INTERRUPTION, V.FINISH_ANSWER, V.OPEN_TURN),
                S.OPENING,
            ),
        )
    ),
    Case(
        _UNDECIDED,
        "the person has the floor",
        H.FLOOR_TAKEN,
        (*_TAKE, *_CUT, *_NOW),
        S.LISTENING,
    ),
    # --- deferred
    Case((S.DEFERRING,), "the answer may end its sentence", H.FLOOR_TAKEN, (_CONFIRM, V.YIELD), S.YIELDING),
    Case((S.YIELDING,), "the person has said it all", H.TURN_ENDED, (), S.SAID),
    Case((S.YIELDING,), "the person has said a word", H.TURN_TOO_SHORT, (), S.SAID),
    Case((S.YIELDING,), "it was the room that talked", H.TURN_OVERHEARD, (), S.SAID),
    Case(
        (S.YIELDING,), "what was said until the microphone was lost counts", H.MICROPHONE_LOST, (V.END_TURN,)
    ),
    Case((S.YIELDING,), "the sentence is over", H.ANSWER_YIELDED, _YIELDED, S.LISTENING),
    Case((S.YIELDING,), "an alarm cuts the sentence", H.RING, _GONE, S.LISTENING),
    Case((S.YIELDING,), "nobody can hear the sentence", H.MOUTH_GONE, _GONE, S.LISTENING),
    Case(_GIVING_WAY, "the button cuts the sentence", H.PRESSED, (*_PRESSED, V.HOLD_TURN), S.LISTENING),
    Case((S.YIELDING,), "it was the last sentence", H.ANSWER_HEARD, _OVER, S.LISTENING),
    Case((S.DUCKED,), "the answer begins, for which a ring made no room", H.ANSWER_STARTED, (V.DUCK,)),
    Case((S.STILL,), "the answer begins, for which a ring made no room", H.ANSWER_STARTED, (V.HUSH,)),
    Case(_GIVING_WAY, "the answer begins, for which a ring made no room", H.ANSWER_STARTED, (V.YIELD,)),
    Case((S.SAID,), "the person goes on", H.SPEECH_REAL, (), S.YIELDING),
    Case((S.SAID,), "the sentence is over", H.ANSWER_YIELDED, (*_YIELDED, *_ASK), S.THINKING),
    Case((S.SAID,), "an alarm cuts the sentence", H.RING, (*_GONE, *_ASK), S.THINKING),
    Case((S.SAID,), "nobody can hear the sentence", H.MOUTH_GONE, (*_GONE, *_ASK), S.THINKING),
    Case((S.SAID,), "it was the last sentence", H.ANSWER_HEARD, (*_OVER, *_ASK), S.THINKING),
    Case(
        _GIVING_WAY,
        "stop stops both",
        H.STOP_WANTED,
        (_STALL, V.CONFIRM_INTERRUPTION, *_SILENCE, V.FORGET_ALL_SPEECH),
        S.IDLE,
    ),
    Case(
        _GIVING_WAY,
        "mute takes back what was said",
        H.MUTED,
        (V.REJECT_INTERRUPTION, V.RESUME, V.FORGET_ALL_SPEECH),
        S.SPEAKING,
    ),
)


def scenarios(ways: Mapping[S, Way]) -> Iterator[Scenario]:
    """Every case that can be reached on one of these ways."""
    for case in CASES:
        for state in case.states:
            if state in ways:
                way = ways[state]
                yield Scenario(
                    f"{state}: {case.what}",
                    (*way.happenings, case.happening),
                    (*way.verbs, *case.verbs),
                    case.ends_in or state,
                )
