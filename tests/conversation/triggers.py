"""Conversations by name: what opens a turn where speech alone does not."""

from appliance.conversation.machine import Happening as H
from appliance.conversation.machine import State as S
from appliance.conversation.machine import Verb as V
from tests.conversation.scenario import Scenario

_STALL, _CONFIRM, _ANSWER = V.CLEAR_STALL_DEADLINE, V.CLEAR_CONFIRM_DEADLINE, V.CLEAR_ANSWER_DEADLINE
_WINDOW = V.CLEAR_FOLLOW_UP_DEADLINE
_REAL = (V.STOP_ANNOUNCEMENT, V.STREAM_TURN)
_ASK = (V.COMMIT_TURN, V.AWAIT_ANSWER)

_CALLS = (H.CALLED, H.SPEECH_POSSIBLE, H.SPEECH_REAL)
_CALLED = (V.SILENCE, V.OPEN_CALLED_TURN, V.CLEAR_SIGN_DEADLINE, V.REACH_BACK, *_REAL)
_PRESSES = (H.PRESSED, H.SPEECH_POSSIBLE, H.SPEECH_REAL)
_PRESSED = (
    V.FORGET_ALL_SPEECH,
    V.SILENCE,
    V.OPEN_PRESSED_TURN,
    V.CLEAR_SIGN_DEADLINE,
    V.REACH_BACK,
    *_REAL,
)
_IS_ANSWERED = (*_CALLS, H.TURN_ENDED, H.ANSWER_ARRIVED)
_ANSWERED = (*_CALLED, *_ASK, _ANSWER, V.PLAY_ANSWER)
_HEARD = (_STALL, V.FINISH_ANSWER, V.AWAIT_FOLLOW_UP, V.WANT_KEPT_SPEECH)
_LISTENS_ON = (*_IS_ANSWERED, H.ANSWER_HEARD)
_LISTENED_ON = (*_ANSWERED, *_HEARD)
_IS_SPOKEN_OVER = (*_IS_ANSWERED, H.SPEECH_POSSIBLE)
_SPOKEN_OVER = (*_ANSWERED, V.AWAIT_DECISION)
_SILENCED = (_STALL, V.CONFIRM_INTERRUPTION, V.SILENCE, V.CANCEL_ANSWER)
_CUT = (_CONFIRM, *_SILENCED)
_RETOLD = (V.REJECT_INTERRUPTION, V.FINISH_ANSWER, V.AWAIT_FOLLOW_UP, V.RETELL_SPEECH)

# The rows that hold for the turns that a trigger opens, and are the same in a conversation.
CALLED = (
    Scenario(
        "speech alone opens no turn",
        (H.SPEECH_POSSIBLE, H.SPEECH_REAL, H.SPEECH_CONFIRMED, H.SPEECH_ENDED, H.TURN_ENDED),
        (),
        S.IDLE,
    ),
    Scenario("the button does", _PRESSES, _PRESSED, S.LISTENING),
    Scenario("the wake word does", _CALLS, _CALLED, S.LISTENING),
    Scenario(
        "who waits for a sign gets one",
        (H.CALLED, H.NOBODY_SPOKE),
        (V.SILENCE, V.OPEN_CALLED_TURN, V.SOUND_LISTENING),
        S.OPENING,
    ),
    Scenario(
        "who says no more is told that it has closed",
        (H.CALLED, H.TURN_TOO_SHORT),
        (V.SILENCE, V.OPEN_CALLED_TURN, V.DISCARD_TURN, V.SOUND_CLOSED),
        S.IDLE,
    ),
    Scenario(
        "who says no more while the room talks is told so as well",
        (H.CALLED, H.TURN_OVERHEARD),
        (V.SILENCE, V.OPEN_CALLED_TURN, V.DISCARD_TURN, V.SOUND_CLOSED),
        S.IDLE,
    ),
    Scenario(
        "the button right after the wake word keeps the turn",
        (H.CALLED, H.PRESSED),
        (V.SILENCE, V.OPEN_CALLED_TURN, V.CLEAR_SIGN_DEADLINE, V.SILENCE, V.HOLD_TURN),
        S.OPENING,
    ),
    Scenario(
        "the wake word right after the button is a word of the turn",
        (H.PRESSED, H.CALLED),
        (V.FORGET_ALL_SPEECH, V.SILENCE, V.OPEN_PRESSED_TURN),
        S.OPENING,
    ),
    Scenario(
        "the wake word in the middle of a turn is one of its words", (*_CALLS, H.CALLED), _CALLED, S.LISTENING
    ),
    Scenario(
        "the wake word while it thinks changes nothing by itself",
        (*_CALLS, H.TURN_ENDED, H.CALLED),
        (*_CALLED, *_ASK),
        S.THINKING,
    ),
    # --- an alarm, of which the state knows nothing
    Scenario(
        "an alarm is ended by a word",
        (H.SPEECH_POSSIBLE, H.SPEECH_READABLE, H.WORDS_READ, H.STOP_SAID),
        (V.READ_OVER_RING, V.WEIGH_EVIDENCE, V.SILENCE, V.FORGET_ALL_SPEECH),
        S.IDLE,
    ),
    # --- after an answer
    Scenario("after an answer it listens on", _LISTENS_ON, _LISTENED_ON, S.FOLLOWING),
    Scenario(
        "an answer in text alone was heard as well",
        (*_CALLS, H.TURN_ENDED, H.ANSWER_DONE),
        (*_CALLED, *_ASK, _ANSWER, V.FINISH_ANSWER, V.AWAIT_FOLLOW_UP, V.WANT_KEPT_SPEECH),
        S.FOLLOWING,
    ),
    Scenario(
        "who may be speaking when such an answer is done may go on",
        (*_CALLS, H.TURN_ENDED, H.SPEECH_POSSIBLE, H.ANSWER_DONE),
        (
            *_CALLED,
            *_ASK,
            V.AWAIT_DECISION,
            _ANSWER,
            _CONFIRM,
            V.FINISH_ANSWER,
            V.AWAIT_FOLLOW_UP,
            V.RETELL_SPEECH,
        ),
        S.FOLLOWING,
    ),
    Scenario("… but not for ever", (*_LISTENS_ON, H.FOLLOW_UP_OVER), _LISTENED_ON, S.IDLE),
    *(
        Scenario(
            f"who goes on talking needs no trigger ({happening})",
            (*_LISTENS_ON, H.SPEECH_POSSIBLE, H.SPEECH_POSSIBLE, happening),
            (*_LISTENED_ON, V.OPEN_TURN, V.REACH_BACK, _WINDOW, *_REAL),
            S.LISTENING,
        )
        for happening in (H.SPEECH_REAL, H.SPEECH_CONFIRMED)
    ),
    Scenario(
        "a short reply is asked",
        (*_LISTENS_ON, H.SPEECH_POSSIBLE, H.TURN_ENDED),
        (*_LISTENED_ON, V.OPEN_TURN, _WINDOW, V.STREAM_TURN, *_ASK),
        S.THINKING,
    ),
    Scenario(
        "a reply that began over the answer is heard",
        (*_LISTENS_ON, H.SPEECH_REAL),
        (*_LISTENED_ON, _WINDOW, V.STOP_ANNOUNCEMENT, V.OPEN_TURN, V.STREAM_TURN),
        S.LISTENING,
    ),
    Scenario(
        "a cough does not end the time to reply",
        (*_LISTENS_ON, H.SPEECH_POSSIBLE, H.TURN_TOO_SHORT, H.SPEECH_POSSIBLE),
        (*_LISTENED_ON, V.OPEN_TURN, V.DISCARD_TURN, V.OPEN_TURN),
        S.REPLYING,
    ),
    Scenario(
        "the talk of the room does not end the time to reply",
        (*_LISTENS_ON, H.SPEECH_POSSIBLE, H.TURN_OVERHEARD),
        (*_LISTENED_ON, V.OPEN_TURN, V.DISCARD_TURN),
        S.FOLLOWING,
    ),
    Scenario(
        "who began in time is heard to the end",
        (*_LISTENS_ON, H.SPEECH_POSSIBLE, H.FOLLOW_UP_OVER, H.SPEECH_REAL),
        (*_LISTENED_ON, V.OPEN_TURN, *_REAL),
        S.LISTENING,
    ),
    *(
        Scenario(
            f"a hand in the time to reply: {happening}",
            (*_LISTENS_ON, happening),
            (*_LISTENED_ON, _WINDOW, *verbs),
            state,
        )
        for happening, verbs, state in (
            (H.PRESSED, (V.SILENCE, V.OPEN_PRESSED_TURN), S.OPENING),
            (H.CALLED, (V.SILENCE, V.OPEN_CALLED_TURN), S.OPENING),
            (
                H.ASKED,
                (V.STOP_ANNOUNCEMENT, V.OPEN_WRITTEN_TURN, V.ASK_IN_WRITING, V.AWAIT_ANSWER),
                S.THINKING,
            ),
            (H.MUTED, (V.FORGET_ALL_SPEECH,), S.IDLE),
            (H.STOP_WANTED, (V.SILENCE, V.FORGET_ALL_SPEECH), S.IDLE),
        )
    ),
    *(
        Scenario(
            f"a hand while somebody may be replying: {happening}",
            (*_LISTENS_ON, H.SPEECH_POSSIBLE, happening),
            (*_LISTENED_ON, V.OPEN_TURN, *verbs),
            state,
        )
        for happening, verbs, state in (
            (H.PRESSED, (_WINDOW, V.SILENCE, V.HOLD_TURN), S.OPENING),
            (H.MUTED, (_WINDOW, V.ABORT_TURN, V.FORGET_ALL_SPEECH), S.IDLE),
            (H.STOP_WANTED, (_WINDOW, V.SILENCE, V.ABORT_TURN, V.FORGET_ALL_SPEECH), S.IDLE),
            (H.RELEASED, (V.RELEASE_TURN,), S.REPLYING),
            (H.TAPPED, (V.LET_TURN_GO,), S.REPLYING),
            (H.COMMIT_WANTED, (V.END_TURN,), S.REPLYING),
            (H.MICROPHONE_LOST, (V.END_TURN,), S.REPLYING),
        )
    ),
    Scenario(
        "a hand that lets go in the time to reply",
        (*_LISTENS_ON, H.RELEASED, H.TAPPED),
        (*_LISTENED_ON, V.RELEASE_TURN, V.LET_TURN_GO),
        S.FOLLOWING,
    ),
    *(
        Scenario(
            f"who says the wake word all the same begins with what follows it ({how})",
            (*_LISTENS_ON, H.SPEECH_POSSIBLE, *more, H.CALLED_AGAIN),
            (*_LISTENED_ON, V.OPEN_TURN, *done, V.DROP_TURN, V.OPEN_CALLED_TURN),
            S.OPENING,
        )
        for how, more, done in (
            ("replying", (), (_WINDOW,)),
            ("opening", (H.FOLLOW_UP_OVER,), ()),
            ("listening", (H.SPEECH_REAL,), (_WINDOW, *_REAL)),
        )
    ),
    Scenario(
        "the wake word alone, where an answer is owed",
        (*_CALLS, H.TURN_ENDED, H.SPEECH_POSSIBLE, H.ANSWER_LOST, H.CALLED_AGAIN),
        (
            *_CALLED,
            *_ASK,
            V.AWAIT_DECISION,
            _ANSWER,
            _CONFIRM,
            V.FINISH_ANSWER,
            V.OPEN_TURN,
            V.DROP_TURN,
            V.OPEN_CALLED_TURN,
        ),
        S.OPENING,
    ),
    # --- over an answer
    Scenario(
        "the wake word takes the floor at once",
        (*_IS_ANSWERED, H.CALLED),
        (*_ANSWERED, *_SILENCED, V.OPEN_CALLED_TURN),
        S.OPENING,
    ),
)
# Those of the first answer alone, over which a television may be speaking.
UNHEEDED = (
    Scenario(
        "the talk of others changes nothing of an answer",
        (*_IS_SPOKEN_OVER, H.SPEECH_REAL, H.SPEECH_CONFIRMED, H.FLOOR_LEFT, H.SPEECH_REAL, H.SPEECH_POSSIBLE),
        (*_SPOKEN_OVER, V.WEIGH_EVIDENCE, _CONFIRM, V.REJECT_INTERRUPTION, V.AWAIT_DECISION),
        S.DEFERRING,
    ),
    Scenario(
        "an alarm, while others talk over an answer, opens no turn of theirs",
        (*_IS_SPOKEN_OVER, H.RING),
        (*_SPOKEN_OVER, _CONFIRM, _STALL, V.REJECT_INTERRUPTION, V.CANCEL_ANSWER, V.FORGET_ALL_SPEECH),
        S.IDLE,
    ),
    Scenario(
        "nor does a loudspeaker that is lost",
        (*_IS_SPOKEN_OVER, H.MOUTH_GONE),
        (*_SPOKEN_OVER, _CONFIRM, _STALL, V.REJECT_INTERRUPTION, V.CANCEL_ANSWER, V.FORGET_ALL_SPEECH),
        S.IDLE,
    ),
    Scenario(
        "the wake word over others takes the floor as well",
        (*_IS_SPOKEN_OVER, H.CALLED),
        (*_SPOKEN_OVER, *_CUT, V.OPEN_CALLED_TURN),
        S.OPENING,
    ),
    Scenario(
        '"stop" ends the answer and opens nothing',
        (*_IS_SPOKEN_OVER, H.SPEECH_READABLE, H.WORDS_READ, H.STOP_SAID),
        (*_SPOKEN_OVER, V.READ_WORDS, V.WEIGH_EVIDENCE, *_CUT, V.FORGET_ALL_SPEECH),
        S.IDLE,
    ),
    Scenario(
        "who speaks when the answer ends may go on",
        (*_IS_SPOKEN_OVER, H.ANSWER_HEARD),
        (*_SPOKEN_OVER, _CONFIRM, _STALL, *_RETOLD),
        S.FOLLOWING,
    ),
)
_DUCKS = (*_IS_ANSWERED, H.SPEECH_POSSIBLE)
_DUCKED = (*_ANSWERED, V.DUCK, V.AWAIT_DECISION)
# Those of a conversation: who speaks may interrupt.
CONVERSING = tuple(
    Scenario(
        f"{what}, {how}", (*_DUCKS, *more, happening), (*_DUCKED, *done, _CONFIRM, _STALL, *verbs), state
    )
    for how, more, done in (("ducked", (), ()), ("still", (H.SPEECH_SUSTAINED,), (V.HUSH,)))
    for what, happening, verbs, state in (
        (
            "the wake word takes the floor",
            H.CALLED,
            (V.CONFIRM_INTERRUPTION, V.SILENCE, V.CANCEL_ANSWER, V.OPEN_CALLED_TURN),
            S.OPENING,
        ),
        (
            '"stop" ends it',
            H.STOP_SAID,
            (V.CONFIRM_INTERRUPTION, V.SILENCE, V.CANCEL_ANSWER, V.FORGET_ALL_SPEECH),
            S.IDLE,
        ),
        ("who speaks when it ends may go on", H.ANSWER_HEARD, _RETOLD, S.FOLLOWING),
    )
)
# Those of a conversation in which an answer ends its sentence first.
LATER = tuple(
    Scenario(
        f"the wake word does not wait for the sentence's end, {how}",
        (*_DUCKS, H.FLOOR_TAKEN, *said, H.CALLED),
        (
            *_ANSWERED,
            V.AWAIT_DECISION,
            _CONFIRM,
            V.YIELD,
            _STALL,
            V.CONFIRM_INTERRUPTION,
            V.CANCEL_ANSWER,
            V.OPEN_TURN,
            V.STREAM_TURN,
            *asks,
        ),
        state,
    )
    for how, said, asks, state in (
        ("speaking", (), (), S.LISTENING),
        ("said", (H.TURN_ENDED,), _ASK, S.THINKING),
    )
)
