"""What is said to the conductor, and what of it happens in the machine."""

from collections.abc import Mapping

from appliance.audio.playout_events import AnswerFed, AnswerHeard, AnswerStarved, AnswerYielded, PlayoutEvent
from appliance.conversation import vocabulary as v
from appliance.conversation.deadlines import Deadline
from appliance.conversation.machine import Happening

Event = (
    v.SpeechEvent
    | v.ProviderEvent
    | v.ChainEvent
    | v.Wish
    | v.FloorEvent
    | v.FollowUpOver
    | v.ToolDone
    | v.DeviceChanged
    | PlayoutEvent
)

OF_SPEECH: Mapping[type, Happening] = {
    v.SpeechPossible: Happening.SPEECH_POSSIBLE,
    v.SpeechSustained: Happening.SPEECH_SUSTAINED,
    v.SpeechReal: Happening.SPEECH_REAL,
    v.SpeechReadable: Happening.SPEECH_READABLE,
    v.SpeechPaused: Happening.SPEECH_READABLE,
    v.SpeechConfirmed: Happening.SPEECH_CONFIRMED,
    v.SpeechEnded: Happening.SPEECH_ENDED,
    v.TurnEnded: Happening.TURN_ENDED,
    v.TurnTooShort: Happening.TURN_TOO_SHORT,
    v.TurnOverheard: Happening.TURN_OVERHEARD,
}
OF_PLAYOUT: Mapping[type, Happening] = {
    AnswerHeard: Happening.ANSWER_HEARD,
    AnswerStarved: Happening.ANSWER_STARVED,
    AnswerFed: Happening.ANSWER_FED,
    AnswerYielded: Happening.ANSWER_YIELDED,
}
OF_DEADLINE: Mapping[Deadline, Happening] = {
    Deadline.ANSWER: Happening.ANSWER_LATE,
    Deadline.STALL: Happening.ANSWER_STALLED,
    Deadline.CONFIRM: Happening.UNDECIDED,
    Deadline.HEARING: Happening.UNHEARD,
    Deadline.MOUTH: Happening.MOUTH_GONE,
    Deadline.FOLLOW_UP: Happening.FOLLOW_UP_OVER,
    Deadline.SIGN: Happening.NOBODY_SPOKE,
}


def of_decision(decided: v.FloorDecided) -> Happening:
    """What the reader of words, or the length of speech, comes to."""
    if decided.over:
        return Happening.STOP_SAID
    return Happening.FLOOR_TAKEN if decided.taken else Happening.FLOOR_LEFT
