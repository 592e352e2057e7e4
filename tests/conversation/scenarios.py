"""Conversations by name: what happens, what is done about it, and where it ends."""

from typing import NamedTuple

from appliance.conversation.machine import Happening as H
from appliance.conversation.machine import State as S
from appliance.conversation.machine import Verb as V


class Scenario(NamedTuple):
    name: str
    happenings: tuple[H, ...]
    verbs: tuple[V, ...]
    ends_in: S


SPEAKS = (H.SPEECH_POSSIBLE, H.SPEECH_SUSTAINED, H.SPEECH_REAL, H.SPEECH_CONFIRMED, H.SPEECH_ENDED)
ASKS = (*SPEAKS, H.TURN_ENDED)
LISTENED = (V.OPEN_TURN, V.STOP_ANNOUNCEMENT, V.STREAM_TURN)
ASKED = (*LISTENED, V.COMMIT_TURN, V.AWAIT_ANSWER)
HEARS_FIRST_WORDS = (*ASKS, H.ANSWER_ARRIVED)
SPOKEN = (*ASKED, V.CLEAR_ANSWER_DEADLINE, V.PLAY_ANSWER)
ENDED = (V.CLEAR_STALL_DEADLINE, V.END_ANSWER)
FINISHED = (V.CLEAR_STALL_DEADLINE, V.FINISH_ANSWER, V.WANT_KEPT_SPEECH)
WEIGHED = (V.WEIGH_EVIDENCE,)
GONE = (V.CLEAR_STALL_DEADLINE, V.END_ANSWER, V.ANNOUNCE_FAILURE)
DUCKED = (V.DUCK, V.AWAIT_DECISION)
RESUMED = (V.CLEAR_CONFIRM_DEADLINE, V.REJECT_INTERRUPTION, V.RESUME, V.FORGET_SPEECH)
CONFIRMED = (
    V.CLEAR_CONFIRM_DEADLINE,
    V.CLEAR_STALL_DEADLINE,
    V.CONFIRM_INTERRUPTION,
    V.STOP_ANNOUNCEMENT,
    V.CANCEL_ANSWER,
    V.OPEN_TURN,
    V.STREAM_TURN,
)
OVERTAKEN = (
    V.CLEAR_CONFIRM_DEADLINE,
    V.CLEAR_STALL_DEADLINE,
    V.REJECT_INTERRUPTION,
    V.FINISH_ANSWER,
    V.OPEN_TURN,
)

SCENARIOS = (
    Scenario(
        "a question is answered",
        (*HEARS_FIRST_WORDS, H.ANSWER_DONE, H.ANSWER_HEARD),
        (*SPOKEN, *ENDED, *FINISHED),
        S.IDLE,
    ),
    Scenario(
        "a cough in silence is nobody's question",
        (H.SPEECH_POSSIBLE, H.SPEECH_ENDED, H.TURN_TOO_SHORT),
        (V.OPEN_TURN, V.DISCARD_TURN),
        S.IDLE,
    ),
    Scenario(
        "a pause inside a sentence does not end the turn",
        (*SPEAKS, H.SPEECH_POSSIBLE, H.SPEECH_ENDED),
        LISTENED,
        S.LISTENING,
    ),
    # --- while the answer is prepared
    Scenario(
        "more words before the answer belong to the same turn",
        (*ASKS, H.SPEECH_REAL, H.TURN_ENDED),
        (
            *ASKED,
            V.CLEAR_ANSWER_DEADLINE,
            V.STOP_ANNOUNCEMENT,
            V.CANCEL_ANSWER,
            V.STREAM_TURN,
            V.COMMIT_TURN,
            V.AWAIT_ANSWER,
        ),
        S.THINKING,
    ),
    Scenario(
        "more words, first only suspected, belong to the same turn",
        (*ASKS, H.SPEECH_POSSIBLE, H.SPEECH_REAL),
        (
            *ASKED,
            V.AWAIT_DECISION,
            V.CLEAR_ANSWER_DEADLINE,
            V.CLEAR_CONFIRM_DEADLINE,
            V.STOP_ANNOUNCEMENT,
            V.CANCEL_ANSWER,
            V.STREAM_TURN,
        ),
        S.LISTENING,
    ),
    Scenario(
        "a cough before the answer changes nothing",
        (*ASKS, H.SPEECH_POSSIBLE, H.SPEECH_ENDED, H.ANSWER_ARRIVED),
        (
            *ASKED,
            V.AWAIT_DECISION,
            V.CLEAR_CONFIRM_DEADLINE,
            V.FORGET_SPEECH,
            V.CLEAR_ANSWER_DEADLINE,
            V.PLAY_ANSWER,
        ),
        S.SPEAKING,
    ),
    Scenario(
        "a murmur holds the answer back no longer than it may",
        (*ASKS, H.SPEECH_POSSIBLE, H.UNDECIDED, H.ANSWER_ARRIVED),
        (*ASKED, V.AWAIT_DECISION, V.CLEAR_ANSWER_DEADLINE, V.PLAY_ANSWER),
        S.SPEAKING,
    ),
    Scenario(
        "the first audio is held back while somebody may be speaking, then played",
        (*ASKS, H.SPEECH_POSSIBLE, H.ANSWER_ARRIVED, H.SPEECH_ENDED),
        (
            *ASKED,
            V.AWAIT_DECISION,
            V.CLEAR_ANSWER_DEADLINE,
            V.CLEAR_CONFIRM_DEADLINE,
            V.FORGET_SPEECH,
            V.PLAY_ANSWER,
        ),
        S.SPEAKING,
    ),
    Scenario(
        "audio that was held back is played when nobody decided",
        (*ASKS, H.SPEECH_POSSIBLE, H.ANSWER_ARRIVED, H.UNDECIDED),
        (*ASKED, V.AWAIT_DECISION, V.CLEAR_ANSWER_DEADLINE, V.PLAY_ANSWER),
        S.SPEAKING,
    ),
    Scenario(
        "audio that was held back is never heard when the person goes on",
        (*ASKS, H.SPEECH_POSSIBLE, H.ANSWER_ARRIVED, H.SPEECH_REAL),
        (
            *ASKED,
            V.AWAIT_DECISION,
            V.CLEAR_ANSWER_DEADLINE,
            V.CLEAR_CONFIRM_DEADLINE,
            V.STOP_ANNOUNCEMENT,
            V.CANCEL_ANSWER,
            V.STREAM_TURN,
        ),
        S.LISTENING,
    ),
    Scenario(
        "an answer that is complete before it may be heard is heard to its end",
        (*ASKS, H.SPEECH_POSSIBLE, H.ANSWER_ARRIVED, H.ANSWER_DONE, H.UNDECIDED, H.ANSWER_HEARD),
        (
            *ASKED,
            V.AWAIT_DECISION,
            V.CLEAR_ANSWER_DEADLINE,
            V.END_ANSWER,
            V.PLAY_ANSWER,
            *FINISHED,
        ),
        S.IDLE,
    ),
    Scenario(
        "an answer that is lost while it is held back is played as far as it goes, and owned up to",
        (*ASKS, H.SPEECH_POSSIBLE, H.ANSWER_ARRIVED, H.ANSWER_LOST, H.UNDECIDED, H.ANSWER_HEARD),
        (
            *ASKED,
            V.AWAIT_DECISION,
            V.CLEAR_ANSWER_DEADLINE,
            V.END_ANSWER,
            V.PLAY_ANSWER,
            V.ANNOUNCE_FAILURE,
            *FINISHED,
        ),
        S.IDLE,
    ),
    Scenario(
        "an answer without a sound ends the turn",
        (*ASKS, H.ANSWER_DONE),
        (*ASKED, V.CLEAR_ANSWER_DEADLINE, V.FINISH_ANSWER, V.WANT_KEPT_SPEECH),
        S.IDLE,
    ),
    Scenario(
        "an answer without a sound, while somebody may be speaking, makes way for the next turn",
        (*ASKS, H.SPEECH_POSSIBLE, H.ANSWER_DONE, H.SPEECH_REAL),
        (
            *ASKED,
            V.AWAIT_DECISION,
            V.CLEAR_ANSWER_DEADLINE,
            V.CLEAR_CONFIRM_DEADLINE,
            V.FINISH_ANSWER,
            *LISTENED,
        ),
        S.LISTENING,
    ),
    Scenario(
        "when nobody can answer, an honest sentence says so",
        (*ASKS, H.ANSWER_LOST),
        (*ASKED, V.CLEAR_ANSWER_DEADLINE, V.FINISH_ANSWER, V.ANNOUNCE_FAILURE, V.WANT_KEPT_SPEECH),
        S.IDLE,
    ),
    Scenario(
        "when nobody can answer and somebody goes on, the words open the next turn",
        (*ASKS, H.SPEECH_POSSIBLE, H.ANSWER_LOST, H.SPEECH_REAL),
        (
            *ASKED,
            V.AWAIT_DECISION,
            V.CLEAR_ANSWER_DEADLINE,
            V.CLEAR_CONFIRM_DEADLINE,
            V.FINISH_ANSWER,
            *LISTENED,
        ),
        S.LISTENING,
    ),
    Scenario(
        "words that began before the answer was lost are not lost with it",
        (*ASKS, H.SPEECH_POSSIBLE, H.UNDECIDED, H.ANSWER_LOST, H.SPEECH_REAL),
        (
            *ASKED,
            V.AWAIT_DECISION,
            V.CLEAR_ANSWER_DEADLINE,
            V.FINISH_ANSWER,
            V.ANNOUNCE_FAILURE,
            V.WANT_KEPT_SPEECH,
            V.STOP_ANNOUNCEMENT,
            V.OPEN_TURN,
            V.STREAM_TURN,
        ),
        S.LISTENING,
    ),
    Scenario(
        "a silent provider is given up for the next one",
        (*ASKS, H.ANSWER_LATE, H.ANSWER_ARRIVED),
        (*ASKED, V.AWAIT_ANSWER, V.ABANDON_PROVIDER, V.CLEAR_ANSWER_DEADLINE, V.PLAY_ANSWER),
        S.SPEAKING,
    ),
    Scenario(
        "a silent provider is given up although somebody may be speaking",
        (*ASKS, H.SPEECH_POSSIBLE, H.ANSWER_LATE),
        (*ASKED, V.AWAIT_DECISION, V.AWAIT_ANSWER, V.ABANDON_PROVIDER),
        S.HOLDING,
    ),
    # --- while it speaks
    Scenario(
        "a provider that pauses in mid-answer is waited for",
        (*HEARS_FIRST_WORDS, H.ANSWER_STARVED, H.ANSWER_FED, H.ANSWER_DONE, H.ANSWER_HEARD),
        (*SPOKEN, V.AWAIT_AUDIO, V.CLEAR_STALL_DEADLINE, *ENDED, *FINISHED),
        S.IDLE,
    ),
    Scenario(
        "a provider that pauses for too long is lost in mid-answer",
        (*HEARS_FIRST_WORDS, H.ANSWER_STARVED, H.ANSWER_STALLED, H.ANSWER_LOST, H.ANSWER_HEARD),
        (*SPOKEN, V.AWAIT_AUDIO, V.AWAIT_AUDIO, V.ABANDON_PROVIDER, *GONE, *FINISHED),
        S.IDLE,
    ),
    Scenario(
        "the answer of a provider that paused for too long is gone on with by another",
        (
            *HEARS_FIRST_WORDS,
            H.ANSWER_STARVED,
            H.ANSWER_STALLED,
            H.ANSWER_FED,
            H.ANSWER_DONE,
            H.ANSWER_HEARD,
        ),
        (
            *SPOKEN,
            V.AWAIT_AUDIO,
            V.AWAIT_AUDIO,
            V.ABANDON_PROVIDER,
            V.CLEAR_STALL_DEADLINE,
            *ENDED,
            *FINISHED,
        ),
        S.IDLE,
    ),
    # --- interruptions
    Scenario(
        "a person takes the floor",
        (
            *HEARS_FIRST_WORDS,
            H.SPEECH_POSSIBLE,
            H.SPEECH_SUSTAINED,
            H.SPEECH_REAL,
            H.SPEECH_CONFIRMED,
            H.FLOOR_TAKEN,
        ),
        (*SPOKEN, *DUCKED, V.HUSH, *WEIGHED, *CONFIRMED),
        S.LISTENING,
    ),
    Scenario(
        "a person takes the floor with one word that was read",
        (*HEARS_FIRST_WORDS, H.SPEECH_POSSIBLE, H.SPEECH_READABLE, H.WORDS_READ, H.FLOOR_TAKEN),
        (*SPOKEN, *DUCKED, V.READ_WORDS, *WEIGHED, *CONFIRMED),
        S.LISTENING,
    ),
    Scenario(
        "a click ducks the answer and no more",
        (*HEARS_FIRST_WORDS, H.SPEECH_POSSIBLE, H.SPEECH_ENDED, H.FLOOR_LEFT),
        (*SPOKEN, *DUCKED, *WEIGHED, *RESUMED),
        S.SPEAKING,
    ),
    Scenario(
        "after a cough the answer goes on where it stood still",
        (*HEARS_FIRST_WORDS, H.SPEECH_POSSIBLE, H.SPEECH_SUSTAINED, H.SPEECH_ENDED, H.FLOOR_LEFT),
        (*SPOKEN, *DUCKED, V.HUSH, *WEIGHED, *RESUMED),
        S.SPEAKING,
    ),
    Scenario(
        "a murmur does not keep the answer down for longer than it may",
        (*HEARS_FIRST_WORDS, H.SPEECH_POSSIBLE, H.UNDECIDED, H.FLOOR_LEFT),
        (*SPOKEN, *DUCKED, V.DECIDE_NOW, *RESUMED),
        S.SPEAKING,
    ),
    Scenario(
        "a murmur does not keep the answer standing still for longer than it may",
        (*HEARS_FIRST_WORDS, H.SPEECH_POSSIBLE, H.SPEECH_SUSTAINED, H.UNDECIDED, H.FLOOR_LEFT),
        (*SPOKEN, *DUCKED, V.HUSH, V.DECIDE_NOW, *RESUMED),
        S.SPEAKING,
    ),
    Scenario(
        "speech that began before the answer interrupts it when it turns out to be real",
        (*ASKS, H.SPEECH_POSSIBLE, H.UNDECIDED, H.ANSWER_ARRIVED, H.SPEECH_REAL, H.FLOOR_TAKEN),
        (
            *ASKED,
            V.AWAIT_DECISION,
            V.CLEAR_ANSWER_DEADLINE,
            V.PLAY_ANSWER,
            *DUCKED,
            *CONFIRMED,
        ),
        S.LISTENING,
    ),
    Scenario(
        "an answer that ends under the first word makes way",
        (*HEARS_FIRST_WORDS, H.ANSWER_DONE, H.SPEECH_POSSIBLE, H.ANSWER_HEARD, H.SPEECH_REAL),
        (*SPOKEN, *ENDED, *DUCKED, *OVERTAKEN, V.STOP_ANNOUNCEMENT, V.STREAM_TURN),
        S.LISTENING,
    ),
    Scenario(
        "an answer that ends under speech already known as real makes way",
        (
            *HEARS_FIRST_WORDS,
            H.SPEECH_POSSIBLE,
            H.SPEECH_REAL,
            H.ANSWER_DONE,
            H.ANSWER_HEARD,
            H.SPEECH_CONFIRMED,
        ),
        (*SPOKEN, *DUCKED, *ENDED, *OVERTAKEN, V.STOP_ANNOUNCEMENT, V.STREAM_TURN),
        S.LISTENING,
    ),
    Scenario(
        "a short word under the end of an answer is asked",
        (
            *HEARS_FIRST_WORDS,
            H.ANSWER_DONE,
            H.SPEECH_POSSIBLE,
            H.SPEECH_SUSTAINED,
            H.SPEECH_REAL,
            H.ANSWER_HEARD,
            H.SPEECH_ENDED,
            H.TURN_ENDED,
        ),
        (
            *SPOKEN,
            *ENDED,
            *DUCKED,
            V.HUSH,
            *OVERTAKEN,
            V.STREAM_TURN,
            V.COMMIT_TURN,
            V.AWAIT_ANSWER,
        ),
        S.THINKING,
    ),
    *(
        Scenario(
            f"while it is {how}: a provider that is done, pauses, stalls or is lost",
            (
                *HEARS_FIRST_WORDS,
                *speech,
                H.ANSWER_STARVED,
                H.ANSWER_FED,
                H.ANSWER_STARVED,
                H.ANSWER_STALLED,
                H.ANSWER_LOST,
                H.ANSWER_DONE,
            ),
            (
                *SPOKEN,
                *verbs,
                V.AWAIT_AUDIO,
                V.CLEAR_STALL_DEADLINE,
                V.AWAIT_AUDIO,
                V.AWAIT_AUDIO,
                V.ABANDON_PROVIDER,
                *GONE,
                *ENDED,
            ),
            state,
        )
        for how, speech, verbs, state in (
            ("ducked", (H.SPEECH_POSSIBLE,), DUCKED, S.DUCKED),
            ("still", (H.SPEECH_POSSIBLE, H.SPEECH_SUSTAINED), (*DUCKED, V.HUSH), S.STILL),
        )
    ),
)
