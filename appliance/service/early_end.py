"""The answer to somebody who perhaps goes on: nothing of it is heard or done before that is sure."""

from typing import Final

from appliance.conversation import vocabulary as v
from appliance.service.happenings import Event

# What a provider sends within a second: at its fastest, a minute of sound in pieces of 20 ms.
MAX_HELD: Final = 3000

_HELD: Final = (
    v.AnswerStarted,
    v.AnswerAudio,
    v.AnswerTranscript,
    v.AnswerBrokeOff,
    v.AnswerDone,
    v.Failure,
    v.ToolCall,
)


class EarlyEnd:
    """Keeps what a provider answers to a turn that may still go on. Belongs to the event loop.

    A turn that a model ended early is asked at once, which saves the provider's time; but a person who
    goes on before silence alone would have ended it must find nothing said and nothing done. Bounded:
    `MAX_HELD` events; with the last one it is `full`, and all of it must be let through.
    """

    def __init__(self) -> None:
        self._held: list[Event] | None = None

    @property
    def waits(self) -> bool:
        """Whether it is not sure yet that the person is done."""
        return self._held is not None

    @property
    def full(self) -> bool:
        """Whether no more can be kept."""
        return self._held is not None and len(self._held) >= MAX_HELD

    def begin(self, *, may_go_on: bool) -> None:
        """A turn was asked; what was kept of another one is of no interest any more."""
        self._held = [] if may_go_on else None

    def holds(self, event: Event) -> bool:
        """Whether `event` was kept, to be handled later."""
        if self._held is None or not isinstance(event, _HELD):
            return False
        self._held.append(event)
        return True

    def end(self) -> list[Event]:
        """It is sure by now: what was kept, in its order."""
        held, self._held = self._held or [], None
        return held
