"""The calls of the vendor's backend: where on the timeline each was made, and what it is told. Pure.

Places are samples that had been sent.
"""

import json
from collections import deque
from collections.abc import Callable, Sequence
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


@dataclass(slots=True)
class _Ran:
    """A tool that ran elsewhere, its arguments in one way of writing, and where the model was told."""

    ran: ToolRan
    arguments: str
    at_sample: int
    mentioned: bool = False  # to a call with other arguments


class Calls:
    """Which calls were made, and which tools ran elsewhere; at most `MAX_OPEN_CALLS` of each, beyond which
    the oldest that ran is forgotten. Frames to send go to `send`, in order."""

    def __init__(self, send: Callable[[str], None]) -> None:
        self._send = send
        self._backend = Backend()
        self._delegated: tuple[str, int] | None = None  # the delegation that began last, and where it did
        self._early: list[PlacedCall] = []  # made before the turn was committed; the backend bounds them
        self._ran: deque[_Ran] = deque(maxlen=MAX_OPEN_CALLS)

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
        self._ran.append(_Ran(ran, _in_one_way(ran.arguments), at_sample))

    def outputs_elsewhere(self, calls: Sequence[PlacedCall], since_sample: int) -> dict[str, str]:
        """What those of `calls` are told, by id, that the model made before it was told what ran elsewhere.

        One with equal arguments gets what the tool gave, once. With other arguments it may be the same wish
        in other words, which must not be done twice (a timer), or another wish, which must be: it is not
        run, but told what was, and runs where the model, which knows by then, makes it again. Only where it
        was made at `since_sample` or later; before that the person had not finished.
        """
        told: dict[str, str] = {}
        for placed in calls:  # all of them first: one that comes later may be the equal one
            arguments = _in_one_way(placed.call.arguments)
            known = next((r for r in self._known(placed) if r.arguments == arguments), None)
            if known is not None:
                self._ran.remove(known)
                told[placed.call.call] = known.ran.output
        for placed in calls:
            known = next((r for r in self._known(placed) if not r.mentioned), None)
            if known is not None and placed.call.call not in told and placed.at_sample >= since_sample:
                known.mentioned = True
                told[placed.call.call] = _other_arguments(known.ran)
        return told

    def _known(self, placed: PlacedCall) -> list[_Ran]:
        """What ran by that name, where the call was made before the model was told."""
        return [r for r in self._ran if r.ran.name == placed.call.name and placed.at_sample <= r.at_sample]

    def tell(self, answer: int, call: str, output: str) -> bool:
        """What a tool gave; after the last one the backend goes on. False where nobody waits for it."""
        if not self._backend.told(call):
            return False
        self._send(frames.tool_result(answer, call, output))
        if self._backend.may_go_on:
            self._send(frames.go_on(answer))
        return True


def _in_one_way(arguments: str) -> str:
    """Arguments so written that equal ones are equal text; what is no JSON as it stands."""
    try:
        return json.dumps(json.loads(arguments or "{}"), sort_keys=True)
    except (ValueError, RecursionError):
        return arguments


def _other_arguments(ran: ToolRan) -> str:
    return (
        f"not run: for this question {ran.name} was run already, with {ran.arguments}, "
        f"and gave: {ran.output}\nWhere that was another wish, call it again."
    )
