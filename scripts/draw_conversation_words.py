"""The words for what the machine can be, what can happen to it and what it does."""

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Final

from appliance.conversation.machine import Happening as H
from appliance.conversation.machine import State as S
from appliance.conversation.machine import Verb as V


class Subject(Enum):
    """Whose doing a happening is."""

    SPEECH = "a person speaks"
    FLOOR = "who has the floor"
    ANSWER = "the answer"
    HAND = "hands and devices"


SUBJECTS: Final[Mapping[H, Subject]] = {
    **dict.fromkeys(
        (
            H.SPEECH_POSSIBLE,
            H.SPEECH_SUSTAINED,
            H.SPEECH_REAL,
            H.SPEECH_READABLE,
            H.SPEECH_CONFIRMED,
            H.SPEECH_ENDED,
            H.TURN_ENDED,
            H.TURN_TOO_SHORT,
            H.TURN_OVERHEARD,
            H.WORDS_READ,
            H.CALLED,
            H.CALLED_AGAIN,
            H.FOLLOW_UP_OVER,
            H.NOBODY_SPOKE,
            H.END_HEARD,
            H.ASKED,
        ),
        Subject.SPEECH,
    ),
    **dict.fromkeys((H.FLOOR_TAKEN, H.FLOOR_LEFT, H.STOP_SAID, H.UNDECIDED, H.UNHEARD), Subject.FLOOR),
    **dict.fromkeys(
        (
            H.ANSWER_ARRIVED,
            H.ANSWER_WRITTEN,
            H.ANSWER_DONE,
            H.ANSWER_LOST,
            H.TOOL_CALLED,
            H.ANSWER_STARTED,
            H.ANSWER_HEARD,
            H.ANSWER_STARVED,
            H.ANSWER_FED,
            H.ANSWER_YIELDED,
            H.ANSWER_LATE,
            H.ANSWER_STALLED,
        ),
        Subject.ANSWER,
    ),
    **dict.fromkeys(
        (
            H.PRESSED,
            H.RELEASED,
            H.TAPPED,
            H.COMMIT_WANTED,
            H.STOP_WANTED,
            H.RING,
            H.MUTED,
            H.MICROPHONE_LOST,
            H.MOUTH_GONE,
        ),
        Subject.HAND,
    ),
}

# On an arrow and in a table's head: as short as it stays clear.
HAPPENINGS: Final[Mapping[H, str]] = {
    H.SPEECH_POSSIBLE: "possible speech",
    H.SPEECH_SUSTAINED: "speech goes on",
    H.SPEECH_REAL: "real speech",
    H.SPEECH_READABLE: "words are readable",
    H.SPEECH_CONFIRMED: "long speech",
    H.SPEECH_ENDED: "speech over",
    H.TURN_ENDED: "turn ended",
    H.TURN_TOO_SHORT: "too short",
    H.TURN_OVERHEARD: "room talk",
    H.WORDS_READ: "words read",
    H.FLOOR_TAKEN: "confirmed",
    H.FLOOR_LEFT: "rejected",
    H.STOP_SAID: "“stop” said",
    H.PRESSED: "button",
    H.CALLED: "wake word",
    H.CALLED_AGAIN: "wake word alone",
    H.RELEASED: "button released",
    H.TAPPED: "button tapped",
    H.COMMIT_WANTED: "commit",
    H.STOP_WANTED: "stop",
    H.ASKED: "asked in writing",
    H.END_HEARD: "provider hears the end",
    H.RING: "ring",
    H.MUTED: "mute",
    H.MICROPHONE_LOST: "microphone lost",
    H.MOUTH_GONE: "loudspeaker lost",
    H.ANSWER_ARRIVED: "first audio",
    H.ANSWER_WRITTEN: "answer written",
    H.ANSWER_DONE: "answer done",
    H.ANSWER_LOST: "answer lost",
    H.TOOL_CALLED: "tool call",
    H.ANSWER_STARTED: "answer started",
    H.ANSWER_HEARD: "answer heard",
    H.ANSWER_STARVED: "answer starved",
    H.ANSWER_FED: "answer fed",
    H.ANSWER_YIELDED: "sentence ended",
    H.ANSWER_LATE: "answer late",
    H.ANSWER_STALLED: "answer stalled",
    H.UNDECIDED: "time is up",
    H.UNHEARD: "hearing far behind",
    H.FOLLOW_UP_OVER: "time to reply is over",
    H.NOBODY_SPOKE: "nobody spoke on",
}

# In a state's box, in two short lines at most.
STATES: Final[Mapping[S, str]] = {
    S.IDLE: "nobody has the floor",
    S.FOLLOWING: "it listens on after an answer",
    S.REPLYING: "as opening, in the time to reply",
    S.OPENING: "speech is possible, nothing leaves",
    S.OWING: "as opening, an answer is owed",
    S.LISTENING: "the turn is streamed",
    S.THINKING: "asked, no audio yet",
    S.HOLDING: "speech is possible, audio will wait",
    S.HELD: "the answer is here and waits",
    S.CUT_OFF: "as held, no more will come",
    S.SPEAKING: "the answer is heard",
    S.DUCKED: "the answer plays on, quieter",
    S.STILL: "the answer stands still",
    S.DEFERRING: "speech is possible, the answer plays on",
    S.YIELDING: "the answer ends its sentence",
    S.SAID: "as yielding, and all is said",
}

# What a verb does, as the table of a state tells it.
VERBS: Final[Mapping[V, str]] = {
    V.OPEN_TURN: "opens a turn at the onset of speech",
    V.OPEN_PRESSED_TURN: "opens a turn at the button",
    V.OPEN_CALLED_TURN: "opens a turn where the wake word ended, and starts the sign deadline",
    V.OPEN_WRITTEN_TURN: "opens a written turn",
    V.REACH_BACK: "lets the turn reach back to where speech began",
    V.STREAM_TURN: "lets the turn's sound leave the box",
    V.HOLD_TURN: "holds the turn open while the button is down",
    V.LET_TURN_GO: "lets the turn go on after a tap",
    V.RELEASE_TURN: "ends the turn where the button came up",
    V.END_TURN: "ends the turn here",
    V.COMMIT_TURN: "commits the turn",
    V.DISCARD_TURN: "discards the turn",
    V.DROP_TURN: "drops the turn, and takes back what was sent",
    V.TAKE_BACK_TURN: "takes back the turn that was asked",
    V.ABORT_TURN: "aborts the turn and takes back what was sent",
    V.FORGET_SPEECH: "forgets the speech that goes on",
    V.FORGET_ALL_SPEECH: "forgets all speech, kept speech too",
    V.WANT_KEPT_SPEECH: "asks for kept speech",
    V.ASK_IN_WRITING: "asks in writing",
    V.PLAY_ANSWER: "plays the answer",
    V.END_ANSWER: "ends the answer after its last sample",
    V.FINISH_ANSWER: "finishes the answer",
    V.CANCEL_ANSWER: "cancels the answer and tells what was heard",
    V.ABANDON_PROVIDER: "abandons the provider",
    V.RUN_TOOL: "runs the tool",
    V.DUCK: "ducks the answer",
    V.HUSH: "hushes the answer",
    V.RESUME: "resumes from the very sample",
    V.YIELD: "lets the answer yield at its next pause",
    V.READ_WORDS: "has the words read",
    V.READ_OVER_RING: "has the words read where an alarm rings",
    V.WEIGH_EVIDENCE: "weighs the evidence",
    V.DECIDE_WHEN_HEARD: "decides as soon as hearing has had its say",
    V.DECIDE_NOW: "decides at once",
    V.RETELL_TURN_END: "looks again at what the turn's end ends",
    V.RETELL_SPEECH: "looks again at what the speech that goes on means",
    V.CONFIRM_INTERRUPTION: "records the interruption as confirmed",
    V.REJECT_INTERRUPTION: "records the interruption as rejected",
    V.ANNOUNCE_FAILURE: "says honestly what failed",
    V.STOP_ANNOUNCEMENT: "stops announcements, but no alarm",
    V.SILENCE: "silences whatever sounds, an alarm too",
    V.SOUND_LISTENING: "gives a sign that it listens, after which the turn begins",
    V.SOUND_CLOSED: "gives a sign that it has stopped listening",
    V.AWAIT_ANSWER: "starts the answer deadline",
    V.AWAIT_AUDIO: "starts the stall deadline",
    V.AWAIT_DECISION: "starts the confirm deadline",
    V.CLEAR_ANSWER_DEADLINE: "clears the answer deadline",
    V.CLEAR_STALL_DEADLINE: "clears the stall deadline",
    V.CLEAR_CONFIRM_DEADLINE: "clears the confirm deadline",
    V.AWAIT_FOLLOW_UP: "starts the follow-up deadline, or lets it pass at once",
    V.CLEAR_FOLLOW_UP_DEADLINE: "clears the follow-up deadline",
    V.CLEAR_SIGN_DEADLINE: "clears the sign deadline",
}


def wordless() -> Iterator[H | S | V]:
    """What nobody has found words for."""
    yield from (happening for happening in H if happening not in HAPPENINGS or happening not in SUBJECTS)
    yield from (state for state in S if state not in STATES)
    yield from (verb for verb in V if verb not in VERBS)
