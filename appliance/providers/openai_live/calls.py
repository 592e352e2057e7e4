"""The calls of the vendor's backend: where on the timeline each was made, and what it is told. Pure.

Places are samples that had been sent.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from appliance.conversation.vocabulary import ToolRan
from appliance.providers.from_peer import Fields
from appliance.providers.openai_live import frames
from appliance.providers.openai_live.backend import MAX_OPEN_CALLS, Backend, Call

NOT_RUN = "not run: nobody waits for it any more"
SPOKE_ON = "not run: the person went on speaking after it was called; call it again if it is still wanted"


@dataclass(frozen=True, slots=True)
class PlacedCall:
    """A call, and where it was made."""

    call: Call
    at_sample: int


class Calls:
    """Which calls were made, and which tools ran elsewhere; at most `MAX_OPEN_CALLS` of each, beyond which
    the oldest that ran is forgotten. Frames to send go to `send`, in order."""

    def __init__(self, send: Callable[[str], None]) -> None:
        self._send = send
        self._backend = Backend()
        self._delegated: tuple[str, int] | None = None  # the delegation that began last, and where it did
        self._early: list[PlacedCall] = []  # made before the turn was committed; the backend bounds them
        self._ran: deque[tuple[ToolRan, int]] = deque(maxlen=MAX_OPEN_CALLS)  # … and where that was told

    @property
    def busy(self) -> bool:
        """Whether something is still to come of the backend."""
        return self._backend.busy

    def delegated(self, delegation: str, at_sample: int) -> None:
        """The model gives work away."""
        self._delegated = delegation, at_sample

    def on_event(self, delegation: str, event: Fields, sent_samples: int) -> list[PlacedCall]:
        """An event of the backend; the calls to be made because of it."""
        calls = self._backend.on_event(delegation, event)
        at_sample = sent_samples
        if calls and self._delegated is not None and self._delegated[0] == delegation:
            at_sample, self._delegated = self._delegated[1], None  # what it calls later, it calls anew
        return [PlacedCall(call, at_sample) for call in calls]

    def hold(self, placed: PlacedCall) -> None:
        """The turn is not committed yet: the call must wait."""
        self._early.append(placed)

    def held(self) -> list[PlacedCall]:
        """What had to wait, which it does no longer."""
        early, self._early = self._early, []
        return early

    def ran(self, ran: ToolRan, at_sample: int) -> None:
        """A tool ran for this question when another session answered; the model is told of it here."""
        self._ran.append((ran, at_sample))

    def output_elsewhere(self, placed: PlacedCall) -> str | None:
        """What the tool gave elsewhere, where the model called it before it was told of that; counts once."""
        for known in self._ran:
            if known[0].name == placed.call.name and placed.at_sample <= known[1]:
                self._ran.remove(known)
                return known[0].output
        return None

    def tell(self, answer: int, call: str, output: str) -> bool:
        """What a tool gave; after the last one the backend goes on. False where nobody waits for it."""
        if not self._backend.told(call):
            return False
        self._send(frames.tool_result(answer, call, output))
        if self._backend.may_go_on:
            self._send(frames.go_on(answer))
        return True
