"""The second session of a turn: what it has to do with it, and what it said before it is in use."""

import asyncio
from dataclasses import dataclass, field
from enum import Enum

from appliance.conversation.vocabulary import AnswerStarted, AnswerTranscript, UserTranscript
from appliance.providers.held_session import HeldSession
from appliance.providers.kept_turn import KeptTurn

# Messages of the second one whose words are kept until its first sound. An answer has one or two before that.
MAX_MESSAGES = 16

Said = AnswerStarted | UserTranscript | AnswerTranscript


class Part(Enum):
    """What the second session has to do with the turn."""

    WAITS = "it was told nothing of it"
    DUE = "it is to be asked as soon as it can be"
    ASKED = "it was asked beside the first one, and has given nothing yet"


@dataclass(slots=True, eq=False)
class Second:
    """The session that stands by in `turn`. `timer` runs while it waits for its time to be asked, which was
    at `asked_at_s`, an instant of the event loop.

    `said`: what it said ahead of its first sound, of each kind and message the last word, since a text is
    always told whole. At most `MAX_MESSAGES`; what belongs to more is forgotten.
    """

    held: HeldSession
    turn: KeptTurn
    part: Part = Part.WAITS
    timer: asyncio.TimerHandle | None = None
    asked_at_s: float = 0.0
    said: dict[tuple[type[Said], str | None], Said] = field(default_factory=dict)

    def keep(self, event: Said) -> None:
        """It is told should this one be the quicker."""
        key = type(event), event.item
        if key in self.said or len(self.said) < MAX_MESSAGES:
            self.said[key] = event

    def rest(self) -> None:
        """No answer is wanted, or not from here."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        if self.part is Part.DUE:
            self.part = Part.WAITS

    def is_of_use(self, turn: KeptTurn) -> bool:
        """Whether it may still be needed, where `turn` is the one that is kept."""
        if turn is not self.turn or not turn.owed:
            return False
        return self.part is not Part.ASKED or turn.unanswered

    def can_take_over(self, turn: KeptTurn) -> bool:
        """Whether it can go on where the first one was lost."""
        return turn is self.turn and turn.owed and not self.held.told.lacks_question(turn)

    def can_be_asked(self) -> bool:
        """Whether everything is there that it has to be told, and it understands it."""
        reads = self.turn.question is None or self.held.capabilities.text_in
        return self.held.ready and reads and not self.turn.awaits_tool
