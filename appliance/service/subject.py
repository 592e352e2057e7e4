"""What the rows of the table are about."""

from dataclasses import dataclass
from typing import Final

from appliance.conversation import vocabulary as v
from appliance.conversation.machine import Happening
from appliance.errors import Cause, FailureCategory

_NO_TURN: Final = v.TurnEnded(0, 0, v.TurnEnd.SILENCE)
_NO_WORD: Final = v.WakeWordHeard(0, "", 0.0, 0, 0)
_NO_QUESTION: Final = v.Asked("", spoken=True)
_NO_CALL: Final = v.ToolCall(0, "", "", "")


@dataclass(slots=True)
class Subject:
    """What the latest happening of each kind was about. Instants are 16 kHz samples of the near end."""

    happening: Happening = Happening.SPEECH_POSSIBLE
    onset: int = 0  # of the speech that may open a turn
    heard_up_to: int = 0
    called: v.WakeWordHeard = _NO_WORD
    hand_at: int = 0  # where the button moved, or somebody wished the turn to end
    turn_ending: v.TurnEnding = _NO_TURN  # as hearing told it …
    turn_end: v.TurnEnded = _NO_TURN  # … and as it would be asked
    short_ms: int = 0  # the speech of a turn that was too short
    question: v.Asked = _NO_QUESTION
    tool_call: v.ToolCall = _NO_CALL
    failure: FailureCategory = FailureCategory.CONNECTION_FAILED
    cause: Cause | None = None  # of the failure
