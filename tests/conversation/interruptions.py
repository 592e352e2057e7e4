"""Conversations by name: somebody speaks while the answer is heard."""

from appliance.conversation.machine import Happening as H
from appliance.conversation.machine import State as S
from appliance.conversation.machine import Verb as V
from tests.conversation.scenario import (
    ASKED,
    ASKS,
    CONFIRMED,
    DUCKED,
    ENDED,
    GONE,
    HEARS_FIRST_WORDS,
    OVERTAKEN,
    RESUMED,
    SPOKEN,
    WEIGHED,
    Scenario,
)

INTERRUPTIONS = (
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
        (*SPOKEN, *DUCKED, V.DECIDE_WHEN_HEARD, *RESUMED),
        S.SPEAKING,
    ),
    Scenario(
        "a murmur does not keep the answer standing still for longer than it may",
        (*HEARS_FIRST_WORDS, H.SPEECH_POSSIBLE, H.SPEECH_SUSTAINED, H.UNDECIDED, H.FLOOR_LEFT),
        (*SPOKEN, *DUCKED, V.HUSH, V.DECIDE_WHEN_HEARD, *RESUMED),
        S.SPEAKING,
    ),
    Scenario(
        "what hearing says late counts",
        (
            *HEARS_FIRST_WORDS,
            *(H.SPEECH_POSSIBLE, H.SPEECH_SUSTAINED, H.UNDECIDED),
            *(H.SPEECH_CONFIRMED, H.FLOOR_TAKEN),
        ),
        (*SPOKEN, *DUCKED, V.HUSH, V.DECIDE_WHEN_HEARD, *WEIGHED, *CONFIRMED),
        S.LISTENING,
    ),
    Scenario(
        "a hearing that says nothing does not keep the answer standing still",
        (
            *HEARS_FIRST_WORDS,
            *(H.SPEECH_POSSIBLE, H.SPEECH_SUSTAINED, H.UNDECIDED),
            *(H.UNHEARD, H.FLOOR_LEFT),
        ),
        (*SPOKEN, *DUCKED, V.HUSH, V.DECIDE_WHEN_HEARD, V.DECIDE_NOW, *RESUMED),
        S.SPEAKING,
    ),
    Scenario(
        "speech that began before the answer interrupts it when it turns out to be real",
        (*ASKS, H.SPEECH_POSSIBLE, H.UNDECIDED, H.ANSWER_ARRIVED, H.SPEECH_REAL, H.FLOOR_TAKEN),
        (
            *ASKED,
            V.AWAIT_DECISION,
            V.CLEAR_CONFIRM_DEADLINE,
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
