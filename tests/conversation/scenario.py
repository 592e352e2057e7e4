"""What a conversation by name is, and what many of them have in common."""

from typing import NamedTuple

from appliance.conversation.machine import Happening as H
from appliance.conversation.machine import State as S
from appliance.conversation.machine import Verb as V


class Scenario(NamedTuple):
    """What happens, what is done about it, and where it ends."""

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
